"""What happens to devices: kills, power cuts, evictions, copies, wrong clocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulation import oracles
from tests.simulation.agenda import HOUR, MINUTE
from tests.simulation.devices import DeviceError, Pending
from tests.simulation.faults.fault import Fault, later, some

if TYPE_CHECKING:
    import random

    from tests.simulation.device import Device
    from tests.simulation.run import Simulation

DAY = 24 * HOUR
AWAITS = 250


def skew(chance: random.Random) -> int:
    """How wrong a clock is, in milliseconds: seconds, hours, or years."""
    size = chance.choice((5_000, HOUR, DAY, 400 * DAY, 7_000 * DAY))
    return chance.randint(-size, size)


def flight_mode(simulation: Simulation, chance: random.Random) -> None:
    device = some(simulation, chance)
    if device is None or not device.online:
        return
    simulation.stage.fault("flight mode", device.name)
    device.online = False

    def over() -> None:
        device.online = True
        simulation.stage.note("reachable again", device.name)
        simulation.node.call("looks", device.name, event="online")

    later(simulation, chance, max(MINUTE, simulation.plan.length // 3), over)


def kill(simulation: Simulation, chance: random.Random) -> None:
    """The app ends; everything on the disk stays."""
    device = some(simulation, chance)
    if device is None:
        return
    simulation.stage.fault("kill", device.name)
    before = device.dump()
    simulation.died(device)
    device.crash(0)
    later(simulation, chance, MINUTE, lambda: start(simulation, device, before["shown"]))


def kill_inside(simulation: Simulation, chance: random.Random) -> None:
    """The app ends in the middle of its work: around a request to its disk or the network, or as it takes a lock."""
    device = some(simulation, chance)
    if device is not None:
        requests = chance.randint(1, AWAITS)
        simulation.node.call("crash after", device.name, requests=requests)


def found_dead(simulation: Simulation, chance: random.Random, device: Device) -> None:
    """The app was killed at one of its awaits."""
    simulation.stage.fault("kill at an await", device.name)
    simulation.died(device)
    device.peek()
    later(simulation, chance, MINUTE, lambda: start(simulation, device))


def power_cut(simulation: Simulation, chance: random.Random) -> None:
    """The newest commits of the cache had not reached the disk; those of the outbox had."""
    device = some(simulation, chance)
    if device is None:
        return
    lost = chance.randint(1, 4)
    simulation.stage.fault("power cut", device.name, lost)
    own = device.own_words(device.dump())
    simulation.died(device)
    device.crash(lost)
    device.may_go_back()
    later(simulation, chance, MINUTE, lambda: start(simulation, device, own=own))


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
        try:
            device.running = simulation.node.must(done) is not None
        except DeviceError as problem:
            if problem.slug != "quota":
                raise
            simulation.agenda.after(MINUTE, lambda: start(simulation, device, own=own))
            return
        if not device.running:
            simulation.sign_in(device)
            return
        found = device.dump()
        simulation.attend(device)
        oracles.waiting_is_shown(device, found)
        if shown is not None:
            oracles.same_after_reload(device, shown, found["shown"])
        if own is not None:
            oracles.own_words_stayed(device, own, found)

    simulation.when_done(device, pending, started)
    simulation.follow()


def clone(simulation: Simulation, chance: random.Random) -> None:
    """Another device begins with a copy of this one's disk and cookies."""
    device = some(simulation, chance)
    name = f"{device.name} (copy)" if device else ""
    if device is None or name in simulation.devices:
        return
    simulation.stage.fault("copy of a device", device.name)
    simulation.node.call("clone", device.name, **{"as": name})
    twin = device.copy(name)
    simulation.devices[name] = twin
    start(simulation, twin)


def sign_out(simulation: Simulation, chance: random.Random) -> None:
    """Signing out keeps what is unsent; the same person signs in again."""
    device = some(simulation, chance)
    if device is None:
        return
    simulation.stage.fault("sign out", device.name)
    tab = device.tabs[0]
    for other in device.tabs[1:]:
        simulation.node.call("close", device.name, tab=other)
    device.running, device.tabs = False, [tab]
    device.may_go_back()
    pending = simulation.node.ask("sign out", device.name, tab=tab)

    def over(_: object) -> None:
        device.peek()
        later(simulation, chance, MINUTE, lambda: simulation.sign_in(device))

    simulation.when_done(device, pending, over)


def clock_jump(simulation: Simulation, chance: random.Random) -> None:
    device = some(simulation, chance, running=False)
    assert device is not None
    wrong = skew(chance)
    simulation.stage.fault("clock jump", device.name, wrong)
    simulation.node.call("clock", device.name, skew=wrong)


def wrong_clock(simulation: Simulation, chance: random.Random) -> None:
    """A clock that was wrong from the beginning."""
    device = some(simulation, chance, running=False)
    assert device is not None
    wrong = skew(chance)
    simulation.stage.fault("wrong clock", device.name, wrong)
    simulation.node.call("clock", device.name, skew=wrong)


FAULTS = {
    "flight mode": Fault(flight_mode, 5),
    "kill": Fault(kill, 4),
    "kill at an await": Fault(kill_inside, 8),
    "power cut": Fault(power_cut, 3),
    "copy of a device": Fault(clone, 1),
    "sign out": Fault(sign_out, 2),
    "wrong clock": Fault(wrong_clock, 3, first=True),
    "clock jump": Fault(clock_jump, 4),
}
