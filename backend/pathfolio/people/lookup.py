"""Finding people for the command line, where there is no signed-in person."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from pathfolio.db import read
from pathfolio.errors import Invalid, NotFound
from pathfolio.people.models import Person, School
from pathfolio.people.names import normal_username


def school_named(session: Session, slug: str | None) -> School:
    """The school `slug`, or the only one. Raises Invalid, NotFound."""
    schools = session.scalars(select(School).order_by(School.slug)).all()
    if slug is None and len(schools) > 1:
        raise Invalid(
            f"Say which school, with --school: {', '.join(each.slug for each in schools)}."
        )
    for school in schools:
        if slug in {None, school.slug}:
            return school
    raise NotFound(
        f"There is no school {slug}." if slug else "There is no school yet: run `pathfolio init`."
    )


def everybody(slug: str | None) -> Sequence[Person]:
    """All people of a school in the order of their names. Raises Invalid, NotFound."""
    with read() as session:
        school = school_named(session, slug)
        return session.scalars(
            select(Person)
            .where(Person.school == school.id, Person.status != "deleted")
            .order_by(Person.sort, Person.id)
        ).all()


def by_username(username: str, slug: str | None) -> Person:
    """Raises Invalid, NotFound."""
    with read() as session:
        school = school_named(session, slug)
        person = session.scalar(
            select(Person).where(
                Person.school == school.id, Person.username == normal_username(username)
            )
        )
    if person is None:
        raise NotFound(f"Nobody in {school.name} has the user name {username}.")
    return person
