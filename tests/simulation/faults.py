"""What happens to devices, to the server's disk and to the roster now and then."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.simulation import oracles
from tests.simulation.devices import Pending
from tests.simulation.plan import HOUR, MINUTE, NOW_AND_THEN
from tests.simulation.school import CAST, ROOMS

if TYPE_CHECKING:
    from tests.simulation.device import Device
    from tests.simulation.run import Simulation

DAY = 24 * HOUR
REQUESTS = 60


def skew(chance: random.Random) -> int:
    """How wrong a clock is, in milliseconds: seconds, hours, or years."""
    size = chance.choice((5_000, HOUR, DAY, 400 * DAY))
    return chance.randint(-size, size)


def plan(simulation: Simulation, end: int) -> None:
    """Put the seed's faults on the agenda."""
    now = simulation.agenda.now
    for name in NOW_AND_THEN:
        for _ in range(round(simulation.plan.rate(name))):
            moment = simulation.chance.randint(now, end)
            simulation.agenda.at(moment, _bound(FAULTS[name], simulation))


def _bound(fault: Callable[[Simulation], None], simulation: Simulation) -> Callable[[], None]:
    return lambda: fault(simulation)


def _some(simulation: Simulation, *, running: bool = True) -> Device | None:
    found = [each for each in simulation.devices.values() if each.running or not running]
    return simulation.chance.choice(found) if found else None


def _later(simulation: Simulation, most: int, run: Callable[[], None]) -> None:
    simulation.agenda.after(simulation.chance.randint(500, most), run)


# Devices


def flight_mode(simulation: Simulation) -> None:
    device = _some(simulation)
    if device is None or not device.online:
        return
    simulation.stage.fault("flight mode", device.name)
    device.online = False

    def over() -> None:
        device.online = True
        simulation.stage.note("reachable again", device.name)
        simulation.node.call("looks", device.name, event="online")

    _later(simulation, max(MINUTE, simulation.plan.length // 3), over)


def kill(simulation: Simulation) -> None:
    """The app ends; everything on the disk stays."""
    device = _some(simulation)
    if device is None:
        return
    simulation.stage.fault("kill", device.name)
    before = device.dump()
    simulation.died(device)
    device.crash(0)
    _later(simulation, MINUTE, lambda: start(simulation, device, before["shown"]))


def kill_inside(simulation: Simulation) -> None:
    """The app ends in the middle of its work with the disk."""
    device = _some(simulation)
    if device is not None:
        requests = simulation.chance.randint(1, REQUESTS)
        simulation.node.call("crash after", device.name, requests=requests)


def found_dead(simulation: Simulation, device: Device) -> None:
    """The app was killed between two requests to its disk."""
    simulation.stage.fault("kill between requests to the disk", device.name)
    simulation.died(device)
    device.peek()
    _later(simulation, MINUTE, lambda: start(simulation, device))


def power_cut(simulation: Simulation) -> None:
    """The newest commits of the cache had not reached the disk; those of the outbox had."""
    device = _some(simulation)
    if device is None:
        return
    lost = simulation.chance.randint(1, 4)
    simulation.stage.fault("power cut", device.name, lost)
    own = device.own_words(device.dump())
    simulation.died(device)
    device.crash(lost)
    device.may_go_back()
    _later(simulation, MINUTE, lambda: start(simulation, device, own=own))


def start(
    simulation: Simulation,
    device: Device,
    shown: list[dict[str, object]] | None = None,
    own: set[str] | None = None,
) -> None:
    """The app begins again; what it must show at once is compared."""
    if device.running or simulation.busy(device):
        return
    simulation.stage.note("starts", device.name)
    pending = simulation.node.ask("start", device.name)

    def started(done: Pending) -> None:
        device.running = simulation.node.must(done) is not None
        if not device.running:
            simulation.sign_in(device)
            return
        found = device.dump()
        oracles.waiting_is_shown(device, found)
        if shown is not None:
            oracles.same_after_reload(device, shown, found["shown"])
        if own is not None:
            oracles.own_words_stayed(device, own, found)

    simulation.when_done(device, pending, started)
    simulation.follow()


def evict(simulation: Simulation) -> None:
    """The browser drops the cache, not the outbox."""
    device = _some(simulation)
    if device is None:
        return
    simulation.stage.fault("evict the cache", device.name)
    simulation.died(device)
    simulation.node.call("evict", device.name, suffix="-cache")
    device.may_go_back()
    _later(simulation, MINUTE, lambda: start(simulation, device))


def clone(simulation: Simulation) -> None:
    """Another device begins with a copy of this one's disk and cookies."""
    device = _some(simulation)
    name = f"{device.name} (copy)" if device else ""
    if device is None or name in simulation.devices:
        return
    simulation.stage.fault("copy of a device", device.name)
    simulation.node.call("clone", device.name, **{"as": name})
    twin = device.copy(name)
    simulation.devices[name] = twin
    start(simulation, twin)


def sign_out(simulation: Simulation) -> None:
    """Signing out keeps what is unsent; the same person signs in again."""
    device = _some(simulation)
    if device is None:
        return
    simulation.stage.fault("sign out", device.name)
    device.running = False
    device.may_go_back()
    pending = simulation.node.ask("sign out", device.name)

    def over(_: object) -> None:
        device.peek()
        _later(simulation, MINUTE, lambda: simulation.sign_in(device))

    simulation.when_done(device, pending, over)


def clock_jump(simulation: Simulation) -> None:
    device = _some(simulation, running=False)
    assert device is not None
    wrong = skew(simulation.chance)
    simulation.stage.fault("clock jump", device.name, wrong)
    simulation.node.call("clock", device.name, skew=wrong)


# The server's past, and the roster


def restore(simulation: Simulation) -> None:
    """An operator takes a copy now, and puts it back some time later."""
    path = simulation.school.folder / "copy"
    simulation.school.copy(path)
    rooms = simulation.roster.copy()
    simulation.stage.note("copies the database")

    def put_back() -> None:
        simulation.stage.fault("restore")
        began = simulation.school.restore(path)
        simulation.roster.rooms = rooms
        simulation.stage.note("is back", "new epoch" if began else "same epoch")

    _later(simulation, max(MINUTE, simulation.plan.length // 2), put_back)


def class_move(simulation: Simulation) -> None:
    """A student leaves a class, or comes to one: teachers are revoked or granted."""
    student = simulation.chance.choice([name for name in CAST if CAST[name][0] == "student"])
    _move(simulation, "class move", student)


def teacher_leaves(simulation: Simulation) -> None:
    teacher = simulation.chance.choice([name for name in CAST if CAST[name][0] == "teacher"])
    _move(simulation, "teacher leaves a class", teacher)


def _move(simulation: Simulation, fault: str, name: str) -> None:
    rooms = simulation.roster.rooms_of(name)
    room = simulation.chance.choice(ROOMS)
    simulation.stage.fault(fault, name, room)
    if room in rooms:
        simulation.school.take(name, room)
        simulation.roster.rooms[room].discard(name)
    else:
        simulation.school.put(name, room)
        simulation.roster.rooms[room].add(name)


FAULTS: dict[str, Callable[[Simulation], None]] = {
    "flight mode": flight_mode,
    "kill": kill,
    "kill between requests to the disk": kill_inside,
    "power cut": power_cut,
    "evict the cache": evict,
    "copy of a device": clone,
    "sign out": sign_out,
    "clock jump": clock_jump,
    "restore": restore,
    "class move": class_move,
    "teacher leaves a class": teacher_leaves,
}
