"""Who may see what, by the words of the design alone: no code of the server is used here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.school import CAST, ROOMS

Json = dict[str, Any]


@dataclass
class State:
    """What a restore takes back: classes, groups with their teachers, circles (owner first), who left the school."""

    rooms: dict[str, set[str]]
    groups: dict[str, set[str]] = field(default_factory=dict)
    circles: dict[str, list[str]] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)


class Roster:
    """The school's people and their ties, as the run changes them."""

    def __init__(self, people: dict[str, str], rooms: dict[str, str], school: str) -> None:
        self.people, self.room_ids, self.school = people, rooms, school
        self.names = {identity: name for name, identity in people.items()}
        self.state = State({room: set() for room in ROOMS})
        self.erased: set[str] = set()
        self._ever: dict[str, set[str]] = defaultdict(set)
        for name, (_, room) in CAST.items():
            if room is not None:
                self.rooms[room].add(name)
        self.changed()

    @property
    def rooms(self) -> dict[str, set[str]]:
        return self.state.rooms

    def copy(self) -> State:
        return deepcopy(self.state)

    def back_to(self, state: State) -> None:
        """A restored server knows the ties of then; who was erased since stays erased."""
        self.state = deepcopy(state)
        self.changed()

    def changed(self) -> None:
        """Call it after each change: whoever could once read a space may hold words of it in their own."""
        for name in CAST:
            for space in self.spaces(name):
                self._ever[space].add(name)

    def rooms_of(self, name: str) -> list[str]:
        return sorted(room for room, names in self.rooms.items() if name in names)

    def students_of(self, teacher: str) -> Iterable[str]:
        for room in self.rooms_of(teacher):
            yield from (name for name in sorted(self.rooms[room]) if is_student(name))

    def spaces(self, name: str) -> set[str]:
        """The spaces that a person may see now."""
        own, state = self.people[name], self.state
        if name in self.erased:
            return set()
        spaces = {f"u:{own}"}
        if is_student(name):
            spaces.add(f"p:{own}")
        if name in state.left:
            return spaces
        spaces.add(f"o:{self.school}")
        spaces |= {f"c:{self.room_ids[room]}" for room in self.rooms_of(name)}
        spaces |= {f"g:{group}" for group, names in state.groups.items() if name in names}
        spaces |= {f"r:{circle}" for circle, names in state.circles.items() if name in names}
        if not is_student(name):
            students = (each for each in self.students_of(name) if each not in state.left)
            spaces |= {f"p:{self.people[student]}" for student in students}
        return spaces - self.closed

    @property
    def closed(self) -> set[str]:
        """Spaces of people who were erased."""
        ids = [self.people[name] for name in self.erased]
        return {f"{letter}:{each}" for letter in "up" for each in ids}

    def could_read(self, name: str, space: str) -> bool:
        """Whether the person may read a space, or could at some time."""
        return name in self._ever[space]


def is_student(name: str) -> bool:
    return CAST[name][0] == "student"
