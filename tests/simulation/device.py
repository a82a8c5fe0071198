"""One simulated device as the run sees it, with what it must keep: its own writes, and time that goes forward."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from flask.testing import FlaskClient

from tests.simulation.devices import DeviceError, Devices
from tests.simulation.ledger import BrokenPromiseError, Ledger, words_in

Json = dict[str, Any]
LISTS = {"outbox", "ring", "base", "shown"}


@dataclass
class Device:
    name: str
    person: str
    identity: str
    """The person's id."""
    browser: FlaskClient
    devices: Devices
    ledger: Ledger
    online: bool = True
    running: bool = False
    over: bool = False
    """Its account was deleted, and it was wiped."""
    looked_at_until: int = 0
    tabs: list[int] = field(default_factory=lambda: [0])
    """Numbers of those that are open and awake."""
    born: int = 0
    """Goes up with each end of the app."""
    saved: set[str] = field(default_factory=set)
    """Ids of the mutations that its disk must hold."""
    unsent: dict[str, int] = field(default_factory=dict)
    """Those of them that were in its outbox, and their n."""
    revs: dict[str, int] = field(default_factory=dict)
    epoch: str | None = None
    client: str | None = None
    heard: set[str] = field(default_factory=set)
    """Epochs that answers told it of, as long as it was the same client."""
    whole: bool = False
    _known: dict[tuple[str, int], dict[str, Json]] = field(default_factory=dict)
    editor: Json | None = None
    """A form that was filled earlier: record, field, the text then and its rev."""

    def copy(self, name: str) -> Device:
        """Another device with the same disk and cookies."""
        browser = self.browser.application.test_client()
        for cookie in self.browser._cookies.values() if self.browser._cookies else ():
            browser.set_cookie(
                cookie.key, cookie.value, domain=cookie.domain, path=cookie.path, secure=True
            )
        saved = set(self.saved)
        return replace(
            self,
            name=name,
            browser=browser,
            running=False,
            saved=saved,
            heard=set(self.heard),
            _known={},
            tabs=[0],
        )

    def dump(self, tab: int | None = None) -> Json:
        """What the running app holds and a tab of it shows; and checks that nothing of it went back."""
        number = self.tabs[0] if tab is None else tab
        return self._look(self.devices.call("dump", self.name, tab=number), number)

    def peek(self) -> Json:
        """What lies on the disk."""
        return self._look(self.devices.call("peek", self.name, person=self.identity))

    def files(self) -> Json:
        """Its queue of files, and whose bytes it holds."""
        found: Json = self.devices.call("files", self.name, person=self.identity)
        return found

    def _look(self, told: Json, tab: int = 0) -> Json:
        """From what changed to what there is. Its records are never changed in place."""
        found = dict(told)
        for name in LISTS:
            rows = self._known.setdefault((name, tab if name == "shown" else 0), {})
            if name in told:
                for key in told[name]["out"]:
                    del rows[key]
                rows.update(told[name]["put"])
            found[name] = list(rows.values())
        self.keep(found)
        return found

    def keep(self, found: Json) -> None:
        """Take note of new mutations; promises 1 and 4 for this one device."""
        held = {row["id"]: row for row in (*found["ring"], *found["outbox"])}
        for identity in held.keys() - self.saved:
            if identity not in self.ledger.saved:
                self.ledger.save(self.name, self.person, _mutation(held[identity]))
        for identity in self.saved - held.keys():
            self._must_be_replaced(identity, held, found["state"])
        self.saved = set(held)
        self.unsent = {row["id"]: row["n"] for row in found["outbox"]}
        self._forward(found)

    def _may_go(self, identity: str, confirmed: int) -> bool:
        """What was confirmed a month ago, or was erased, leaves the ring. (At the end the school must have it.)"""
        if self.person in self.ledger.erased and self.unsent.get(identity, 0) > confirmed:
            return False  # it is wiped by its person, once they have a copy
        return self.ledger.late or self.ledger.is_erased(self.ledger.saved[identity])

    def _must_be_replaced(self, identity: str, held: dict[str, Json], state: Json | None) -> None:
        """Only a newer value of the same field, under the same n, may take the place of a mutation."""
        old = self.ledger.saved[identity].mutation
        for row in held.values():
            if row["n"] == old["n"] and row["record"] == old["record"] and row["op"] == old["op"]:
                self.ledger.replace(identity)
                return
        if not self._may_go(identity, state["confirmed"] if state else 0):
            sentence = f"{self.name} lost its mutation {identity} ({old['op']})"
            raise BrokenPromiseError(1, sentence)

    def _forward(self, found: Json) -> None:
        """Records only get newer, but where the server began a new epoch and all is read anew."""
        client, state = found["client"], found["state"]
        epoch = client["epoch"] if client else None
        name = client["id"] if client else None
        # A machine that is rolled back to before a restore has the epoch of then again: between two looks a device may
        # have gone through another epoch and back, reading all anew each time, as a new client.
        announced = epoch != self.epoch or (name != self.client and self.heard - {epoch})
        revs = {body["id"]: body["rev"][0] for body in found["base"]}
        whole = state is not None and state["client"] == client["id"] and not state["replacing"]
        if whole and self.whole and not announced:
            for record in self.revs.keys() & revs.keys():
                if revs[record] < self.revs[record]:
                    raise BrokenPromiseError(
                        4, f"{self.name} went back in time with the record {record}"
                    )
        if name != self.client:
            self.heard = set()
        self.revs, self.epoch, self.client, self.whole = revs, epoch, name, whole

    def may_go_back(self) -> None:
        """Its cache lost its newest commits, or all of them."""
        self.revs = {}

    def own_words(self, found: Json) -> set[str]:
        """Words of mutations of this very device that it shows."""
        own: set[str] = set()
        for identity in self.saved:
            each = self.ledger.saved[identity]
            if each.person == self.person:
                own |= words_in(each.mutation["value"])
        return own & words_in(found["shown"])

    def crash(self, lost: int) -> None:
        self.devices.call("crash", self.name, lost=lost)

    def do(self, what: str, *args: object, tab: int = 0) -> DeviceError | None:
        """A write of a screen. Gives the problem that the person is shown."""
        pending = self.devices.ask(what, self.name, *args, tab=tab)
        if not self.devices.done(pending):
            return None  # killed meanwhile, or waiting for the network
        try:
            self.devices.must(pending)
        except DeviceError as problem:
            return problem
        return None


def _mutation(row: Json) -> Json:
    return {name: row[name] for name in row if name not in {"sent", "confirmed"}}
