"""A school of any size whose people are signed in already, so that no password has to be checked."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from pathfolio import db, ids, migrations
from pathfolio.app import create_app
from pathfolio.people import roster
from pathfolio.people.models import Enrolment, SchoolClass
from pathfolio.people.operations import create_school
from pathfolio.sessions.models import DeviceSession
from pathfolio.settings import Settings
from pathfolio.standing import digest

CLASS_SIZE = 25


@dataclass(frozen=True)
class Seat:
    """A person on a device of their own."""

    person: str
    token: str


@dataclass(frozen=True)
class Seats:
    students: list[Seat]
    teachers: list[Seat]


def prepare(url: str, students: int) -> Seats:
    """Fill an empty database with a school: classes of 25 with a teacher each."""
    folder = Path(tempfile.mkdtemp(prefix="pathfolio-load-"))
    app = create_app(Settings(data=folder, database_url=url, throwaway=True, log_level="ERROR"))
    with app.app_context():
        migrations.upgrade()
        school = create_school("riverside", "Riverside School").id
        seats = Seats([], [])
        for start in range(0, students, CLASS_SIZE):
            size = min(CLASS_SIZE, students - start)
            title = f"Class {start // CLASS_SIZE}"
            db.run_write(lambda session: _fill(session, school, title, size, seats))  # noqa: B023 - run at once
        db.db.engine.dispose()
    return seats


def _fill(session: Session, school: str, title: str, size: int, seats: Seats) -> None:
    room = SchoolClass(school=school, id=ids.new_id(), title=title)
    session.add(room)
    people = set()
    for role, number in (("teacher", 1), ("student", size)):
        for _ in range(number):
            name = f"P{ids.new_id()[:12]}"
            person = roster.new_person(session, school, name=name, username=name.lower(), role=role)
            session.add(Enrolment(school=school, class_id=room.id, person=person.id, role=role))
            people.add(person.id)
            seat = Seat(person.id, ids.new_id() * 2)
            (seats.teachers if role == "teacher" else seats.students).append(seat)
            session.add(_device(school, seat))
    roster.publish(session, school, people=people, classes={room.id}, by=None)


def _device(school: str, seat: Seat) -> DeviceSession:
    return DeviceSession(
        school=school,
        id=ids.new_id(),
        person=seat.person,
        device="load",
        shared=False,
        token=digest(seat.token),
    )
