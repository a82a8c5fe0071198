"""Classes: adding, renaming, closing, who is in them, pasting a list, class codes, who asked to join."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pathfolio import audit, db, settings
from pathfolio.access import Actor, Target
from pathfolio.clock import now, to_wire
from pathfolio.errors import Conflict, Invalid, NotFound
from pathfolio.ids import new_id
from pathfolio.people import operations, roster
from pathfolio.people.models import STAFF, Enrolment, Person, SchoolClass
from pathfolio.sessions import codes

NOT_HERE = "This class is not in your school, or not one that you teach."


def add_class(school: str, title: str, *, by: str | None) -> dict[str, Any]:
    def work(session: Session) -> dict[str, Any]:
        roster.lock(session, school)
        found = SchoolClass(school=school, id=new_id(), title=title)
        session.add(found)
        audit.note(session, school, "class.added", actor=by, target=found.id)
        session.flush()
        roster.publish(session, school, classes={found.id}, by=by)
        return describe(found)

    return db.run_write(work)


def change_class(
    school: str, class_id: str, change: dict[str, Any], *, by: str | None, confirmed: bool = True
) -> dict[str, Any]:
    """Rename, close or open again. Closing takes the class's teachers from its students."""

    def work(session: Session) -> dict[str, Any]:
        roster.lock(session, school)
        found = get_class(session, school, class_id)
        found.title = change.get("title", found.title)
        people: set[str] = set()
        if change.get("active", found.active) != found.active:
            found.active = change["active"]
            found.join_code = found.join_expires = None
            people = roster.circle_of(session, school, class_id)
        for each in sorted(change):
            audit.note(session, school, f"class.{each}", actor=by, target=class_id)
        roster.publish(
            session, school, people=people, classes={class_id}, by=by, confirmed=confirmed
        )
        return describe(found)

    return db.run_write(work)


def put(school: str, class_id: str, person_id: str, role: str, *, by: str | None) -> None:
    """Put a person into a class, or change their part in it. Raises NotFound, Invalid."""

    def work(session: Session) -> None:
        roster.lock(session, school)
        person = operations.get_person(session, school, person_id)
        found = get_class(session, school, class_id)
        if (role == "teacher") != (person.role in STAFF):
            raise Invalid(
                "Only staff can teach a class, and only students can be its students.",
                errors={"role": ["Does not fit the person's role in the school."]},
            )
        enrol(session, found, person)
        audit.note(session, school, "class.put", actor=by, target=person_id)
        publish_place(session, school, class_id, person, by=by)

    db.run_write(work)


def enrol(session: Session, found: SchoolClass, person: Person) -> None:
    """Confirmed at once; a pending student becomes an active one."""
    row = session.get(Enrolment, (found.school, found.id, person.id))
    if row is None:
        row = Enrolment(school=found.school, class_id=found.id, person=person.id)
        session.add(row)
    row.role = "teacher" if person.role in STAFF else "student"
    row.pending = False
    if person.status == "pending":
        person.status = "active"


def take(
    school: str, class_id: str, person_id: str, *, by: str | None, confirmed: bool = True
) -> None:
    """Take a person out of a class; nothing happens when they are not in it."""

    def work(session: Session) -> None:
        roster.lock(session, school)
        person = operations.get_person(session, school, person_id)
        get_class(session, school, class_id)
        row = session.get(Enrolment, (school, class_id, person_id))
        if row is not None:
            session.delete(row)
            audit.note(session, school, "class.taken", actor=by, target=person_id)
            publish_place(session, school, class_id, person, by=by, confirmed=confirmed)

    db.run_write(work)


def publish_place(
    session: Session,
    school: str,
    class_id: str,
    person: Person,
    *,
    by: str | None,
    confirmed: bool = True,
) -> None:
    """After one person's place in a class changed: a teacher's touches all of its students."""
    people = {person.id}
    if person.role in STAFF:
        people |= roster.circle_of(session, school, class_id)
    roster.publish(session, school, people=people, classes={class_id}, by=by, confirmed=confirmed)


def list_classes(actor: Actor) -> list[dict[str, Any]]:
    """All classes for a coordinator, else one's own; with their people for staff."""
    query = select(SchoolClass).where(SchoolClass.school == actor.school)
    if actor.role != "coordinator":
        own = select(Enrolment.class_id).where(
            Enrolment.school == actor.school,
            Enrolment.person == actor.person,
            Enrolment.pending.is_(False),
        )
        query = query.where(SchoolClass.id.in_(own), SchoolClass.active)
    with db.read() as session:
        found = session.scalars(query.order_by(SchoolClass.title, SchoolClass.id)).all()
        people = people_in(session, actor.school) if actor.role in STAFF else {}
    described = [describe(each) for each in found]
    if actor.role in STAFF:
        for each in described:
            each["people"] = people.get(each["id"], [])
    return described


def people_in(session: Session, school: str) -> dict[str, list[dict[str, str]]]:
    """The confirmed people of every class, by name."""
    rows = session.execute(
        select(Enrolment.class_id, Person.id, Person.name, Enrolment.role)
        .join(Person, (Person.school == Enrolment.school) & (Person.id == Enrolment.person))
        .where(Enrolment.school == school, Enrolment.pending.is_(False), Person.status == "active")
        .order_by(Person.sort, Person.id)
    )
    found: dict[str, list[dict[str, str]]] = {}
    for class_id, person, name, role in rows:
        found.setdefault(class_id, []).append({"id": person, "name": name, "role": role})
    return found


def open_code(school: str, class_id: str, minutes: int | None, *, by: str) -> dict[str, str]:
    """A new class code; one that was open stops working."""

    def work(session: Session) -> dict[str, str]:
        found = get_class(session, school, class_id)
        if not found.active:
            raise Conflict("This class is closed. Open it again first.")
        span = timedelta(minutes=minutes or settings.current().join_minutes)
        found.join_code, found.join_expires = codes.new(codes.CLASS_LENGTH), now() + span
        audit.note(session, school, "class.code", actor=by, target=class_id)
        return {"code": found.join_code, "expires": to_wire(found.join_expires)}

    return db.run_write(work)


def open_now(school: str, class_id: str) -> dict[str, str] | None:
    """The class code that works now, if any."""
    with db.read() as session:
        found = get_class(session, school, class_id)
        if found.join_code is None or found.join_expires is None or found.join_expires <= now():
            return None
        return {"code": found.join_code, "expires": to_wire(found.join_expires)}


def close_code(school: str, class_id: str, *, by: str) -> None:
    def work(session: Session) -> None:
        found = get_class(session, school, class_id)
        found.join_code = found.join_expires = None
        audit.note(session, school, "class.code_closed", actor=by, target=class_id)

    db.run_write(work)


def pending(school: str, class_id: str) -> list[dict[str, str]]:
    """Who asked to join and waits, the longest first."""
    with db.read() as session:
        get_class(session, school, class_id)
        rows = session.execute(
            select(Person.id, Person.name, Person.username, Enrolment.asked)
            .join(Enrolment, (Person.school == Enrolment.school) & (Person.id == Enrolment.person))
            .where(
                Enrolment.school == school,
                Enrolment.class_id == class_id,
                Enrolment.pending.is_(True),
                Person.status == "pending",
            )
            .order_by(Enrolment.asked, Person.id)
        ).all()
    return [
        {"id": person, "name": name, "username": username or "", "asked": to_wire(asked)}
        for person, name, username, asked in rows
    ]


def decide(school: str, class_id: str, person_id: str, *, accept: bool, by: str) -> None:
    """Confirm or decline somebody who asked. Deciding twice the same way does nothing."""

    def work(session: Session) -> None:
        roster.lock(session, school)
        found = get_class(session, school, class_id)
        row = session.get(Enrolment, (school, class_id, person_id))
        if row is None or (not row.pending and not accept):
            raise NotFound("This person does not wait for this class.")
        person = operations.get_person(session, school, person_id)
        if not row.pending:
            return
        if accept:
            enrol(session, found, person)
        else:
            session.delete(row)
            person.status, person.left = "inactive", now()
        word = "class.confirmed" if accept else "class.declined"
        audit.note(session, school, word, actor=by, target=person_id)
        publish_place(session, school, class_id, person, by=by)

    db.run_write(work)


def describe(found: SchoolClass) -> dict[str, Any]:
    return {"id": found.id, "title": found.title, "active": found.active}


def get_class(session: Session, school: str, class_id: str) -> SchoolClass:
    """Raises NotFound, also for another school's class."""
    found = session.get(SchoolClass, (school, class_id))
    if found is None:
        raise NotFound(NOT_HERE)
    return found


def target(school: str, class_id: str) -> Target:
    """A class as the target of an action, with those who teach it today."""
    with db.read() as session:
        get_class(session, school, class_id)
        teachers = roster.teachers_of(session, school, [class_id])
    return Target(school=school, teachers=frozenset(teachers), missing=NOT_HERE)
