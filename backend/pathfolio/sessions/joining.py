"""Joining a class with its code; who joins is pending until the teacher confirms."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pathfolio import audit, db, limits, settings
from pathfolio.clock import now
from pathfolio.errors import Conflict, NotFound
from pathfolio.limits import HOUR, Limit
from pathfolio.people import names, roster
from pathfolio.people.models import Enrolment, School, SchoolClass
from pathfolio.sessions import codes, passwords
from pathfolio.sessions.operations import Device, begin

# Each may use some of the school's disk; more than this is no class at the door.
MOST_WAITING = 200


def join(code: str, name: str, username: str, password: str, device: Device) -> dict[str, Any]:
    """A new student, pending until the teacher confirms. Raises NotFound, Conflict, Invalid, TooMany."""
    found = look_up(code)
    wanted = names.username(username)
    passwords.check_new(password, username=wanted)
    fresh = passwords.hashed(password)

    def work(session: Session) -> tuple[str, str]:
        person = roster.new_person(
            session, found.school, name=name, username=wanted, role="student", status="pending"
        )
        person.password = fresh
        demand_place(session, found)
        session.add(
            Enrolment(
                school=found.school,
                class_id=found.id,
                person=person.id,
                role="student",
                pending=True,
            )
        )
        audit.note(session, found.school, "class.asked", actor=person.id, target=found.id)
        roster.publish(session, found.school, people={person.id}, by=person.id)
        return person.school, person.id

    return begin(*db.run_write(work), device)


def demand_place(session: Session, found: SchoolClass) -> None:
    """Raises Conflict where so many wait already that somebody must be playing with the code."""
    query = select(func.count()).where(
        Enrolment.school == found.school, Enrolment.class_id == found.id, Enrolment.pending
    )
    if (session.scalar(query) or 0) >= MOST_WAITING:
        raise Conflict(
            "Too many people wait for this class. Ask your teacher to confirm or decline them first.",
            slug="too_many_wait",
        )


def look(code: str) -> dict[str, Any]:
    """Which class a code opens. Raises NotFound, TooMany."""
    found = look_up(code)
    with db.read() as session:
        school = session.get_one(School, found.school)
    return {"class_": {"title": found.title}, "school": {"name": school.name}}


def look_up(code: str) -> SchoolClass:
    """The open class of a code; a wrong guess counts for the whole server."""
    found = settings.current()
    guards = [
        Limit("class-code", "everywhere", found.code_guesses, HOUR),
        Limit("class-code", limits.address(), found.address_tries),
    ]
    with db.read() as session:
        limits.check(session, guards)
        open_class = session.scalar(
            select(SchoolClass).where(
                SchoolClass.join_code == codes.normal(code)[:16],
                SchoolClass.join_expires > now(),
                SchoolClass.active,
            )
        )
    if open_class is None:
        db.run_write(lambda session: limits.wrong(session, guards))
        raise NotFound(
            "No class is open with this code. Check each letter, or ask your teacher to open it again.",
            slug="no_such_code",
        )
    return open_class
