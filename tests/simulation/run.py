"""One seed: people at work, faults, then a healing phase in which every promise must come true."""

from __future__ import annotations

import random
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from tests.simulation import acts, oracles
from tests.simulation.agenda import MINUTE, Agenda
from tests.simulation.bundle import bundle
from tests.simulation.custody import Custody
from tests.simulation.device import Device
from tests.simulation.devices import Devices, Pending, devices
from tests.simulation.faults import FAULTS
from tests.simulation.faults import devices as on_devices
from tests.simulation.faults import school as at_school
from tests.simulation.ledger import BrokenPromiseError, Ledger, words_in
from tests.simulation.network import Network
from tests.simulation.people import Action, Json, Screen
from tests.simulation.plan import ACT, DEVICES, Plan, Step, plan_of
from tests.simulation.roster import Roster
from tests.simulation.school import School
from tests.simulation.shrink import shrunk
from tests.simulation.sight import Sight
from tests.simulation.stage import Stage
from tests.simulation.trace import Trace
from tests.simulation.worker import Worker

BEGIN = 1_788_760_800_000  # a Monday morning in September 2026
LOOKS_FOR = 20_000
# What a seed has at least.
FAULTS_OF_A_SEED, MUTATIONS = 10, 60
# In place of the number of a promise: an error that nobody expects.
UNEXPECTED = 0
QUIET_WITHIN = 40 * MINUTE


@dataclass
class Result:
    """What a seed came to. `broken` says which promise did not hold; then `lines` are the end of the trace."""

    seed: str
    hash: str
    fired: Counter[str]
    acted: Counter[str]
    broken: str | None = None
    promise: int | None = None
    lines: list[str] = field(default_factory=list)
    plan: Plan | None = None
    """All that happened, to be replayed."""
    changed: Counter[str] = field(default_factory=Counter)
    """Mutations that were saved, by kind of record."""

    def report(self) -> str:
        again = f"again: make simulate SEED={self.seed}"
        return "\n".join([f"seed {self.seed}: {self.broken}", "how it came:", *self.lines, again])


@dataclass
class Simulation:
    """The world of one seed."""

    plan: Plan
    school: School
    node: Devices
    agenda: Agenda = field(default_factory=lambda: Agenda(BEGIN))
    trace: Trace = field(default_factory=Trace)

    def __post_init__(self) -> None:
        self.ledger = Ledger(lambda: self.agenda.now)
        self.roster = Roster(self.school.people, self.school.rooms, self.school.id)
        sight = Sight(self.roster, self.ledger, self.school.rows)
        custody = Custody(self.school)
        self.stage = Stage(self.agenda, self.trace, self.node, sight, custody)
        self.network = Network(self.stage, self.school, self.plan)
        self.devices: dict[str, Device] = {}
        self._waiting: list[tuple[Device, Pending, Callable[[Pending], None]]] = []
        self.healed = False
        self.worker = Worker(self)
        self.stage.file_sent = self.worker.soon

    # The run

    def run(self) -> None:
        """Raises BrokenPromiseError."""
        acts.as_shipped()
        self.school.fresh(self.agenda, self.plan.seed)
        self.node.now = self.agenda.now
        self.worker.begin()
        self.put(self.plan.steps)
        for person, names in DEVICES.items():
            for name in names:
                self.begin(name, person)
        self.until(BEGIN + self.plan.length)
        while self.plan.may_grow and not self.is_large_enough():
            known = len(self.plan.steps)
            self.plan = self.plan.grown()
            self.put(self.plan.steps[known:])
            self.until(BEGIN + self.plan.length)
        self.heal()

    def put(self, steps: Iterable[Step]) -> None:
        for step in steps:
            self.agenda.at(BEGIN + step.at, partial(self.take, step))

    def is_large_enough(self) -> bool:
        return self.trace.fired.total() >= FAULTS_OF_A_SEED and len(self.ledger.saved) >= MUTATIONS

    def happened(self) -> Plan:
        """What came to pass, by which it can be replayed."""
        return replace(self.plan, hits=frozenset(self.network.hits), rates={}, may_grow=False)

    def take(self, step: Step) -> None:
        """A step of the plan: somebody acts, or something goes wrong."""
        chance = step.chance(self.plan.seed)
        if step.what == ACT:
            self.act(step.sitting(self.plan.seed).choice(list(self.devices.values())), chance)
        else:
            FAULTS[step.what].run(self, chance)

    def until(self, end: int) -> None:
        """Let things happen, in order, up to a time."""
        while True:
            timer, event = self.node.next, self.agenda.next
            due = min((each for each in (timer, event) if each is not None), default=end + 1)
            if due > end:
                break
            if timer is not None and timer == due:
                self.agenda.now = max(self.agenda.now, due)
                self.node.advance(due)
            else:
                happening = self.agenda.take()
                self.node.now = self.agenda.now
                happening.run()
            self.follow()
        self.agenda.now = self.node.now = end

    def follow(self) -> None:
        """What devices asked for, and what came of what they were told to do."""
        while self.node.requests:
            request = self.node.requests.pop(0)
            self.network.send(self.devices[request["device"]], request)
        while self.node.crashed:
            name = self.node.crashed.pop(0)
            chance = random.Random(f"{self.plan.seed} {name} died {self.agenda.now}")
            on_devices.found_dead(self, chance, self.devices[name])
        for waiting in [each for each in self._waiting if self.node.done(each[1])]:
            self._waiting.remove(waiting)
            waiting[2](waiting[1])

    def when_done(self, device: Device, pending: Pending, then: Callable[[Pending], None]) -> None:
        """Call `then` when a command came to its end, unless the app dies before."""
        self._waiting.append((device, pending, then))

    def busy(self, device: Device) -> bool:
        """Whether the app is starting, or its person is signing in or out."""
        return any(each[0] is device for each in self._waiting)

    def died(self, device: Device) -> None:
        """The app of a device ended; nobody hears of what it was told to do."""
        device.running, device.editor, device.looked_at_until = False, None, 0
        device.tabs = [0]
        device.born += 1
        self.forget_waiting(device)

    def forget_waiting(self, device: Device) -> None:
        """Nobody hears any more of what this device was told to do."""
        self._waiting = [each for each in self._waiting if each[0] is not device]

    # Devices

    def begin(self, name: str, person: str) -> Device:
        """A new device on which its person signs in."""
        self.node.call("device", name, seed=self.plan.seed)
        device = Device(
            name,
            person,
            self.school.people[person],
            self.school.browser(),
            self.node,
            self.ledger,
        )
        self.devices[name] = device
        self.agenda.after(0, lambda: self.sign_in(device))
        return device

    def sign_in(self, device: Device) -> None:
        """Until it worked."""
        if device.running or self.busy(device):
            return
        self.stage.note("signs in", device.name)
        form = {
            "username": device.person,
            "password": device.person,
            "device": device.name,
            "shared": False,
        }
        pending = self.node.ask("sign in", device.name, form, tab=device.tabs[0])
        self.when_done(device, pending, lambda done: self._signed_in(device, done))

    def _signed_in(self, device: Device, done: Pending) -> None:
        try:
            self.node.must(done)
        except Exception as problem:  # noqa: BLE001 - whatever a screen would show
            self.stage.note("could not sign in", device.name, str(problem))
            if device.person in self.roster.erased:
                self.nobody_left(device)
                return
            self.agenda.after(20_000, lambda: self.sign_in(device))
            return
        device.running = True
        self.attend(device)

    def asked_to_sign_in(self, device: Device, found: Json) -> None:
        """The same person signs in again where the screen asks for it; or hears that there is nobody any more."""
        if found["status"]["accountDeleted"]:
            at_school.told_of_deletion(self, device, found)
            return
        if not found["status"]["signInNeeded"]:
            return
        if device.person in self.roster.erased:
            self.nobody_left(device)
            return
        self.stage.note("signs in again", device.name)
        pending = self.node.ask("sign in again", device.name, device.person, tab=device.tabs[0])
        self.when_done(device, pending, lambda _: None)
        self.follow()

    def nobody_left(self, device: Device) -> None:
        """A device whose person was erased, and which the school does not know any more: nobody takes it up again."""
        device.over, device.running = True, False

    def awake(self) -> list[Device]:
        """Those whose app runs now."""
        return [device for device in self.devices.values() if device.running]

    # People

    def attend(self, device: Device) -> bool:
        """The screen is looked at for a while; hidden, the app syncs only what it must. False: it died over it."""
        now = self.agenda.now
        if now >= device.looked_at_until:
            self.look(device, "visible")
        device.looked_at_until = now + LOOKS_FOR
        self.agenda.after(LOOKS_FOR, lambda: self.leave(device))
        return device.running

    def leave(self, device: Device) -> None:
        if self.agenda.now >= device.looked_at_until:
            self.look(device, "hidden")

    def look(self, device: Device, event: str) -> None:
        if device.running and not self.healed:
            self.node.call("looks", device.name, event=event)
            self.follow()

    def act(self, device: Device, chance: random.Random) -> None:
        if not device.running or not self.attend(device):
            return
        tab = chance.choice(device.tabs)
        before = device.dump(tab)
        self.asked_to_sign_in(device, before)
        if device not in self.awake():
            return
        action = Screen(device, before, chance).choose()
        if action is None:
            return
        if device.editor is not None and action.outdates(device.editor):
            device.editor = None
        self.trace.acted[action.do] += 1
        self.stage.note("does", device.name, action.do, list(action.args))
        self.carry_out(device, action, before, tab)

    def carry_out(self, device: Device, action: Action, before: Json, tab: int) -> None:
        """And look at what came of it: in the tab itself, and on the disk where the app died over it."""
        typed = words_in(list(action.args)) - self.ledger.words.keys()
        problem = device.do(action.do, *action.args, tab=tab)
        self.follow()
        running = device.running
        after = device.dump(tab) if running else device.peek()
        if problem is not None:
            self.stage.note("is told", device.name, str(problem))
        elif running:
            oracles.readable(device, after, typed)
        self._note_dropped(action, before, after, running=running)

    def _note_dropped(self, action: Action, before: Json, after: Json, *, running: bool) -> None:
        if action.dropped is not None:
            self.ledger.drop(action.dropped)
        elif running:
            self.ledger.drop(words_in(before["shown"]) - words_in(after["shown"]))
        else:
            # Killed over it: what it would have taken out may be gone.
            known = {row["id"] for row in before["outbox"]}
            touched = {row["record"] for row in after["outbox"] if row["id"] not in known}
            old = [each for each in before["shown"] if each["id"] in touched]
            self.ledger.drop(words_in(old))

    # The end

    def heal(self) -> None:
        """Faults stop; within a while all outboxes are empty and all views are equal."""
        self.stage.note("heals")
        self.healed = self.network.healed = True
        self.school.spare()
        acts.speak(*acts.SHIPPED)
        for device in self.devices.values():
            self.node.call("crash after", device.name)
            self.node.call("room", device.name)
            device.online = True
            self.node.call("looks", device.name, event="visible")
            self.follow()
        limit = self.agenda.now + QUIET_WITHIN
        while True:
            self.until(self.agenda.now + MINUTE)
            for device in self.devices.values():
                if device.running:
                    self.asked_to_sign_in(device, device.dump())
            unquiet = oracles.unquiet(self)
            if unquiet is None:
                break
            if self.agenda.now > limit:
                raise unquiet
        oracles.final(self)


def simulate(
    seed: str | int,
    school: School,
    only: tuple[str, ...] | None = None,
    made: Path | None = None,
) -> Result:
    """Run one seed; a broken promise is in the result."""
    return play(plan_of(str(seed), only), school, made)


def play(plan: Plan, school: School, made: Path | None = None) -> Result:
    """Run a plan, be it of a seed or one that was written down."""
    simulation = Simulation(plan, school, devices(made or bundle()))
    broken: BrokenPromiseError | None = None
    try:
        simulation.run()
    except BrokenPromiseError as found:
        broken = found
    except Exception:  # noqa: BLE001 - of the server, which must not; or of the run itself
        broken = BrokenPromiseError(UNEXPECTED, traceback.format_exc())
    if broken is not None:
        simulation.stage.note(str(broken))
    trace = simulation.trace
    return Result(
        plan.seed,
        trace.hash,
        trace.fired,
        trace.acted,
        str(broken) if broken else None,
        None if broken is None else broken.number,
        trace.lines() if broken else [],
        simulation.happened(),
        simulation.ledger.changed(),
    )


def shortened(result: Result, school: School, made: Path | None = None) -> Plan:
    """A short plan that breaks the same promise as this result."""
    assert result.plan is not None
    return shrunk(result.plan, lambda plan: play(plan, school, made).promise == result.promise)
