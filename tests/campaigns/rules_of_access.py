"""Who may do what, once more: written from docs/product, sync and protocol, with nothing of the server's own table.

It knows only the facts of `random_school`. Where it and the server differ, one of them is wrong.
"""

from __future__ import annotations

from tests.campaigns.random_school import District, Human, Piece, Room

WORKING = {"active", "pending"}
STAFF = {"teacher", "coordinator"}


class Rules:
    def __init__(self, district: District) -> None:
        self.facts = district

    # Spaces

    def teaches(self, teacher: Human, student: Human) -> bool:
        """In an open class that the student is confirmed in, both being there today."""
        return teacher.status == student.status == "active" and any(
            room.open and teacher.id in room.teachers and student.id in room.students
            for room in self.facts.rooms.values()
        )

    def role(self, human: Human, space: str) -> str | None:
        """What somebody is in a space today; None: they may not know what is in it."""
        letter, _, of = space.partition(":")
        if letter in "gr":
            ring = self.facts.rings.get(space)
            return ring.roles.get(human.id) if ring else None
        if letter == "c":
            return self._in_class(human, self.facts.rooms.get(of))
        if letter == "o":
            return "reader" if human.school == of and human.status == "active" else None
        if human.id == of:
            return "owner" if letter == "u" or human.role == "student" else None
        other = self.facts.people.get(of)
        if letter == "p" and other is not None and other.role == "student":
            return "teacher" if self.teaches(human, other) else None
        return None

    def _in_class(self, human: Human, room: Room | None) -> str | None:
        if room is None or not room.open or human.status != "active":
            return None
        if human.id in room.teachers:
            return "teacher"
        return "student" if human.id in room.students else None

    def spaces(self, human: Human) -> set[str]:
        """All that a fresh device of this person is to be told of."""
        named = {f"{letter}:{each}" for each in self.facts.people for letter in "up"}
        named |= {f"c:{each}" for each in self.facts.rooms} | set(self.facts.rings)
        named |= {f"o:{each.school}" for each in self.facts.people.values()}
        return {space for space in named if self.role(human, space) is not None}

    # Records

    def sees(self, human: Human, piece: Piece) -> bool:
        return self.role(human, piece.space) is not None

    def makes(self, human: Human, kind: str, space: str) -> bool:
        """May they put a new record of this kind there?"""
        role = self.role(human, space)
        if human.status not in WORKING or role is None:
            return False
        if kind == "artifact":
            return role == "owner"
        if kind == "reply":
            return role in {"owner", "teacher"}
        # Feedback and "seen" are a teacher's; a draft of their own nobody else reads.
        return role == "teacher" or (space == f"u:{human.id}" and human.role in STAFF)

    def changes(self, human: Human, piece: Piece) -> bool:
        """Only whoever wrote it; the work of a group belongs to each of its owners."""
        if human.status not in WORKING or not self.sees(human, piece):
            return False
        if piece.kind == "artifact" and piece.space.startswith("g:"):
            return self.role(human, piece.space) == "owner"
        return piece.by == human.id and (
            piece.space == f"u:{human.id}" or self.makes(human, piece.kind, piece.space)
        )

    def moves(self, human: Human, piece: Piece, audience: str) -> bool:
        """May they put it before this audience?"""
        if not self.changes(human, piece):
            return False
        if self.home(human, audience) == piece.space:
            return True
        ring = self.facts.rings.get(piece.space)
        if piece.space.startswith("g:") and ring is not None:
            others = [
                who for who, role in ring.roles.items() if role == "owner" and who != human.id
            ]
            if others:
                return False
        home = self.home(human, audience)
        return home is not None and self.makes(human, "artifact", home)

    def home(self, human: Human, audience: str) -> str | None:
        """Where work of theirs with this audience lives."""
        word, _, identity = audience.partition(":")
        homes = {"me": f"u:{human.id}", "group": f"g:{identity}", "circle": f"r:{identity}"}
        if word == "teachers":
            return f"p:{human.id}" if human.role == "student" else None
        return homes[word]

    def fetches(self, human: Human, piece: Piece, size: str) -> bool:
        """The picture of a piece: the original is its owner's alone."""
        return (
            piece.by == human.id
            if size == "original"
            else piece.by == human.id or self.sees(human, piece)
        )

    # The school's affairs

    def coordinates(self, human: Human, school: str) -> bool:
        return human.role == "coordinator" and human.status == "active" and human.school == school

    def helps(self, human: Human, other: Human) -> bool:
        """Give a one-time code: the coordinator, and teachers of a class the student is in or asked to join."""
        if self.coordinates(human, other.school):
            return True
        return human.status == "active" and any(
            room.open and human.id in room.teachers and other.id in room.students | room.waiting
            for room in self.facts.rooms.values()
        )

    def runs(self, human: Human, room: Room) -> bool:
        """Open the class for newcomers and let them in: whoever teaches it."""
        return human.status == "active" and human.id in room.teachers
