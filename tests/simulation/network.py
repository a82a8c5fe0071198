"""Between devices and server: what is lost, cut, sent twice, late or from strangers; and the server's deaths."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

from tests.simulation import strangers
from tests.simulation.agenda import MINUTE, Event
from tests.simulation.faults.pages import LACKS
from tests.simulation.plan import SERVER, WAY, Hit, Plan
from tests.simulation.school import Answer, PowerCut, School

if TYPE_CHECKING:
    from tests.simulation.device import Device
    from tests.simulation.stage import Stage

Json = dict[str, Any]
TIME_LIMIT = 30_000
STATEMENTS = 40
DOWN = 4_000
LATE, MUCH_LATER = 25_000, 4 * MINUTE


class Fate:
    """What happens to one request. Nothing of it depends on any other request."""

    def __init__(self, plan: Plan, device: str, number: int) -> None:
        self.plan, self.device, self.number = plan, device, number
        chance = random.Random(f"{plan.seed} {device} {number}")
        self._draws = {name: chance.random() for name in (*WAY, *SERVER)}
        self.there, self.back, self.again = (chance.randint(20, 250) for _ in range(3))
        self.late, self.later = (chance.randint(500, LATE) for _ in range(2))
        self.much_later = chance.randint(LATE, MUCH_LATER)
        self.delayed = chance.choice(("there", "back", "both"))
        self.chance = random.Random(f"{plan.seed} {device} {number} is told")
        self.statements = chance.randint(1, STATEMENTS)
        self.down = chance.randint(100, DOWN)

    def hits(self, fault: str) -> Hit | None:
        hit = Hit(self.device, self.number, fault)
        return hit if self.plan.hit(hit, self._draws[fault]) else None


class Network:
    """Carries requests of devices to the school and answers back, on the agenda."""

    def __init__(self, stage: Stage, school: School, plan: Plan) -> None:
        self.stage, self.school, self.plan = stage, school, plan
        self.healed = False
        self.down_until = 0
        self.hits: set[Hit] = set()
        """Of the requests so far."""
        self.tearing: dict[str, float] = {}
        """Devices whose next page loses one of its rows, and which."""
        self._limits: dict[int, Event] = {}
        self._sent: dict[str, int] = {}

    def _hit(self, fate: Fate, fault: str, *told: object) -> bool:
        hit = None if self.healed else fate.hits(fault)
        if hit is None:
            return False
        self.hits.add(hit)
        self.stage.fault(fault, *(told or (fate.device,)))
        return True

    def send(self, device: Device, request: Json) -> None:
        """A device asks. Whatever happens, it hears of it within its time limit."""
        agenda, number = self.stage.agenda, request["request"]
        self.stage.note("asks", device.name, request["method"], request["path"], request["json"])
        self._limits[number] = agenda.after(
            TIME_LIMIT, lambda: self._tell(device, number, {"fail": "timeout"})
        )
        count = self._sent[device.name] = self._sent.get(device.name, 0) + 1
        fate = Fate(self.plan, device.name, count)
        if not device.online:
            self._fail(device, number, "unreachable", fate)
        elif self._hit(fate, "lose request"):
            pass
        elif self._hit(fate, "stranger answers"):
            self._hears(device, number, strangers.answer(fate.chance), fate)
        elif self._hit(fate, "another school answers"):
            self._hears(device, number, strangers.other_school(fate.chance, request["path"]), fate)
        else:
            self._carry(device, request, fate)

    def _carry(self, device: Device, request: Json, fate: Fate) -> None:
        agenda, there, back = self.stage.agenda, fate.there, fate.back
        if self._hit(fate, "delay"):
            there += fate.late if fate.delayed != "back" else 0
            back += fate.later if fate.delayed != "there" else 0
        agenda.after(there, lambda: self._arrive(device, request, fate, back))
        if self._hit(fate, "duplicate"):
            agenda.after(there + fate.again, lambda: self._again(device, request, fate))
        if self._hit(fate, "old request comes late"):
            # Out of order: by then the device has sent other things.
            agenda.after(fate.much_later, lambda: self._again(device, request, fate))

    def _again(self, device: Device, request: Json, fate: Fate) -> None:
        self._served(device, request, fate)

    def _tell(self, device: Device, number: int, told: Json) -> None:
        """An answer reaches the device, unless it has one already."""
        limit = self._limits.pop(number, None)
        if limit is not None:
            limit.cancel()
            self.stage.answer(device, number, told)

    def _fail(self, device: Device, number: int, reason: str, fate: Fate) -> None:
        self._hears(device, number, {"fail": reason}, fate)

    def _hears(self, device: Device, number: int, told: Json, fate: Fate) -> None:
        self.stage.agenda.after(fate.back, lambda: self._tell(device, number, told))

    def _arrive(self, device: Device, request: Json, fate: Fate, back: int) -> None:
        answer = self._served(device, request, fate)
        number = request["request"]
        if answer is None:
            self._fail(device, number, "unreachable", fate)
        elif self._hit(fate, "lose answer"):
            pass
        elif self._hit(fate, "cut answer"):
            self._hears(device, number, strangers.cut(fate.chance, answer.told), fate)
        else:
            told = self._torn(device, request, answer)
            self.stage.agenda.after(back, lambda: self._tell(device, number, told))

    def _torn(self, device: Device, request: Json, answer: Answer) -> Json:
        """The answer as it reaches the device: whole, or a page that lost a row on its way."""
        page = answer.json if request["path"] == "/api/sync/pull" and answer.data else {}
        if self.healed or device.name not in self.tearing or not page.get("changes"):
            return answer.told
        self.stage.fault(LACKS, device.name)
        self.stage.torn.add(device.name)
        changes = page["changes"]
        del changes[int(self.tearing.pop(device.name) * len(changes))]
        return answer.told | {"body": json.dumps(page)}

    def _served(self, device: Device, request: Json, fate: Fate) -> Answer | None:
        """What the server answers; None where it is down or dies over it."""
        stage = self.stage
        if stage.agenda.now < self.down_until:
            return None
        dying = None if self.healed else fate.hits("die in a transaction")
        if dying:
            self.school.crash_within(fate.statements)
        try:
            answer = self.school.call(device.browser, request)
        except PowerCut:
            self._hit(fate, "die in a transaction", request["path"])
            stage.committed(request, self.school)
            self._die(fate)
            return None
        self.school.spare()
        stage.served(device, request, answer)
        if self._hit(fate, "die before the answer", request["path"]):
            self._die(fate)
            return None
        return answer

    def _die(self, fate: Fate) -> None:
        self.down_until = self.stage.agenda.now + fate.down
        if self.school.restart(clean=False):
            self.stage.note("new epoch")
