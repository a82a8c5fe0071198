"""From the roster to sync: who is a member of which space, and the records of people and classes.

The tables of `people.models` are the truth; `publish` brings `member`, `person` and `class` in line
with them, in the same transaction and by the one write path.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pathfolio.errors import Conflict
from pathfolio.ids import new_id
from pathfolio.people import names
from pathfolio.people.models import STAFF, Enrolment, Person, School, SchoolClass
from pathfolio.syncing import write
from pathfolio.syncing.models import Member

CHUNK = 400


@dataclass
class Wanted:
    """What should hold after the change: members by space (None: not a member), and records."""

    members: dict[str, dict[str, str | None]] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)  # spaces whose other members go
    records: list[tuple[str, str, str, dict[str, Any]]] = field(default_factory=list)


def lock(session: Session, school: str) -> None:
    """One change of a school's roster at a time: each reads what the one before has written."""
    session.execute(select(School.id).where(School.id == school).with_for_update()).one()


def new_person(
    session: Session, school: str, *, name: str, username: str, role: str, status: str = "active"
) -> Person:
    """Add a person to the tables (not yet to sync, see `publish`). Raises Conflict."""
    lock(session, school)
    names.demand_free(session, school, username)
    person = Person(
        school=school,
        id=new_id(),
        name=name,
        sort=names.sort_key(name),
        username=username,
        role=role,
        status=status,
        shared_key=secrets.token_bytes(32),
    )
    session.add(person)
    session.flush()
    return person


def publish(
    session: Session,
    school: str,
    *,
    people: Iterable[str] = (),
    classes: Iterable[str] = (),
    by: str | None,
    confirmed: bool = True,
) -> None:
    """Bring sync in line for these people and classes; does nothing where nothing changed.

    Unless `confirmed`, raises Conflict `confirm` when more than a fifth of all memberships would end.
    """
    session.flush()
    wanted = Wanted()
    for person in people_of(session, school, people):
        want_person(session, wanted, person)
    for each in sorted(set(classes)):
        want_class(session, wanted, session.get_one(SchoolClass, (school, each)))
    if not wanted.members:
        return
    spaces = sorted(wanted.members)
    try:
        with write.space_locks(session, school, spaces, confirmed=confirmed) as locks:
            for space, person_id, role in differences(session, school, wanted):
                write.set_member(locks, space, person_id, role)
            for space, kind, record, fields in wanted.records:
                write.write_server_record(locks, space, kind, record, fields, by)
    except write.ManyMembershipsEndError as many:
        raise Conflict(
            f"This ends {many.ended} of {many.total} ties between people and what they may see. "
            "Confirm that you mean it.",
            slug="confirm",
        ) from many


def people_of(session: Session, school: str, ids: Iterable[str]) -> list[Person]:
    found: list[Person] = []
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), CHUNK):
        some = wanted[start : start + CHUNK]
        found += session.scalars(
            select(Person).where(Person.school == school, Person.id.in_(some)).order_by(Person.id)
        )
    return found


def want_person(session: Session, wanted: Wanted, person: Person) -> None:
    """A person's own spaces, their place in the school, and their record."""
    active = person.status == "active"
    wanted.members[f"u:{person.id}"] = {person.id: "owner"}
    everybody = wanted.members.setdefault(f"o:{person.school}", {})
    everybody[person.id] = person.role if active else None
    rows = enrolments(session, person)
    fields = {
        "name": person.name,
        "role": person.role,
        "status": person.status if person.status != "deleted" else "inactive",
        "classes": [row.class_id for row in rows if not row.pending],
    }
    if person.role in STAFF:
        wanted.records.append((f"o:{person.school}", "person", person.id, fields))
        if not active:
            want_nothing_else(session, wanted, person)
        return
    own = f"p:{person.id}"
    classes = [row.class_id for row in rows if not row.pending] if active else []
    teachers: dict[str, str | None] = dict.fromkeys(
        teachers_of(session, person.school, classes), "teacher"
    )
    wanted.members[own] = teachers | {person.id: "owner"}
    wanted.whole.add(own)
    wanted.records.append((own, "person", person.id, fields))


def want_nothing_else(session: Session, wanted: Wanted, person: Person) -> None:
    """Staff who left keep what is their own, to read; groups and circles end as their classes do."""
    query = select(Member.space).where(Member.school == person.school, Member.person == person.id)
    for space in session.scalars(query):
        if space.startswith(("g:", "r:")):
            wanted.members.setdefault(space, {})[person.id] = None


def want_class(session: Session, wanted: Wanted, found: SchoolClass) -> None:
    """The members of a class and its record."""
    space = f"c:{found.id}"
    members: dict[str, str | None] = {}
    if found.active:
        members = {row.person: row.role for row in class_rows(session, found)}
    wanted.members[space] = members
    wanted.whole.add(space)
    teachers = sorted(person for person, role in members.items() if role == "teacher")
    fields = {"title": found.title, "teachers": teachers, "active": found.active}
    wanted.records.append((space, "class", found.id, fields))


def enrolments(session: Session, person: Person) -> list[Enrolment]:
    """A person's enrolments in open classes, in the order of the class ids."""
    query = (
        select(Enrolment)
        .join(
            SchoolClass,
            (SchoolClass.school == Enrolment.school) & (SchoolClass.id == Enrolment.class_id),
        )
        .where(Enrolment.school == person.school, Enrolment.person == person.id, SchoolClass.active)
        .order_by(Enrolment.class_id)
    )
    return list(session.scalars(query))


def class_rows(session: Session, found: SchoolClass) -> list[Enrolment]:
    """The confirmed enrolments of active people in a class."""
    query = (
        select(Enrolment)
        .join(Person, (Person.school == Enrolment.school) & (Person.id == Enrolment.person))
        .where(
            Enrolment.school == found.school,
            Enrolment.class_id == found.id,
            Enrolment.pending.is_(False),
            Person.status == "active",
        )
        .order_by(Enrolment.person)
    )
    return list(session.scalars(query))


def teachers_of(session: Session, school: str, classes: Iterable[str]) -> list[str]:
    """Active teachers of these classes, whether open or not; callers pass open ones."""
    query = (
        select(Enrolment.person)
        .join(Person, (Person.school == Enrolment.school) & (Person.id == Enrolment.person))
        .where(
            Enrolment.school == school,
            Enrolment.class_id.in_(list(classes)),
            Enrolment.role == "teacher",
            Person.status == "active",
            Person.role.in_(STAFF),
        )
        .distinct()
    )
    return sorted(session.scalars(query))


def differences(session: Session, school: str, wanted: Wanted) -> list[tuple[str, str, str | None]]:
    """(space, person, role or None) for every membership that has to change."""
    changes: list[tuple[str, str, str | None]] = []
    for space, members in sorted(wanted.members.items()):
        query = select(Member.person, Member.role).where(
            Member.school == school, Member.space == space
        )
        if space not in wanted.whole:
            query = query.where(Member.person.in_(list(members)))
        have: dict[str, str] = {person: role for person, role in session.execute(query)}  # noqa: C416 - rows are not pairs to mypy
        target: dict[str, str | None] = (
            (dict.fromkeys(have) | members) if space in wanted.whole else members
        )
        changes += [
            (space, person, role)
            for person, role in sorted(target.items())
            if have.get(person) != role
        ]
    return changes


def circle_of(session: Session, school: str, class_id: str) -> set[str]:
    """Everybody in a class, pending or not: whom a change of the class may touch."""
    query = select(Enrolment.person).where(
        Enrolment.school == school, Enrolment.class_id == class_id
    )
    return set(session.scalars(query))


def touched_by(session: Session, person: Person) -> tuple[set[str], set[str]]:
    """(people, classes) whose spaces may change when this person's state changes."""
    classes = {row.class_id for row in enrolments(session, person)}
    people = {person.id}
    if person.role in STAFF:
        for each in classes:
            people |= circle_of(session, person.school, each)
    return people, classes
