"""What all parts of a run share: the agenda, the trace, and how answers reach devices and oracles."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.simulation.agenda import Agenda
from tests.simulation.custody import Custody
from tests.simulation.device import Device
from tests.simulation.devices import Devices
from tests.simulation.ledger import BrokenPromiseError
from tests.simulation.school import Answer, School
from tests.simulation.sight import Sight
from tests.simulation.trace import Trace

Json = dict[str, Any]
CALLS = {"/api/sync/push", "/api/sync/offer"}
EPOCH = re.compile(r'"epoch": ?"(\w+)"')


class Stage:
    def __init__(
        self, agenda: Agenda, trace: Trace, devices: Devices, sight: Sight, custody: Custody
    ) -> None:
        self.agenda, self.trace, self.devices = agenda, trace, devices
        self.sight, self.custody = sight, custody
        self.file_sent: Callable[[], None] = lambda: None
        self._taken: dict[tuple[str, str, int], str] = {}
        self._offered: set[str] = set()
        self._judged: set[str] = set()
        self.pushed: set[str] = set()
        """Mutations that a push brought since the last offer, whose edit time the server could correct."""
        self.refused: set[str] = set()
        """Mutations that a push or an offer brought and the server did not accept then."""
        self.torn: set[str] = set()
        """Devices that got a page without one of its rows."""

    def note(self, what: str, *told: object) -> None:
        self.trace.note(self.agenda.now, what, *told)

    def fault(self, name: str, *told: object) -> None:
        self.trace.fault(self.agenda.now, name, *told)

    def answer(self, device: Device, request: int, told: Json) -> None:
        """An answer reaches a device; one that died meanwhile does not hear it."""
        self.note("hears", device.name, request, told)
        device.heard.update(EPOCH.findall(told.get("body", "")))
        self.devices.answer(request, told)

    def served(self, device: Device, request: Json, answer: Answer) -> None:
        """The server has answered: oracles look, whether or not the answer arrives."""
        path = request["path"]
        if answer.status >= 500:
            raise BrokenPromiseError(6, f"{path} answered {answer.status}: {answer.text[:300]}")
        self._heed_offer(path)
        if path in CALLS and answer.status == 200:
            self._accepted(device, path, request["json"], answer.json)
        self.sight.check(device.person, request, answer)
        self.custody.check(path, answer)
        if path.endswith("/complete") and answer.status == 200:
            self.file_sent()
        lost = request["json"].get("mismatch") if path == "/api/sync/pull" else None
        if lost and device.name not in self.torn:
            raise BrokenPromiseError(
                2, f"{device.name} holds other records than it was sent: {lost}"
            )

    def committed(self, request: Json, school: School) -> None:
        """The server died over a request: what it had committed by then was accepted all the same."""
        self._heed_offer(request["path"])
        if request["path"] not in CALLS:
            return
        known = {row["id"] for row in school.rows("SELECT id FROM history")}
        sent = request["json"]["mutations"]
        self.sight.arrived(sent, {each["id"]: "ok" for each in sent if each["id"] in known})

    def _heed_offer(self, path: str) -> None:
        if path == "/api/sync/offer":
            self.pushed.clear()

    def _accepted(self, device: Device, path: str, sent: Json, told: Json) -> None:
        if path == "/api/sync/offer":
            statuses = dict.fromkeys(told["taken"], "ok")
            self._offered |= statuses.keys()
            self.refused |= {each["id"] for each in told["refused"]}
        else:
            statuses = {each["id"]: each["status"] for each in told["results"]}
            for each in told["results"]:
                self._once(told["epoch"], sent["client"], each)
            self.pushed |= statuses.keys() - self._offered
            self.refused |= {name for name, status in statuses.items() if status == "rejected"}
        spaces = self.sight.roster.spaces(device.person)  # it may end with leaving a group
        self.sight.arrived(sent["mutations"], statuses)
        for identity in statuses.keys() - self._judged:
            self._where_allowed(device, identity, spaces)
        self._judged |= statuses.keys()

    def _where_allowed(self, device: Device, identity: str, spaces: set[str]) -> None:
        """Nobody writes into a space that they may not see, and could not see when an answer of then was lost."""
        roster, person = self.sight.roster, device.person
        for row in self.sight.rows("SELECT space FROM history WHERE id = ?", identity):
            could = person not in roster.erased and roster.could_read(person, row["space"])
            if row["space"] not in spaces and not could:
                raise BrokenPromiseError(5, f"{device.name} wrote into {row['space']}")

    def _once(self, epoch: str, client: str, result: Json) -> None:
        """Promise 3 on the wire: a number of a client is consumed by one mutation only."""
        place = (epoch, client, result["n"])
        known = self._taken.setdefault(place, result["id"])
        if known != result["id"]:
            raise BrokenPromiseError(3, f"{place} was consumed by {known} and by {result['id']}")
