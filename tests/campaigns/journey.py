"""One student's random day in a real browser: what they typed and saw saved, and what went wrong around them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from playwright.sync_api import BrowserType, CDPSession, expect

from tests.api.support_sync import Device
from tests.durability.remote import Remote
from tests.e2e.releases import READY, release
from tests.e2e.visitor import PHONE, PIECE, SLOW, Network, Visitor
from tests.support.chromium import launch_arguments
from tests.support.small_school import PASSWORD

STEPS = 7
# Each run has one of them at least.
FAULTS = ("kill", "full device", "newer version", "wrong clock")
LITTLE = 30_000  # bytes that a full device has left, at most
WAITING = """async () => {
  const every = (await indexedDB.databases()).filter((each) => each.name.endsWith("-outbox"));
  const asked = (request) =>
    new Promise((done, failed) => {
      request.onsuccess = () => done(request.result);
      request.onerror = () => failed(request.error);
    });
  const counts = every.map(async ({ name }) => {
    const database = await asked(indexedDB.open(name));
    const count = await asked(database.transaction("outbox").objectStore("outbox").count());
    database.close();
    return count;
  });
  return every.length === 1 && (await Promise.all(counts))[0] === 0;
}"""
NO_ROOM = "There is no room left on this device"
# step: how often
WEIGHTS = {
    "note": 8, "edit": 6, "answer": 3, "cut": 3, "mend": 3, "kill": 4, "kill in mid-sentence": 3, "full device": 3,
    "newer version": 2, "wrong clock": 3, "reload": 2,
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """What a day needs: a browser to start, a network to a server, and the folder of the client it serves."""

    kind: BrowserType
    program: str
    network: Network
    client: Path
    folder: Path


class Journey:
    """`saved` is what the screen said was saved: it must be on the device, and in the end at school."""

    def __init__(self, place: Place, profile: Path, name: str, seed: int) -> None:
        self.place, self.network, self.profile = place, place.network, profile
        self.name, self.seed, self.dice = name, seed, Random(f"browsers {seed}")
        self.saved: list[str] = []
        self.fired: Counter[str] = Counter()
        self.trace: list[str] = []
        self.titles: dict[str, str] = {}
        self.faults: list[str] = []
        self.visitor = self.start()

    # The browser

    def start(self) -> Visitor:
        context = self.place.kind.launch_persistent_context(
            self.profile,
            executable_path=self.place.program,
            args=launch_arguments(),
            viewport={"width": PHONE[0], "height": PHONE[1]},
            has_touch=True,
            offline=self.network.is_cut,
        )
        visitor = Visitor(context, self.network, profile=self.profile)
        asks = visitor.page.get_by_role("heading", name="Please sign in again")
        visitor.page.add_locator_handler(asks, lambda: self.sign_in_again(visitor))
        visitor.go("")
        return visitor

    def sign_in_again(self, visitor: Visitor) -> None:
        """A killed browser has often lost its newest cookies; the app asks, and everything typed stays."""
        dialog = visitor.page.get_by_role("dialog", name="Please sign in again")
        if self.network.is_cut:
            dialog.get_by_role("button", name="Later").click()
            return
        self.fired["asked to sign in again"] += 1
        dialog.get_by_label("Password", exact=True).fill(PASSWORD)
        dialog.get_by_role("button", name="Sign in", exact=True).click()

    def begin_again(self) -> None:
        """After a kill: the app opens by itself, or asks who it is (cookies reach the disk late)."""
        self.faults += [each for each in self.visitor.complaints if each.startswith("error:")]
        self.visitor = self.start()
        visitor = self.visitor
        ready = visitor.button(visitor.words.add).or_(visitor.field(visitor.words.username))
        expect(ready.first).to_be_visible(timeout=SLOW)
        self.sign_in_if_asked()

    def sign_in_if_asked(self) -> None:
        visitor = self.visitor
        if visitor.field(visitor.words.username).count():
            if self.network.is_cut:
                self.mend()
            visitor.sign_in(self.name)

    def text(self, word: str) -> str:
        """Words that nobody else says."""
        return f"{word} {self.seed}-{len(self.trace)}-{self.dice.randrange(10**6)}"

    # The day

    def run(self) -> None:
        self.visitor.sign_in(self.name)
        self.visitor.ready_for_offline()
        self.note()
        steps = self.dice.choices(list(WEIGHTS), list(WEIGHTS.values()), k=STEPS - 1)
        steps.insert(self.dice.randrange(STEPS), FAULTS[self.seed % len(FAULTS)])
        for step in steps:
            self.trace.append(step)
            self.fired[step] += 1
            self.take(step)
        self.trace.append("the end")
        self.mend()
        self.visitor.comes_back()
        self.begin_anew()
        self.sign_in_if_asked()
        self.visitor.go("")
        self.visitor.all_is_safe()
        self.nothing_waits()

    def take(self, step: str) -> None:
        steps: dict[str, Callable[[], None]] = {
            "note": self.note, "edit": self.edit, "answer": self.answer, "cut": self.cut, "mend": self.mend,
            "kill": self.kill, "kill in mid-sentence": self.kill_in_mid_sentence, "full device": self.full_device,
            "newer version": self.newer_version, "wrong clock": self.wrong_clock, "reload": self.begin_anew,
        }  # fmt: skip
        steps[step]()

    def begin_anew(self) -> None:
        self.visitor.go("")
        self.visitor.comes_back()
        expect(
            self.visitor.button(self.visitor.words.add).or_(self.visitor.field("User name")).first
        ).to_be_visible(timeout=SLOW)

    def note(self) -> None:
        self.visitor.go("")
        self.sign_in_if_asked()
        text = self.text("note")
        self.visitor.write_note(text)
        self.saved.append(text)
        self.titles[text] = self.visitor.page.url

    def edit(self) -> None:
        """Words and title of a piece, typed with pauses for saving as a person makes them."""
        self.visitor.page.goto(self.dice.choice(sorted(self.titles.values())))
        field = self.visitor.field(self.dice.choice(["Title", "Your words"]))
        expect(field).to_be_visible(timeout=SLOW)
        text = self.text("edit")
        field.press_sequentially(f" {text}" if field.input_value() else text, delay=2)
        self.visitor.page.keyboard.press("Tab")
        self.is_saved()
        self.saved.append(text)

    def is_saved(self) -> None:
        expect(self.visitor.page.get_by_text("Saving…")).to_have_count(0, timeout=SLOW)

    def answer(self) -> None:
        """Their teacher gives feedback on what is at school by now; they answer it, if it has come."""
        if self.network.is_cut:
            return
        ada = Remote(self.network.link.target).sign_in("ada").device()
        ada.pull()
        pieces = [each for each in ada.all("artifact") if self.mine(each["fields"])]
        if not pieces:
            return
        piece = self.dice.choice(sorted(pieces, key=lambda each: str(each["id"])))
        glow = self.text("glow")
        fields = {"artifact": piece["id"], "audience": "published", "glow": glow}
        ada.must(ada.creation("feedback", **fields) | {"space": piece["space"]})
        self.visitor.page.goto(f"{self.visitor.origin}/#/a/{piece['id']}")
        self.visitor.comes_back()
        self.visitor.sees(glow)
        self.visitor.button("Answer").last.click()
        text = self.text("answer")
        self.visitor.field("Your answer to Ada Okafor").last.fill(text)
        self.visitor.button("Send").click()
        self.visitor.sees(text)
        self.saved += [glow, text]

    def mine(self, fields: dict[str, Any]) -> bool:
        told = f"{fields.get('title', '')} {fields.get('words', '')}"
        return any(text in told for text in self.titles)

    # What goes wrong

    def cut(self) -> None:
        self.network.cut()

    def mend(self) -> None:
        self.network.mend()

    def kill(self) -> None:
        self.visitor.kill()
        self.begin_again()
        self.still_there()

    def kill_in_mid_sentence(self) -> None:
        """What was half typed may be gone; what was saved may not."""
        visitor = self.visitor
        visitor.go("")
        self.sign_in_if_asked()
        visitor.open_capture()
        visitor.button(visitor.words.note).click()
        visitor.field(visitor.words.your_note).press_sequentially(
            self.text("half"), delay=self.dice.choice((0, 5, 40))
        )
        if self.dice.random() < 0.5:
            visitor.button(visitor.words.done).click(no_wait_after=True)
        self.kill()

    def devtools(self) -> CDPSession:
        return self.visitor.context.new_cdp_session(self.visitor.page)

    def full_device(self) -> None:
        """A note on a device without room: it is taken, or the screen says why and keeps the words."""
        visitor, devtools, text = self.visitor, self.devtools(), self.text("full")
        room = {"origin": visitor.origin, "quotaSize": self.dice.randrange(LITTLE)}
        visitor.go("")
        self.sign_in_if_asked()
        devtools.send("Storage.overrideQuotaForOrigin", room)
        visitor.open_capture()
        visitor.button(visitor.words.note).click()
        field = visitor.field(visitor.words.your_note)
        field.fill(text)
        visitor.button(visitor.words.done).click()
        outcome = visitor.page.get_by_text(NO_ROOM).or_(visitor.field("Your words"))
        expect(outcome.first).to_be_visible(timeout=SLOW)
        devtools.send("Storage.overrideQuotaForOrigin", {"origin": visitor.origin})
        if not PIECE.search(visitor.page.url):
            self.fired["full device, refused"] += 1
            assert field.input_value() == text, "the words are gone from the field"
            visitor.button(visitor.words.done).click()
            expect(visitor.page).to_have_url(PIECE, timeout=SLOW)
        self.saved.append(text)
        self.titles[text] = visitor.page.url

    def newer_version(self) -> None:
        """A newer version comes in the middle of whatever is on its way; perhaps it is wanted at once."""
        release(self.place.client, f"newer-{self.seed}-{len(self.trace)}")
        if self.network.is_cut:
            return
        self.visitor.page.evaluate(
            "() => navigator.serviceWorker.ready.then(found => found.update())"
        )
        self.visitor.sees(READY)
        if self.dice.random() < 0.6:
            with self.visitor.page.expect_event("load", timeout=SLOW):
                self.visitor.button("Use it now").click()
        else:
            self.visitor.button("Later").click()

    def wrong_clock(self) -> None:
        """From now on, until the browser starts anew, the device's clock is wrong by minutes or years."""
        days = self.dice.choice((-3000, -30, -0.01, 0.01, 1, 400, 5000))
        self.visitor.context.clock.set_system_time(datetime.now(UTC) + timedelta(days=days))
        self.visitor.comes_back()

    # What must hold

    def still_there(self) -> None:
        """Every note that was saved stands in the list, or on its page."""
        page = self.visitor.page
        for text in self.dice.sample(sorted(self.titles), min(2, len(self.titles))):
            page.goto(self.titles[text])
            words = self.visitor.field("Your words")
            expect(words).to_be_visible(timeout=SLOW)
            expect(words).to_have_value(re.compile(re.escape(text)), timeout=SLOW)

    def lost(self, device: Device) -> list[str]:
        """What was saved and is not at school."""
        device.pull()
        told = str(
            [
                *device.all("artifact"),
                *device.all("reply"),
                *device.all("not_accepted"),
                *device.all("feedback"),
            ]
        )
        return [text for text in self.saved if text not in told]

    def nothing_waits(self) -> None:
        """Whatever the screen says: the device's own list of what it still has to send is empty."""
        self.visitor.page.wait_for_function(WAITING, timeout=SLOW)

    def unequal(self, device: Device) -> str | None:
        """Whether the list on the screen shows as many pieces as the school holds."""
        self.visitor.go("")
        mine = [each for each in device.all("artifact") if "deleted" not in each]
        cards = self.visitor.page.get_by_role("main").get_by_role("article")
        expect(cards.first).to_be_visible(timeout=SLOW)
        shown = cards.count()
        return (
            None if shown == len(mine) else f"{shown} pieces on the screen, {len(mine)} at school"
        )
