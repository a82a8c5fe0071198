"""One small school for browsers: a class, a teacher, a coordinator and a few students, all with one password."""

from __future__ import annotations

import tempfile
from pathlib import Path

from sqlalchemy.orm import Session

from pathfolio import db, migrations
from pathfolio.app import create_app
from pathfolio.ids import new_id
from pathfolio.people import roster
from pathfolio.people.models import Enrolment, SchoolClass
from pathfolio.people.operations import create_school
from pathfolio.sessions.passwords import hashed
from pathfolio.settings import Settings

PASSWORD = "three warm words"
STUDENTS = {"maya": "Maya Castillo", "noor": "Noor Demir", "leo": "Leo Park"}
STAFF = {"ada": ("Ada Okafor", "teacher"), "grace": ("Grace Moreau", "coordinator")}
CLASS = "Workshop class"


def prepare(url: str) -> None:
    """Brings an empty database to the newest tables and fills it."""
    chosen = Settings(
        data=Path(tempfile.mkdtemp(prefix="pathfolio-test-")),
        database_url=url,
        throwaway=True,
        log_level="ERROR",
    )
    app = create_app(chosen)
    with app.app_context():
        migrations.upgrade()
        school = create_school("riverside", "Riverside School").id
        kept = hashed(PASSWORD)
        db.run_write(lambda session: fill(session, school, kept))
        db.db.engine.dispose()


def fill(session: Session, school: str, kept: str) -> None:
    room = SchoolClass(school=school, id=new_id(), title=CLASS)
    session.add(room)
    people = set()
    cast = {name: (full, "student") for name, full in STUDENTS.items()} | STAFF
    for username, (name, role) in cast.items():
        person = roster.new_person(session, school, name=name, username=username, role=role)
        person.password = kept
        people.add(person.id)
        if role != "coordinator":
            session.add(Enrolment(school=school, class_id=room.id, person=person.id, role=role))
    roster.publish(session, school, people=people, classes={room.id}, by=None)
