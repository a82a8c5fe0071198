"""What happens at school: the server's past, and the roster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulation.agenda import MINUTE
from tests.simulation.faults.fault import Fault, later
from tests.simulation.school import CAST, ROOMS

if TYPE_CHECKING:
    import random

    from tests.simulation.run import Simulation


def restore(simulation: Simulation, chance: random.Random) -> None:
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

    later(simulation, chance, max(MINUTE, simulation.plan.length // 2), put_back)


def class_move(simulation: Simulation, chance: random.Random) -> None:
    """A student leaves a class, or comes to one: teachers are revoked or granted."""
    student = chance.choice([name for name in CAST if CAST[name][0] == "student"])
    _move(simulation, chance, "class move", student)


def teacher_leaves(simulation: Simulation, chance: random.Random) -> None:
    teacher = chance.choice([name for name in CAST if CAST[name][0] == "teacher"])
    _move(simulation, chance, "teacher leaves a class", teacher)


def _move(simulation: Simulation, chance: random.Random, fault: str, name: str) -> None:
    rooms = simulation.roster.rooms_of(name)
    room = chance.choice(ROOMS)
    simulation.stage.fault(fault, name, room)
    if room in rooms:
        simulation.school.take(name, room)
        simulation.roster.rooms[room].discard(name)
    else:
        simulation.school.put(name, room)
        simulation.roster.rooms[room].add(name)


FAULTS = {
    "restore": Fault(restore, 1),
    "class move": Fault(class_move, 4),
    "teacher leaves a class": Fault(teacher_leaves, 2),
}
