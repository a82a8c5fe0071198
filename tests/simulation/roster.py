"""Who may see what, by the words of the design alone: no code of the server is used here."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from tests.simulation.school import CAST, ROOMS

Json = dict[str, Any]


class Roster:
    """Classes and who is in them, as the run changes them."""

    def __init__(self, people: dict[str, str], rooms: dict[str, str], school: str) -> None:
        self.people, self.room_ids, self.school = people, rooms, school
        self.names = {identity: name for name, identity in people.items()}
        self.rooms: dict[str, set[str]] = {room: set() for room in ROOMS}
        for name, (_, room) in CAST.items():
            if room is not None:
                self.rooms[room].add(name)

    def copy(self) -> dict[str, set[str]]:
        return deepcopy(self.rooms)

    def rooms_of(self, name: str) -> list[str]:
        return sorted(room for room, names in self.rooms.items() if name in names)

    def students_of(self, teacher: str) -> Iterable[str]:
        for room in self.rooms_of(teacher):
            yield from (name for name in sorted(self.rooms[room]) if CAST[name][0] == "student")

    def spaces(self, name: str) -> set[str]:
        """The spaces that a person may see now."""
        own = self.people[name]
        spaces = {f"u:{own}", f"o:{self.school}"}
        spaces |= {f"c:{self.room_ids[room]}" for room in self.rooms_of(name)}
        if CAST[name][0] == "student":
            spaces.add(f"p:{own}")
        if CAST[name][0] == "teacher":
            spaces |= {f"p:{self.people[student]}" for student in self.students_of(name)}
        return spaces
