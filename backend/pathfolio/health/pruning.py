"""What nobody needs to answer for any more: ended sessions, devices that never came back, old audit events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, delete, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from pathfolio import clock, db, settings
from pathfolio.audit.models import AuditEvent
from pathfolio.sessions.models import DeviceSession
from pathfolio.syncing.models import Client

BATCH = 1000
Old = tuple[InstrumentedAttribute[str], ColumnElement[bool]]


def prune() -> int:
    """Forget what is older than the setting; how many rows went.

    A device whose row is gone is not lost: should it come back, it offers what it has under a new client id and the old
    mutation ids, as after a restore, so that nothing is applied twice.
    """
    kept = timedelta(days=settings.current().keep_days)
    idle = timedelta(days=settings.current().session_days)
    return sum(_prune(*old) for old in _old(clock.now() - kept, idle))


def _old(before: datetime, idle: timedelta) -> Iterator[Old]:
    yield AuditEvent.id, AuditEvent.at < before
    yield (
        DeviceSession.id,
        or_(DeviceSession.ended < before, DeviceSession.last_seen < before - idle),
    )
    yield Client.client, Client.seen < before


def _prune(key: InstrumentedAttribute[str], condition: ColumnElement[bool]) -> int:
    """In short transactions, so that nobody waits."""
    gone = 0
    while True:
        count = db.run_write(_batch(key, condition))
        gone += count
        if count < BATCH:
            return gone


def _batch(
    key: InstrumentedAttribute[str], condition: ColumnElement[bool]
) -> Callable[[Session], int]:
    some = select(key).where(condition).limit(BATCH)

    def work(session: Session) -> int:
        done: Any = session.execute(
            delete(key.class_).where(key.in_(some)).execution_options(synchronize_session=False)
        )
        assert isinstance(done, CursorResult)  # noqa: S101 - what a delete gives
        return int(done.rowcount)

    return work
