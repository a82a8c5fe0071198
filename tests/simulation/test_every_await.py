"""One fixed script, and the app is killed once at each of its awaits: disk, network, files, locks, other tabs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulation.device import Device
from tests.simulation.devices import devices
from tests.simulation.ledger import BrokenPromiseError
from tests.simulation.people import Action
from tests.simulation.plan import Plan
from tests.simulation.run import Simulation
from tests.simulation.school import School

PHONE = "ana's phone"
A_WHILE = 3_000
BACK_WITHIN = 90_000
PARTS = 4


class Script(Simulation):
    """Ana captures a piece, tells about it, shows it to her teachers and adds a file."""

    def go(self, requests: int | None) -> int:
        """Kills the app when it has asked for so many things; gives how many there were to ask for."""
        self.school.fresh(self.agenda, self.plan.seed)
        self.node.now = self.agenda.now
        phone = self.begin(PHONE, "ana")
        if requests is not None:
            self.node.call("crash after", PHONE, requests=requests)
        self.until(self.agenda.now + A_WHILE)
        for step in (self.capture, self.tell, self.publish, self.add_file):
            self.come_back(phone)
            self.attend(phone)
            if phone.running:
                self.carry_out(phone, step(phone), phone.dump(), 0)
            self.until(self.agenda.now + A_WHILE)
        self.come_back(phone)
        passed: int = self.node.call("passed", PHONE)
        self.heal()
        return passed

    def come_back(self, phone: Device) -> None:
        until = self.agenda.now + BACK_WITHIN
        while not phone.running:
            if self.agenda.now > until:
                raise BrokenPromiseError(6, "the app does not start again")
            self.until(self.agenda.now + 1_000)

    def piece(self, phone: Device) -> str | None:
        found = [each["id"] for each in phone.dump()["shown"] if each["kind"] == "artifact"]
        return found[0] if found else None

    def on_piece(self, phone: Device, do: str, *args: object) -> Action:
        """Captures it now where the app was killed before that was saved."""
        piece = self.piece(phone)
        return self.capture(phone) if piece is None else Action(do, (piece, *args), piece)

    def capture(self, _: Device) -> Action:
        word = self.ledger.new_word
        return Action("create", ("artifact", {"title": word(), "words": word(), "audience": "me"}))

    def tell(self, phone: Device) -> Action:
        return self.on_piece(phone, "text", "words", f"{self.ledger.new_word()} and more")

    def publish(self, phone: Device) -> Action:
        return self.on_piece(phone, "set", "audience", "teachers")

    def add_file(self, phone: Device) -> Action:
        meta = {"type": "file", "name": "notes.txt", "caption": self.ledger.new_word()}
        return self.on_piece(phone, "attach", "d29yZHM=", meta)


def script(school: School, engine: Path, requests: int | None = None) -> int:
    return Script(Plan("every await", 0, ()), school, devices(engine)).go(requests)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_the_app_may_be_killed_at_any_await(part: int, school: School, engine: Path) -> None:
    points = script(school, engine)
    assert points > 400
    for point in range(1 + part, points + 1, PARTS):
        try:
            script(school, engine, point)
        except BrokenPromiseError as broken:
            pytest.fail(f"killed at the await {point} of {points}: {broken}")
