"""What becomes of a device's storage: dropped in part or as a whole, full, copied to another device."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulation.agenda import MINUTE
from tests.simulation.faults.devices import start
from tests.simulation.faults.fault import Fault, later, some
from tests.simulation.ledger import BrokenPromiseError

if TYPE_CHECKING:
    import random

    from tests.simulation.device import Device
    from tests.simulation.run import Simulation

FULL = "disk full"


def evict(simulation: Simulation, chance: random.Random) -> None:
    """The browser drops the cache, not the outbox."""
    device = some(simulation, chance)
    if device is None:
        return
    simulation.stage.fault("evict the cache", device.name)
    simulation.died(device)
    simulation.node.call("evict", device.name, suffix="-cache")
    device.may_go_back()
    later(simulation, chance, MINUTE, lambda: start(simulation, device))


def lose(simulation: Simulation, chance: random.Random) -> None:
    """The browser drops everything but its cookies: only what the school or another device has survives."""
    device = some(simulation, chance)
    if device is None:
        return
    simulation.stage.fault("lose the storage", device.name)
    simulation.died(device)
    simulation.node.call("evict", device.name, suffix="")
    simulation.ledger.alone |= device.saved
    device.saved = set()
    device.may_go_back()
    write_off(simulation)
    later(simulation, chance, MINUTE, lambda: start(simulation, device))


def write_off(simulation: Simulation) -> None:
    """Of what devices lost with their storage, nobody need find what nobody else has: now, or after a restore."""
    ledger = simulation.ledger
    held: set[str] = set().union(*(device.saved for device in simulation.devices.values()))
    there = {row["id"] for row in simulation.school.rows("SELECT id FROM history")}
    listed = (
        "SELECT CAST(body AS TEXT) AS body FROM record WHERE kind = 'not_accepted' AND NOT gone"
    )
    texts = "".join(row["body"] for row in simulation.school.rows(listed))
    for identity in ledger.alone - held - there:
        if identity not in texts:
            ledger.replace(identity)


def fill(simulation: Simulation, chance: random.Random) -> None:
    """Soon there is no room left: what was saved stays, and the person is told; later there is room again."""
    device = some(simulation, chance)
    if device is None:
        return
    simulation.stage.fault(FULL, device.name)
    simulation.node.call("room", device.name, commits=chance.randint(0, 6))
    later(simulation, chance, 3 * MINUTE, lambda: empty(simulation, device))


def empty(simulation: Simulation, device: Device) -> None:
    """Raises BrokenPromiseError where something had no room and nobody was told."""
    found = simulation.node.call("room", device.name)
    simulation.stage.note("has room again", device.name, found)
    if found["refused"] and not found["told"] and device.running:
        raise BrokenPromiseError(1, f"{device.name} had no room, and did not say so")


FAULTS = {
    "evict the cache": Fault(evict, 2),
    "lose the storage": Fault(lose, 1),
    FULL: Fault(fill, 2),
}
