"""Several tabs of one browser: they share the disk, locks and news, and one leads the sync."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulation.agenda import MINUTE
from tests.simulation.faults.fault import Fault, later, some

if TYPE_CHECKING:
    import random

    from tests.simulation.device import Device
    from tests.simulation.devices import Pending
    from tests.simulation.run import Simulation

MOST = 3


def open_tab(simulation: Simulation, chance: random.Random) -> None:
    device = some(simulation, chance)
    if device is None or len(device.tabs) == MOST:
        return
    number = max(device.tabs) + 1
    simulation.stage.fault("another tab", device.name, number)
    pending = simulation.node.ask("start", device.name, tab=number)

    def opened(done: Pending) -> None:
        if simulation.node.must(done) is not None and device.running:
            device.tabs.append(number)

    simulation.when_done(device, pending, opened)
    simulation.follow()


def _several(simulation: Simulation, chance: random.Random) -> Device | None:
    found = [each for each in simulation.devices.values() if each.running and len(each.tabs) > 1]
    return chance.choice(found) if found else None


def close_tab(simulation: Simulation, chance: random.Random) -> None:
    """One tab is killed in the middle of whatever it does, mostly the one that leads; the others go on."""
    device = _several(simulation, chance)
    if device is None:
        open_tab(simulation, chance)
        return
    leading = [tab for tab in device.tabs if device.dump(tab)["leads"]]
    tab = chance.choice([*leading, *leading, *device.tabs])
    simulation.stage.fault("kill a tab", device.name, tab)
    simulation.node.call("close", device.name, tab=tab)
    device.tabs.remove(tab)
    simulation.forget_waiting(device)
    simulation.follow()


def freeze_tab(simulation: Simulation, chance: random.Random) -> None:
    """The tab that leads sleeps with all that it has begun; another one takes the lead; then it wakes up again."""
    device = _several(simulation, chance)
    if device is None:
        open_tab(simulation, chance)
        return
    leading = [tab for tab in device.tabs if device.dump(tab)["leads"]]
    if not leading:
        return
    tab = leading[0]
    simulation.stage.fault("freeze the leading tab", device.name, tab)
    simulation.node.call("freeze", device.name, tab=tab, asleep=True)
    device.tabs.remove(tab)

    def wake() -> None:
        if device.running and device.born == born:
            simulation.stage.note("wakes up", device.name, tab)
            device.tabs.append(tab)
            simulation.node.call("freeze", device.name, tab=tab, asleep=False)
            simulation.follow()

    born = device.born
    later(simulation, chance, MINUTE, wake)


FAULTS = {
    "another tab": Fault(open_tab, 2),
    "kill a tab": Fault(close_tab, 3),
    "freeze the leading tab": Fault(freeze_tab, 2),
}
