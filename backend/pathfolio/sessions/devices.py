"""The devices on which a person is signed in: listing and ending their sessions."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pathfolio import audit, db
from pathfolio.clock import now, to_wire
from pathfolio.errors import NotFound
from pathfolio.pokes import sending as pokes
from pathfolio.sessions.models import DeviceSession


def listed(school: str, person: str, *, current: str | None) -> list[dict[str, Any]]:
    """The open sessions of a person, the last seen first."""
    with db.read() as session:
        rows = session.scalars(
            select(DeviceSession)
            .where(
                DeviceSession.school == school,
                DeviceSession.person == person,
                DeviceSession.ended.is_(None),
            )
            .order_by(DeviceSession.last_seen.desc(), DeviceSession.id)
        ).all()
    return [
        {
            "id": row.id,
            "device": row.device,
            "shared": row.shared,
            "created": to_wire(row.created),
            "last_seen": to_wire(row.last_seen),
            "current": row.id == current,
        }
        for row in rows
    ]


def end(school: str, person: str, session_id: str, *, by: str) -> None:
    """End one session of `person`. Raises NotFound."""

    def work(session: Session) -> None:
        row = session.get(DeviceSession, (school, session_id))
        if row is None or row.person != person:
            raise NotFound("This device is not signed in any more.")
        close(session, row)
        audit.note(session, school, "session.ended", actor=by, target=row.id)

    db.run_write(work)


def end_every(school: str, person: str, *, by: str) -> None:
    def work(session: Session) -> None:
        end_all(session, school, person)
        audit.note(session, school, "session.ended_all", actor=by, target=person)

    db.run_write(work)


def end_all(session: Session, school: str, person: str, *, but: str | None = None) -> None:
    """End all sessions of a person in the caller's transaction."""
    rows = session.scalars(
        select(DeviceSession).where(
            DeviceSession.school == school,
            DeviceSession.person == person,
            DeviceSession.ended.is_(None),
        )
    )
    for row in rows:
        if row.id != but:
            close(session, row)


def close(session: Session, row: DeviceSession) -> None:
    """End one session in the caller's transaction; what listens with it is cut off after the commit."""
    school, person = row.school, row.person
    row.ended = row.ended or now()
    db.after_commit(session, lambda: pokes.note(school, people={person}))
