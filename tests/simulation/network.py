"""Between devices and server: what is lost, cut, sent twice, late or from strangers; and the server's deaths."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from tests.simulation.agenda import Event
from tests.simulation.plan import Plan
from tests.simulation.school import Answer, PowerCut, School

if TYPE_CHECKING:
    from tests.simulation.device import Device
    from tests.simulation.stage import Stage

Json = dict[str, Any]
TIME_LIMIT = 30_000
STATEMENTS = 40
DOWN = 4_000


class Network:
    """Carries requests of devices to the school and answers back, on the agenda."""

    def __init__(self, stage: Stage, school: School, plan: Plan) -> None:
        self.stage, self.school, self.plan = stage, school, plan
        self.chance = random.Random(f"network {plan.seed}")
        self.healed = False
        self.down_until = 0
        self._limits: dict[int, Event] = {}

    def _hits(self, fault: str) -> bool:
        rate = self.plan.rate(fault)
        return not self.healed and rate > 0 and self.chance.random() < rate

    def _fault(self, name: str, *told: object) -> None:
        self.stage.fault(name, *told)

    def _delay(self) -> int:
        usual = self.chance.randint(20, 250)
        if self._hits("delay"):
            self._fault("delay")
            return usual + self.chance.randint(500, 25_000)
        return usual

    def send(self, device: Device, request: Json) -> None:
        """A device asks. Whatever happens, it hears of it within its time limit."""
        agenda, number = self.stage.agenda, request["request"]
        self.stage.note("asks", device.name, request["method"], request["path"], request["json"])
        self._limits[number] = agenda.after(
            TIME_LIMIT, lambda: self._tell(device, number, {"fail": "timeout"})
        )
        if not device.online:
            self._fail(device, number, "unreachable")
        elif self._hits("lose request"):
            self._fault("lose request", device.name)
        elif self._hits("stranger answers"):
            self._fault("stranger answers", device.name)
            self._fail(device, number, "captive")
        else:
            agenda.after(self._delay(), lambda: self._arrive(device, request, first=True))
            if self._hits("duplicate"):
                self._fault("duplicate", device.name)
                agenda.after(
                    self._delay() + self._delay(),
                    lambda: self._arrive(device, request, first=False),
                )

    def _tell(self, device: Device, number: int, told: Json) -> None:
        """An answer reaches the device, unless it has one already."""
        limit = self._limits.pop(number, None)
        if limit is not None:
            limit.cancel()
            self.stage.answer(device, number, told)

    def _fail(self, device: Device, number: int, reason: str) -> None:
        wait = self.chance.randint(20, 250)
        self.stage.agenda.after(wait, lambda: self._tell(device, number, {"fail": reason}))

    def _arrive(self, device: Device, request: Json, *, first: bool) -> None:
        answer = self._served(device, request)
        if not first:
            return
        number = request["request"]
        if answer is None:
            self._fail(device, number, "unreachable")
        elif self._hits("lose answer"):
            self._fault("lose answer", device.name)
        elif self._hits("cut answer"):
            self._fault("cut answer", device.name)
            self._fail(device, number, "broken")
        else:
            told = {"status": answer.status, "headers": answer.public, "json": answer.json}
            self.stage.agenda.after(self._delay(), lambda: self._tell(device, number, told))

    def _served(self, device: Device, request: Json) -> Answer | None:
        """What the server answers; None where it is down or dies over it."""
        stage = self.stage
        if stage.agenda.now < self.down_until:
            return None
        if self._hits("die in a transaction"):
            self.school.crash_within(self.chance.randint(1, STATEMENTS))
        try:
            answer = self.school.call(device.browser, request)
        except PowerCut:
            self._fault("die in a transaction", request["path"])
            stage.committed(request, self.school)
            self._die()
            return None
        self.school.spare()
        stage.served(device, request, answer)
        if self._hits("die before the answer"):
            self._fault("die before the answer", request["path"])
            self._die()
            return None
        return answer

    def _die(self) -> None:
        self.down_until = self.stage.agenda.now + self.chance.randint(100, DOWN)
        if self.school.restart(clean=False):
            self.stage.note("new epoch")
