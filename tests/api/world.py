"""Two schools with the same people in both, made in turns, so that a forgotten school in a query shows."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

from pathfolio import db, standing
from pathfolio.app import create_app
from pathfolio.people import classes, operations, roster
from pathfolio.people.models import Enrolment, Person, School, SchoolClass
from pathfolio.sessions import passwords, tokens
from pathfolio.sessions.models import DeviceSession
from pathfolio.settings import Settings

SECRET = "Zk3v9Qx7Lr1Tn5Wb8Yc2Md6Hf4Jg0Ps!"
PASSWORD = "three warm words"
HOST = "https://pathfolio.test"
SCHOOLS = ("north", "south")
# user name: (role, class, state)
CAST = {
    "cora": ("coordinator", None, "active"),
    "tia": ("teacher", "blue", "active"),
    "tom": ("teacher", "green", "active"),
    "ana": ("student", "blue", "active"),
    "ben": ("student", "blue", "active"),
    "cai": ("student", "green", "active"),
    "pia": ("student", "blue", "pending"),
    "lea": ("student", "blue", "inactive"),
    "lou": ("teacher", "blue", "inactive"),
}


def settings(url: str, **changes: object) -> Settings:
    """Settings of a test server; a data folder of its own."""
    values: dict[str, object] = {
        "data": Path(tempfile.mkdtemp(prefix="pathfolio-test-")),
        "database_url": url,
        "secret": SECRET,
        "throwaway": True,
        "log_level": "ERROR",
        "device_calls": 10**9,
        "address_calls": 10**9,
    }
    return Settings(**(values | changes))  # type: ignore[arg-type]


def prepare(url: str) -> None:
    """Fill an empty database with both schools."""
    app = create_app(settings(url))
    with app.app_context():
        db.db.create_all()
        kept = passwords.hashed(PASSWORD)
        ids = {
            slug: operations.create_school(slug, f"{slug.title()} School").id for slug in SCHOOLS
        }
        rooms = {
            (slug, title): classes.add_class(ids[slug], title, by=None)["id"]
            for title in ("blue", "green")
            for slug in SCHOOLS
        }
        for name in CAST:
            for slug in SCHOOLS:
                room = rooms.get((slug, CAST[name][1] or ""))
                cast(ids[slug], f"{name.title()} {slug.title()}", name, room, kept)
        db.db.engine.dispose()


def cast(school: str, full: str, name: str, room: str | None, kept: str) -> None:
    """One person of the cast, in their class and in their state."""
    role, _, state = CAST[name]

    def work(session: Session) -> str:
        person = roster.new_person(session, school, name=full, username=name, role=role)
        person.password = kept
        if state == "pending" and room:
            person.status = "pending"
            session.add(
                Enrolment(
                    school=school, class_id=room, person=person.id, role="student", pending=True
                )
            )
        roster.publish(session, school, people={person.id}, by=None)
        return person.id

    person = db.run_write(work)
    if room and state != "pending":
        part = "student" if role == "student" else "teacher"
        classes.put(school, room, person, part, by=None)
    if state == "inactive":
        operations.change_person(school, person, {"active": False}, by=None)


class Browser(FlaskClient):
    """Asks over https at the school's address, as a page of that address would."""

    def open(self, *args: Any, **options: Any) -> TestResponse:  # noqa: ANN401
        options.setdefault("base_url", HOST)
        headers = Headers(options.pop("headers", None))
        headers.setdefault("Sec-Fetch-Site", "same-origin")
        return super().open(*args, headers=headers, **options)


@dataclass
class World:
    """The prepared schools behind one application, and ways to act in them."""

    app: Flask
    ids: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with self.app.app_context(), db.read() as session:
            slugs = {school.id: school.slug for school in session.scalars(select(School))}
            self.ids |= {(slug, "school"): school for school, slug in slugs.items()}
            for person in session.scalars(select(Person)):
                self.ids[slugs[person.school], person.username or ""] = person.id
            for room in session.scalars(select(SchoolClass)):
                self.ids[slugs[room.school], room.title] = room.id

    def id(self, name: str, school: str = "north") -> str:
        """The id of a person by user name, of a class by title, or of the school itself."""
        return self.ids[school, name]

    def client(self) -> FlaskClient:
        """A browser that nobody has signed in on."""
        return Browser(self.app)

    def as_(self, name: str, school: str = "north", *, shared: bool = False) -> FlaskClient:
        """A browser on which this person is signed in, without the time a password takes."""

        def work(session: Session) -> str:
            person = session.get_one(Person, (self.id("school", school), self.id(name, school)))
            return begin(session, person, shared=shared)

        with self.app.test_request_context():
            token = db.run_write(work)
        client = self.client()
        client.set_cookie(standing.COOKIE, token, domain="pathfolio.test", secure=True)
        return client


def begin(session: Session, person: Person, *, shared: bool) -> str:
    """A session in the database; returns its token."""
    row: DeviceSession = tokens.issue(session, person, device="A test", shared=shared)
    assert row.id
    token: str = g.new_token
    return token
