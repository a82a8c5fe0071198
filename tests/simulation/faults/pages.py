"""What is odd about the pages of a pull: they are small, or one of them lost a row on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulation import acts
from tests.simulation.faults.fault import Fault, some

if TYPE_CHECKING:
    import random

    from tests.simulation.run import Simulation

LACKS = "a page lacks a row"


def small(simulation: Simulation, chance: random.Random) -> None:
    """A page holds so few rows that a space, or all of them together, need several."""
    rows = chance.choice((2, 5, 12, 30))
    simulation.stage.fault("small pages", rows)
    acts.pages_of(rows)


def lack(simulation: Simulation, chance: random.Random) -> None:
    """The next page with records that reaches a device lacks one, as if something on the way or here had dropped it."""
    device = some(simulation, chance)
    if device is not None:
        simulation.network.tearing[device.name] = chance.random()


FAULTS = {"small pages": Fault(small, 1, first=True), LACKS: Fault(lack, 1)}
