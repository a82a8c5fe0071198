"""The events, for the coordinator who has to answer for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from pathfolio import db
from pathfolio.audit.models import AuditEvent
from pathfolio.clock import from_wire, to_wire
from pathfolio.errors import Invalid
from pathfolio.people.models import Person, SchoolClass

PAGE = 50


def page(school: str, before: str | None) -> dict[str, Any]:
    """50 events, newest first; `next` is where the following ones begin. Raises Invalid."""
    query = select(AuditEvent).where(AuditEvent.school == school)
    if before is not None:
        query = query.where(tuple_(AuditEvent.at, AuditEvent.id) < tuple_(*_place(before)))
    with db.read() as session:
        rows = session.scalars(
            query.order_by(AuditEvent.at.desc(), AuditEvent.id.desc()).limit(PAGE + 1)
        ).all()
        shown = rows[:PAGE]
        names = _names(
            session, school, {each for row in shown for each in (row.actor, row.target) if each}
        )
    more = len(rows) > PAGE
    return {
        "events": [
            {
                "id": row.id,
                "at": to_wire(row.at),
                "action": row.action,
                "actor": _named(row.actor, names),
                "target": _named(row.target, names),
            }
            for row in shown
        ],
        "next": f"{to_wire(shown[-1].at)} {shown[-1].id}" if more else None,
    }


def _place(before: str) -> tuple[datetime, str]:
    at, _, ident = before.partition(" ")
    try:
        return from_wire(at), ident
    except ValueError:
        raise Invalid("Ask for the following events with the `next` of the last answer.") from None


def _names(session: Session, school: str, wanted: set[str]) -> dict[str, str]:
    """Names of the people and classes among some ids; a deleted person has none any more."""
    people = select(Person.id, Person.name).where(Person.school == school, Person.id.in_(wanted))
    classes = select(SchoolClass.id, SchoolClass.title).where(
        SchoolClass.school == school, SchoolClass.id.in_(wanted)
    )
    return {
        str(ident): str(name)
        for query in (people, classes)
        for ident, name in session.execute(query)
    }


def _named(ident: str | None, names: dict[str, str]) -> dict[str, str] | None:
    return {"id": ident, "name": names.get(ident, "")} if ident else None
