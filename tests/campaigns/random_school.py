"""A district of random schools, made through the server's own roster, and beside it what was made, as plain facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from pathfolio import clock, db, ids
from pathfolio.people import classes, operations, roster
from pathfolio.people.models import Enrolment, Person
from pathfolio.sessions import tokens
from pathfolio.standing import COOKIE
from pathfolio.syncing import write
from pathfolio.uploads.models import Upload
from tests.api.world import Browser, begin


@dataclass
class Human:
    """A person: role student, teacher or coordinator; status active, pending or inactive."""

    id: str
    school: str
    role: str
    status: str = "active"
    client: str = ""
    n: int = 0


@dataclass
class Room:
    id: str
    school: str
    open: bool = True
    teachers: set[str] = field(default_factory=set)
    students: set[str] = field(default_factory=set)
    waiting: set[str] = field(default_factory=set)


@dataclass
class Ring:
    """A group of equal owners with its teacher, or a circle: an owner and the peers who are shown a piece."""

    space: str
    school: str
    roles: dict[str, str]


@dataclass
class Piece:
    """A record: `about` is the artifact that it belongs to; `upload` the picture that it shows."""

    id: str
    kind: str
    by: str
    school: str
    space: str
    about: str | None = None
    upload: str | None = None


@dataclass
class District:
    """Everything that there is."""

    app: Flask
    dice: Random
    people: dict[str, Human] = field(default_factory=dict)
    rooms: dict[str, Room] = field(default_factory=dict)
    rings: dict[str, Ring] = field(default_factory=dict)
    pieces: dict[str, Piece] = field(default_factory=dict)
    browsers: dict[str, FlaskClient] = field(default_factory=dict)

    def build(self, schools: int = 3) -> None:
        with self.app.app_context():
            for number in range(schools):
                self._school(f"school-{number}")

    def leave(self) -> None:
        """Some go: they are told at the end, so that they leave work behind."""
        with self.app.app_context():
            for human in list(self.people.values()):
                if human.role != "coordinator" and self.dice.random() < 0.12:
                    change = {"active": False}
                    operations.change_person(
                        human.school, human.id, change, by=None, confirmed=True
                    )
                    human.status = "inactive"
                    for ring in self.rings.values():
                        if human.role == "teacher":
                            ring.roles.pop(human.id, None)
            for room in self.rooms.values():
                if self.dice.random() < 0.15:
                    change = {"active": False}
                    classes.change_class(room.school, room.id, change, by=None, confirmed=True)
                    room.open = False

    def _school(self, slug: str) -> None:
        dice, school = self.dice, operations.create_school(slug, slug.title()).id
        roles = ["coordinator"] * dice.randint(1, 2) + ["teacher"] * dice.randint(2, 4)
        for role in roles + ["student"] * dice.randint(5, 9):
            self._person(school, role)
        for _ in range(dice.randint(2, 3)):
            self._room(school)
        for letter in "ggrr":
            self._ring(school, letter)

    def _person(self, school: str, role: str) -> None:
        def work(session: Session) -> str:
            word = f"somebody-{len(self.people)}"
            person = roster.new_person(session, school, name=word, username=word, role=role)
            roster.publish(session, school, people={person.id}, by=None)
            return person.id

        made = db.run_write(work)
        self.people[made] = Human(made, school, role)

    def of(self, school: str, *roles: str) -> list[Human]:
        return [
            each for each in self.people.values() if each.school == school and each.role in roles
        ]

    def _room(self, school: str) -> None:
        dice = self.dice
        made = classes.add_class(school, f"room {len(self.rooms)}", by=None)["id"]
        room = self.rooms[made] = Room(made, school)
        for human in dice.sample(self.of(school, "teacher", "coordinator"), dice.randint(1, 2)):
            classes.put(school, made, human.id, "teacher", by=None)
            room.teachers.add(human.id)
        for human in self.of(school, "student"):
            if human.status == "active" and dice.random() < 0.5:
                classes.put(school, made, human.id, "student", by=None)
                room.students.add(human.id)
        self._waiting(school, room)

    def _waiting(self, school: str, room: Room) -> None:
        """Somebody asked to join and nobody has answered yet."""

        def work(session: Session) -> str:
            word = f"newcomer-{len(self.people)}"
            person = roster.new_person(session, school, name=word, username=word, role="student")
            person.status = "pending"
            session.add(
                Enrolment(
                    school=school, class_id=room.id, person=person.id, role="student", pending=True
                )
            )
            roster.publish(session, school, people={person.id}, by=None)
            return person.id

        made = db.run_write(work)
        self.people[made] = Human(made, school, "student", "pending")
        room.waiting.add(made)

    def _ring(self, school: str, letter: str) -> None:
        students = [each for each in self.of(school, "student") if each.status == "active"]
        some = self.dice.sample(students, min(3, len(students)))
        others = "owner" if letter == "g" else "peer"
        roles = {each.id: others for each in some} | {some[0].id: "owner"}
        if letter == "g":
            roles[self.dice.choice(self.of(school, "teacher")).id] = "teacher"
        space = f"{letter}:{ids.new_id()}"

        def work(session: Session) -> None:
            with write.space_locks(session, school, [space]) as locks:
                for person, role in roles.items():
                    write.set_member(locks, space, person, role)

        db.run_write(work)
        self.rings[space] = Ring(space, school, roles)

    # Sessions and files

    def session(self, person: str) -> tuple[str, str]:
        """Id and token of one more session of a person."""
        human = self.people[person]

        def work(session: Session) -> str:
            return begin(session, session.get_one(Person, (human.school, person)), shared=False)

        with self.app.test_request_context():
            token = db.run_write(work)
            with db.read() as session:
                row = tokens.find(session, token)
                assert row is not None
                return row.id, token

    def browser(self, person: str) -> FlaskClient:
        if person not in self.browsers:
            client = Browser(self.app)
            _, token = self.session(person)
            client.set_cookie(COOKIE, token, domain="pathfolio.test", secure=True)
            self.browsers[person] = client
        return self.browsers[person]

    def picture(self, person: str) -> str:
        """An upload as the worker leaves it: verified, with a small rendition."""
        upload, now, school = ids.new_id(), clock.now(), self.people[person].school
        with self.app.app_context(), db.write() as session:
            session.add(
                Upload(
                    school=school, person=person, id=upload, state="verified", kind="photo", sha256="0" * 64, size=10,
                    mime="image/jpeg", key=f"{school}/2026/{upload}", place="disk", part_bytes=10, created=now,
                    touched=now, found="image/jpeg", width=320, height=200, sizes={"w320": [320, 200, 9]},
                )
            )  # fmt: skip
        return upload
