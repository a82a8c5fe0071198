"""What all faults are made of."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tests.simulation.device import Device
    from tests.simulation.run import Simulation


class Fault(NamedTuple):
    """Something that happens now and then, at most `most` times in a seed; `first`: before anything else.

    `run` draws all that is random from what it is given for that, so that a plan without some other step still has
    the same fault.
    """

    run: Callable[[Simulation, random.Random], None]
    most: int
    first: bool = False


def some(simulation: Simulation, chance: random.Random, *, running: bool = True) -> Device | None:
    """A device at random, among those whose app runs or among all."""
    found = [each for each in simulation.devices.values() if each.running or not running]
    return chance.choice(found) if found else None


def later(
    simulation: Simulation, chance: random.Random, most: int, run: Callable[[], None]
) -> None:
    """Half a second to `most` milliseconds from now."""
    simulation.agenda.after(chance.randint(500, most), run)
