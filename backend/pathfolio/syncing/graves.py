"""What stays of a record that is gone for good."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.orm import Session

from pathfolio import clock
from pathfolio.syncing.models import History, Tombstone
from pathfolio.uploads import references


def bury(session: Session, school: str, record: str, reason: str) -> None:
    """History and references go; a tombstone stays, so that the id is never used again."""
    session.execute(delete(History).where(History.school == school, History.record == record))
    references.forget(session, school, record)
    mark(session, school, record, reason)


def mark(session: Session, school: str, record: str, reason: str) -> None:
    """The id is not used from now on, also where no record ever had it."""
    stone = session.get(Tombstone, (school, record))
    if stone is None:
        session.add(Tombstone(school=school, record=record, reason=reason, at=clock.now()))
    elif reason == "erased":
        stone.reason = reason
