"""Adding, renaming, moving and deactivating people: what a coordinator does, without HTTP."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select, tuple_, update
from sqlalchemy.orm import Session

from pathfolio import audit, db, settings
from pathfolio.access import Target
from pathfolio.clock import now, to_wire
from pathfolio.errors import Conflict, Invalid, NotFound
from pathfolio.frameworks import library
from pathfolio.ids import new_id
from pathfolio.people import names, roster
from pathfolio.people.models import STAFF, Enrolment, Person, School, SchoolClass
from pathfolio.pokes import sending as pokes
from pathfolio.sessions import codes
from pathfolio.sessions.models import DeviceSession
from pathfolio.syncing.write import open_school
from pathfolio.text import clean

PAGE = 50
# One sentence for who is not there and for who is not one's own: a refusal must not tell which.
NOT_HERE = "This person is not in your school, or not one that you are in charge of."
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def create_school(slug: str, name: str) -> School:
    """A new, empty school. Raises Invalid or Conflict."""
    if SLUG.fullmatch(slug) is None:
        raise Invalid("A school's short name has small letters, digits and dashes only.")

    def work(session: Session) -> School:
        if session.scalar(select(School.id).where(School.slug == slug)):
            raise Conflict(f"There is a school {slug} already.")
        school = School(id=new_id(), slug=slug, name=name)
        session.add(school)
        open_school(session, school.id)
        session.flush()
        library.publish(session, school.id)
        session.expunge(school)
        return school

    return db.run_write(work)


def add_person(
    school: str, *, name: str, role: str, username: str | None = None, by: str | None
) -> tuple[dict[str, Any], str]:
    """Add a person; returns it and a one-time code to set a password. Raises Invalid, Conflict."""
    wanted = names.username(username) if username else None

    def work(session: Session) -> tuple[dict[str, Any], str]:
        roster.lock(session, school)
        chosen = wanted or names.proposal(session, school, name)
        person = roster.new_person(session, school, name=name, username=chosen, role=role)
        code = give_code(person)
        audit.note(session, school, "person.added", actor=by, target=person.id)
        roster.publish(session, school, people={person.id}, by=by)
        return describe(person), code

    return db.run_write(work)


def change_person(
    school: str, person_id: str, change: dict[str, Any], *, by: str | None, confirmed: bool = True
) -> dict[str, Any]:
    """Rename, give another role, deactivate or take back. Raises NotFound, Invalid, Conflict."""

    def work(session: Session) -> dict[str, Any]:
        roster.lock(session, school)
        person = get_person(session, school, person_id)
        people, classes = roster.touched_by(session, person)
        if "name" in change:
            person.name, person.sort = change["name"], names.sort_key(change["name"])
        if change.get("role", person.role) != person.role:
            change_role(session, person, change["role"])
        if "active" in change:
            set_active(session, person, active=change["active"])
        for each in sorted(change):
            audit.note(session, school, f"person.{each}", actor=by, target=person.id)
        roster.publish(session, school, people=people, classes=classes, by=by, confirmed=confirmed)
        return describe(person, classes_of(session, school, [person.id]).get(person.id, []))

    return db.run_write(work)


def change_role(session: Session, person: Person, role: str) -> None:
    if (person.role in STAFF) != (role in STAFF):
        raise Invalid(
            "A student cannot become a teacher, nor a teacher a student: add a new person instead.",
            errors={"role": ["Add a new person instead."]},
        )
    if person.role == "coordinator":
        demand_other_coordinator(session, person)
    person.role = role


def set_active(session: Session, person: Person, *, active: bool) -> None:
    if not active and person.role == "coordinator":
        demand_other_coordinator(session, person)
    person.status = "active" if active else "inactive"
    person.left = None if active else (person.left or now())


def demand_other_coordinator(session: Session, person: Person) -> None:
    """Raises Conflict where a school would be left without anybody who can let people in."""
    other = session.scalar(
        select(Person.id).where(
            Person.school == person.school,
            Person.role == "coordinator",
            Person.status == "active",
            Person.id != person.id,
        )
    )
    if other is None and person.status == "active":
        raise Conflict("This is the school's only coordinator. Make somebody else one first.")


def give_code(person: Person) -> str:
    """Set a fresh one-time code on the person and return it."""
    code = codes.new(codes.ONCE_LENGTH)
    person.code = codes.digest(code)
    person.code_expires = now() + timedelta(hours=settings.current().code_hours)
    return code


def one_time_code(school: str, person_id: str, *, by: str | None) -> dict[str, str]:
    """A one-time code for somebody who forgot the password; replaces an earlier one."""

    def work(session: Session) -> dict[str, str]:
        person = get_person(session, school, person_id)
        if person.status == "inactive":
            raise Conflict("This person has left. Take them back first.")
        code = give_code(person)
        audit.note(session, school, "person.code", actor=by, target=person.id)
        assert person.code_expires is not None  # noqa: S101 - set by give_code
        return {"code": code, "expires": to_wire(person.code_expires)}

    return db.run_write(work)


def forget_person(session: Session, school: str, person_id: str) -> None:
    """Turn an account into a tombstone that answers 410, in the caller's transaction.

    Takes the name and every way to sign in; memberships and records are erased by sync's erasure.
    """
    roster.lock(session, school)
    person = get_person(session, school, person_id)
    people, classes = roster.touched_by(session, person)
    for row in session.scalars(
        select(Enrolment).where(Enrolment.school == school, Enrolment.person == person_id)
    ):
        session.delete(row)
    person.name, person.sort, person.username = "", "", None
    person.password = person.code = person.code_expires = None
    person.shared_key = b""
    person.status, person.left = "deleted", now()
    db.after_commit(session, lambda: pokes.note(school, people={person_id}))
    # The sessions stay, so that the devices are told; what people call their phone is a name, too.
    theirs = (DeviceSession.school == school, DeviceSession.person == person_id)
    session.execute(update(DeviceSession).where(*theirs).values(device=""))
    audit.note(session, school, "person.erased", actor=None, target=person_id)
    roster.publish(session, school, people=people - {person_id}, classes=classes, by=None)


def list_people(school: str, query: dict[str, Any]) -> dict[str, Any]:
    """A page of people in the order of their names. Raises Invalid for a foreign cursor."""
    chosen = select(Person).where(Person.school == school, Person.status != "deleted")
    if "role" in query:
        chosen = chosen.where(Person.role == query["role"])
    if "class_" in query:
        inside = select(Enrolment.person).where(
            Enrolment.school == school, Enrolment.class_id == query["class_"]
        )
        chosen = chosen.where(Person.id.in_(inside))
    if query.get("q", "").strip():
        sought = escaped(query["q"])
        chosen = chosen.where(
            or_(
                Person.sort.like(f"%{names.sort_key(sought)}%", escape="\\"),
                Person.username.like(f"%{names.normal_username(sought)}%", escape="\\"),
            )
        )
    if query.get("cursor"):
        chosen = chosen.where(tuple_(Person.sort, Person.id) > tuple_(*unpack(query["cursor"])))
    with db.read() as session:
        found = session.scalars(chosen.order_by(Person.sort, Person.id).limit(PAGE + 1)).all()
        page, more = found[:PAGE], len(found) > PAGE
        theirs = classes_of(session, school, [person.id for person in page])
    return {
        "people": [describe(person, theirs.get(person.id, [])) for person in page],
        "next": pack(page[-1]) if more else None,
    }


def escaped(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text.strip())


def pack(person: Person) -> str:
    return base64.urlsafe_b64encode(json.dumps([person.sort, person.id]).encode()).decode()


def unpack(cursor: str) -> tuple[str, str]:
    try:
        sort, person = json.loads(base64.b64decode(cursor.encode(), altchars=b"-_", validate=True))
        return clean(sort), clean(person)
    except (ValueError, TypeError, RecursionError, binascii.Error):
        sentence = "This list has changed. Please start again from its beginning."
        raise Invalid(sentence, errors={"cursor": [sentence]}) from None


def show_person(school: str, person_id: str) -> dict[str, Any]:
    with db.read() as session:
        person = get_person(session, school, person_id)
        return describe(person, classes_of(session, school, [person_id]).get(person_id, []))


def describe(person: Person, classes: list[dict[str, str]] | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": person.id,
        "name": person.name,
        "username": person.username,
        "role": person.role,
        "status": person.status,
        "classes": classes or [],
    }
    return found


def classes_of(
    session: Session, school: str, people: Iterable[str]
) -> dict[str, list[dict[str, str]]]:
    """The classes of each of these people, by title."""
    rows = session.execute(
        select(Enrolment.person, Enrolment.role, SchoolClass.id, SchoolClass.title)
        .join(
            SchoolClass,
            (SchoolClass.school == Enrolment.school) & (SchoolClass.id == Enrolment.class_id),
        )
        .where(Enrolment.school == school, Enrolment.person.in_(list(people)))
        .order_by(SchoolClass.title, SchoolClass.id)
    )
    found: dict[str, list[dict[str, str]]] = {}
    for person, role, class_id, title in rows:
        found.setdefault(person, []).append({"id": class_id, "title": title, "role": role})
    return found


def get_person(session: Session, school: str, person_id: str) -> Person:
    """Raises NotFound for nobody, for another school's people and for tombstones."""
    person = session.get(Person, (school, person_id))
    if person is None or person.status == "deleted":
        raise NotFound(NOT_HERE)
    return person


def target(school: str, person_id: str) -> Target:
    """A person as the target of an action; teachers also of a class they only asked to join."""
    with db.read() as session:
        get_person(session, school, person_id)
        classes = session.scalars(
            select(Enrolment.class_id)
            .join(
                SchoolClass,
                (SchoolClass.school == Enrolment.school) & (SchoolClass.id == Enrolment.class_id),
            )
            .where(
                Enrolment.school == school,
                Enrolment.person == person_id,
                Enrolment.role == "student",
                SchoolClass.active,
            )
        ).all()
        teachers = roster.teachers_of(session, school, classes)
    return Target(school=school, person=person_id, teachers=frozenset(teachers), missing=NOT_HERE)
