"""Schools with much in them: a student with thousands of pieces, a teacher with 150 students."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from pathfolio import db, migrations
from pathfolio.access import Actor
from pathfolio.app import create_app
from pathfolio.demo.devices import Devices
from pathfolio.ids import new_id
from pathfolio.people import roster
from pathfolio.people.models import Enrolment, SchoolClass
from pathfolio.people.operations import create_school
from pathfolio.sessions.passwords import hashed
from pathfolio.settings import Settings
from tests.support.small_school import PASSWORD

STUDENT, TEACHER = "maya", "ada"
CLASSES = 6
SUBJECTS = ("bridge", "bread", "comic", "garden", "circuit", "song", "poem", "engine")
SENTENCE = "I measured it three times and drew it before I cut the wood, because the saw wanders. "
FIRST_DAY = datetime(2024, 9, 2, 8, tzinfo=UTC)


def one_student(url: str, pieces: int) -> None:
    """An empty database becomes a school whose only student has so many pieces, about 1.5 kB of JSON each."""
    fill(url, students=1, each=pieces)


def one_teacher(url: str, students: int, each: int) -> None:
    """... whose only teacher has so many students in six classes, with so many pieces each."""
    fill(url, students=students, each=each)


def fill(url: str, *, students: int, each: int) -> None:
    folder = Path(tempfile.mkdtemp(prefix="pathfolio-bench-"))
    app = create_app(Settings(data=folder, database_url=url, throwaway=True, log_level="ERROR"))
    with app.app_context():
        migrations.upgrade()
        school = create_school("bench", "Bench School").id
        kept = hashed(PASSWORD)
        people = db.run_write(lambda session: make_people(session, school, kept, students))
        devices = Devices(school, people, {})
        for number, username in enumerate(people):
            if people[username].role == "student":
                make_pieces(devices, username, number, each)
        devices.send()
        db.db.engine.dispose()


def make_people(session: Session, school: str, kept: str, students: int) -> dict[str, Actor]:
    rooms = [
        SchoolClass(school=school, id=new_id(), title=f"Workshop {n}")
        for n in range(1, CLASSES + 1)
    ]
    session.add_all(rooms)
    made: dict[str, Actor] = {}

    def add(username: str, name: str, role: str, classes: Iterable[SchoolClass]) -> None:
        person = roster.new_person(session, school, name=name, username=username, role=role)
        person.password = kept
        made[username] = Actor(person.id, school, role, "active", new_id())
        for room in classes:
            session.add(Enrolment(school=school, class_id=room.id, person=person.id, role=role))

    add(TEACHER, "Ada Okafor", "teacher", rooms)
    for n in range(students):
        username = STUDENT if n == 0 else f"student{n}"
        add(username, f"{SUBJECTS[n % 8].title()} Student {n}", "student", [rooms[n % CLASSES]])
    everybody = {actor.person for actor in made.values()}
    roster.publish(session, school, people=everybody, classes={room.id for room in rooms}, by=None)
    return made


def make_pieces(devices: Devices, username: str, number: int, count: int) -> None:
    space = f"p:{devices.people[username].person}"
    for n in range(count):
        subject = SUBJECTS[(n * 5 + number) % len(SUBJECTS)]
        fields = {
            "title": f"Our {subject}, try {n}",
            "words": f"About the {subject}. " + SENTENCE * (n % 12 + 4),
            "tags": {subject: {"text": subject}},
        }
        at = FIRST_DAY + timedelta(minutes=90 * n + number)
        devices.save(username, at, "artifact", space, new_id(), fields)
