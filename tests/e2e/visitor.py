"""A person at a browser: what they see and press, by role and word, in English or Spanish."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, expect

from tests.e2e.words import words_of
from tests.support.proxy import Link
from tests.support.small_school import PASSWORD

PHONE, LAPTOP = (390, 844), (1280, 800)
AXE = Path(__file__).parents[2] / "pwa" / "node_modules" / "axe-core" / "axe.min.js"
SLOW = 30_000  # milliseconds: for what waits for the network, the worker, or a busy machine
PIECE = re.compile(r"#/a/[a-z2-7]{26}$")
# A cut network is what the tests are about, and the browser says so; a wrong password or code is meant to be refused.
CUT = re.compile(r"net::ERR_")
REFUSED = re.compile(r"status of (401|403|404|409)")
MAY_REFUSE = re.compile(r"/api/(session|join|sync)\b")


class Network:
    """What lies between all browsers of a test and the server."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.contexts: list[BrowserContext] = []
        self.is_cut = False
        # Origins that are the school's too.
        self.also: list[str] = []

    def cut(self) -> None:
        """Flight mode, everywhere: nothing gets through, and the browsers know it."""
        self.is_cut = True
        self.link.cut()
        for context in self.contexts:
            context.set_offline(True)

    def mend(self) -> None:
        self.is_cut = False
        self.link.mend()
        for context in self.contexts:
            context.set_offline(False)

    def mend_link(self) -> None:
        """The network is back, but whoever is in flight mode stays in it."""
        self.is_cut = False
        self.link.mend()

    def mend_for(self, visitor: Visitor) -> None:
        """Only this browser leaves flight mode."""
        self.mend_link()
        visitor.context.set_offline(False)


class Visitor:
    """One browser context with one page; `complaints` collects what a user must never cause."""

    def __init__(
        self,
        context: BrowserContext,
        network: Network,
        locale: str = "en-US",
        profile: Path | None = None,
    ) -> None:
        self.context = context
        self.profile = profile
        self.network = network
        network.contexts.append(context)
        self.words = words_of(locale)
        self.complaints: list[str] = []
        self.page: Page = context.pages[0] if context.pages else context.new_page()
        self.watch(self.page)
        context.on("request", self._on_request)

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.network.link.port}"

    def watch(self, page: Page) -> None:
        page.set_default_timeout(SLOW)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"} or CUT.search(message.text):
            return
        url = message.location["url"]
        if not (REFUSED.search(message.text) and MAY_REFUSE.search(url)):
            self.complaints.append(f"{message.type}: {message.text} {url}")

    def _on_request(self, request: Request) -> None:
        ours = (self.origin, f"blob:{self.origin}", "data:", *self.network.also)
        if not request.url.startswith(ours):
            self.complaints.append(f"request to another origin: {request.url}")

    # Moving about

    def go(self, route: str) -> None:
        """Opens `#/route` as typing the address would."""
        self.page.goto(f"{self.origin}/#/{route}")

    def comes_back(self) -> None:
        """Opens the page anew, as whoever looks after a while: a device at rest asks only once a minute."""
        self.page.reload()

    def button(self, name: str | re.Pattern[str], *, exact: bool = True) -> Locator:
        return self.page.get_by_role("button", name=name, exact=exact)

    def link(self, name: str | re.Pattern[str], *, exact: bool = True) -> Locator:
        return self.page.get_by_role("link", name=name, exact=exact)

    def field(self, label: str) -> Locator:
        return self.page.get_by_label(label, exact=True)

    def open_piece(self, title: str) -> None:
        """Presses the piece in the list that is open."""
        self.page.get_by_role("main").get_by_role("link", name=title).first.click()
        expect(self.page).to_have_url(PIECE, timeout=SLOW)

    # Seeing

    def sees(self, text: str | re.Pattern[str]) -> None:
        """Waits until the text is on the screen."""
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=SLOW)

    def sees_not(self, text: str | re.Pattern[str]) -> None:
        """Waits until the text is nowhere on the screen."""
        expect(self.page.get_by_text(text)).to_have_count(0, timeout=SLOW)

    def sees_heading(self, name: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_role("heading", name=name).first).to_be_visible(timeout=SLOW)

    def has_custody(self, state: str) -> None:
        """Waits until the open piece says where it is: device, safe or seen."""
        badge = self.page.get_by_role("main").get_by_text(self.words.custody[state], exact=True)
        expect(badge.first).to_be_visible(timeout=2 * SLOW)

    def all_is_safe(self) -> None:
        """Waits until the chip in the header says that nothing waits on this device."""
        expect(self.link(self.words.all_safe)).to_be_visible(timeout=4 * SLOW)

    def ready_for_offline(self) -> None:
        """Waits until the service worker has everything that a start without a network needs."""
        self.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")

    # Doing

    def sign_in(self, username: str, password: str = PASSWORD, *, shared: bool = False) -> None:
        self.field(self.words.username).fill(username)
        self.field(self.words.password).fill(password)
        if shared:
            self.page.get_by_role("checkbox").check()
        self.button(self.words.sign_in).click()
        expect(self.field(self.words.password)).to_have_count(0, timeout=SLOW)

    def open_capture(self) -> None:
        self.button(self.words.add).click()

    def write_note(self, text: str) -> None:
        """Captures a note; the page of the piece is open afterwards."""
        self.open_capture()
        self.button(self.words.note).click()
        self.field(self.words.your_note).fill(text)
        self.button(self.words.done).click()
        expect(self.page).to_have_url(PIECE, timeout=SLOW)

    def choose_photos(self, files: Iterable[Path]) -> None:
        """Captures photos from the gallery; the page of the piece is open afterwards."""
        self.open_capture()
        self.page.get_by_label(re.compile(self.words.photos)).set_input_files(list(files))
        expect(self.page).to_have_url(PIECE, timeout=SLOW)

    def write(self, label: str, text: str) -> None:
        """Fills a field that saves itself, and goes on to the next as a person does."""
        self.field(label).fill(text)
        self.page.keyboard.press("Tab")

    @contextmanager
    def sends(self) -> Iterator[None]:
        """Ends when the school has taken what was done inside."""
        with self.page.expect_response(
            lambda answer: answer.url.endswith("/api/sync/push") and answer.ok, timeout=SLOW
        ):
            yield

    def stays_on(self, title: str) -> None:
        """Opens the piece in the list and looks at it until the school knows that it was seen."""
        with self.sends():
            self.open_piece(title)

    def kill(self) -> None:
        """Ends the browser at once, as a phone does that runs out of memory."""
        assert self.profile, "only a browser of one's own can be killed"
        # Chromium names its main process there; the others end with it.
        process = str((self.profile / "SingletonLock").readlink()).rpartition("-")[2]
        with self.context.expect_event("close"):
            os.kill(int(process), signal.SIGKILL)
        self.network.contexts.remove(self.context)

    def close(self) -> None:
        if self.context in self.network.contexts:
            self.network.contexts.remove(self.context)
            self.context.close()

    # Looking

    def accessibility_faults(self, where: str) -> list[str]:
        """What axe finds on the present screen (WCAG 2.2 AA and good practice)."""
        self.page.evaluate(AXE.read_text("utf-8"))
        found: dict[str, Any] = self.page.evaluate(
            """() => axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })"""
        )
        return [
            f"{where}: {each['id']}: {node['html'][:200]}"
            for each in found["violations"]
            for node in each["nodes"]
        ]
