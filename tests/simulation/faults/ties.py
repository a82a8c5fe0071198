"""Who belongs to whom: classes, groups, circles, and teachers who leave the school."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulation import acts
from tests.simulation.agenda import MINUTE
from tests.simulation.faults.fault import Fault, later
from tests.simulation.roster import is_student
from tests.simulation.school import CAST, ROOMS

if TYPE_CHECKING:
    import random

    from tests.simulation.run import Simulation

LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


def _present(simulation: Simulation, *, students: bool) -> list[str]:
    """Those who are at school, in order."""
    away = simulation.roster.erased | simulation.roster.state.left
    people = [name for name, (role, _) in CAST.items() if role != "coordinator"]
    return [name for name in people if is_student(name) == students and name not in away]


# Classes


def class_move(simulation: Simulation, chance: random.Random) -> None:
    """A student leaves a class, or comes to one: teachers are revoked or granted."""
    _move(simulation, chance, "class move", _present(simulation, students=True))


def teacher_leaves(simulation: Simulation, chance: random.Random) -> None:
    _move(simulation, chance, "teacher leaves a class", _present(simulation, students=False))


def _move(
    simulation: Simulation, chance: random.Random, fault: str, people: list[str]
) -> tuple[str, str] | None:
    if not people:
        return None
    name, room = chance.choice(people), chance.choice(ROOMS)
    simulation.stage.fault(fault, name, room)
    _place(simulation, chance, name, room, inside=room not in simulation.roster.rooms_of(name))
    return name, room


def _place(
    simulation: Simulation, chance: random.Random, name: str, room: str, *, inside: bool
) -> None:
    school, members = simulation.school, simulation.roster.rooms[room]
    if inside:
        acts.act(simulation, chance, lambda: school.put(name, room))
        members.add(name)
    else:
        acts.act(simulation, chance, lambda: school.take(name, room))
        members.discard(name)
    simulation.roster.changed()


def revoked_for_a_while(simulation: Simulation, chance: random.Random) -> None:
    """Somebody is taken out of a class and put back: devices may notice both, or neither."""
    moved = _move(simulation, chance, "revoked for a while", _present(simulation, students=True))
    if moved is None:
        return
    name, room = moved
    inside = name not in simulation.roster.rooms[room]

    def back() -> None:
        if name in _present(simulation, students=True):
            simulation.stage.note("is put back", name, room)
            _place(simulation, chance, name, room, inside=inside)

    later(simulation, chance, 2 * MINUTE, back)


def dies_over_an_act(simulation: Simulation, chance: random.Random) -> None:
    """The server dies while a coordinator changes a class."""
    people = _present(simulation, students=True)
    if not people:
        return
    name, room = chance.choice(people), chance.choice(ROOMS)
    statements, school = chance.randint(1, 25), simulation.school
    inside = room not in simulation.roster.rooms_of(name)
    change = school.put if inside else school.take
    acts.at_school(simulation, statements, lambda: change(name, room))
    members = simulation.roster.rooms[room]
    (members.add if inside else members.discard)(name)
    simulation.roster.changed()


# Groups: equal owners and their teacher


def join_a_group(simulation: Simulation, chance: random.Random) -> None:
    """A new group, or one more owner of one that there is."""
    students = _present(simulation, students=True)
    teachers = _present(simulation, students=False)
    groups = simulation.roster.state.groups
    open_groups = {each: [s for s in students if s not in groups[each]] for each in sorted(groups)}
    found = [each for each, others in open_groups.items() if others]
    roles: dict[str, str | None]
    if found and chance.random() < 0.5:
        group = chance.choice(found)
        roles = {chance.choice(open_groups[group]): "owner"}
    elif len(students) > 1:
        group = "".join(chance.choices(LETTERS, k=25)) + "a"
        roles = dict.fromkeys(chance.sample(students, 2), "owner")
        roles |= {chance.choice(teachers): "teacher"} if teachers else {}
    else:
        return
    simulation.stage.fault("join a group", group, sorted(roles))
    space, school = f"g:{group}", simulation.school
    acts.act(simulation, chance, lambda: acts.set_members(school, space, roles))
    groups.setdefault(group, set()).update(roles)
    simulation.roster.changed()


def leave_a_group(simulation: Simulation, chance: random.Random) -> None:
    """A student leaves with a copy; a teacher of it just goes."""
    groups = simulation.roster.state.groups
    away = simulation.roster.erased
    members = [(group, name) for group in sorted(groups) for name in sorted(groups[group] - away)]
    if not members:
        return
    group, name = chance.choice(members)
    simulation.stage.fault("leave a group", group, name)
    space, school = f"g:{group}", simulation.school
    if is_student(name):
        acts.act(simulation, chance, lambda: acts.leave_group(school, space, name))
    else:
        acts.act(simulation, chance, lambda: acts.set_members(school, space, {name: None}))
    groups[group].discard(name)
    simulation.roster.changed()


# Circles: one piece shown to named peers


def show_to_a_peer(simulation: Simulation, chance: random.Random) -> None:
    """A student may show a piece to a peer; or the peer may see it no more."""
    circles = simulation.roster.state.circles
    students = _present(simulation, students=True)
    school = simulation.school
    if circles and chance.random() < 0.4:
        circle = chance.choice(sorted(circles))
        peers = [name for name in circles[circle][1:] if name not in simulation.roster.erased]
        if not peers:
            return
        name = chance.choice(peers)
        simulation.stage.fault("show to a peer", circle, name, "ends")
        acts.act(simulation, chance, lambda: acts.set_members(school, f"r:{circle}", {name: None}))
        circles[circle].remove(name)
    elif len(students) > 1:
        owner, peer = chance.sample(students, 2)
        circle = "".join(chance.choices(LETTERS, k=25)) + "a"
        simulation.stage.fault("show to a peer", circle, owner, peer)
        roles: dict[str, str | None] = {owner: "owner", peer: "peer"}
        acts.act(simulation, chance, lambda: acts.set_members(school, f"r:{circle}", roles))
        circles[circle] = [owner, peer]
    simulation.roster.changed()


# Teachers who leave the school


def leaves_the_school(simulation: Simulation, chance: random.Random) -> None:
    """A teacher keeps what is their own to read; some come back."""
    teachers = _present(simulation, students=False)
    if len(teachers) < 2:
        return
    name = chance.choice(teachers)
    simulation.stage.fault("a teacher leaves the school", name)
    school, state = simulation.school, simulation.roster.state
    acts.act(simulation, chance, lambda: acts.set_active(school, name, active=False))
    state.left.add(name)
    for members in state.groups.values():
        members.discard(name)
    simulation.roster.changed()
    if chance.random() < 0.6:
        later(
            simulation, chance, simulation.plan.length // 2, lambda: _back(simulation, chance, name)
        )


def _back(simulation: Simulation, chance: random.Random, name: str) -> None:
    left = simulation.roster.state.left
    if name in left and name not in simulation.roster.erased:
        simulation.stage.note("is taken back", name)
        acts.act(simulation, chance, lambda: acts.set_active(simulation.school, name, active=True))
        left.discard(name)
        simulation.roster.changed()


FAULTS = {
    "class move": Fault(class_move, 4),
    "teacher leaves a class": Fault(teacher_leaves, 2),
    "revoked for a while": Fault(revoked_for_a_while, 2),
    acts.DIES: Fault(dies_over_an_act, 2),
    "join a group": Fault(join_a_group, 3),
    "leave a group": Fault(leave_a_group, 2),
    "show to a peer": Fault(show_to_a_peer, 3),
    "a teacher leaves the school": Fault(leaves_the_school, 1),
}
