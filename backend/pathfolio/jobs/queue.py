"""The queue: enqueue, claim, renew, end. The same statements on SQLite and PostgreSQL.

PostgreSQL skips rows that another worker is claiming; on SQLite writers take turns, so there is nothing to skip.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from pathfolio import clock, ids
from pathfolio.jobs.handlers import Job
from pathfolio.jobs.models import FAILED, RUNNING, WAITING, JobRow

LEASE = timedelta(seconds=30)


class LostLeaseError(Exception):
    """Another worker holds this job by now; what was computed is dropped."""


def enqueue(
    session: Session,
    kind: str,
    payload: Mapping[str, Any],
    key: str,
    *,
    due: datetime | None = None,
) -> None:
    """Adds a job in the caller's transaction; at most one waits per (kind, key), and the earlier time counts.

    One that runs already will run once more, since it may have missed what caused this call.
    """
    now = clock.now()
    due = due or now
    values = {
        "id": ids.new_id(),
        "kind": kind,
        "key": key,
        "payload": dict(payload),
        "state": WAITING,
        "due": due,
        "attempts": 0,
        "token": 0,
        "again": False,
        "created": now,
    }
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(JobRow).values(values)
    again = insert.on_conflict_do_update(
        index_elements=["kind", "key"],
        set_={"again": True, "payload": insert.excluded.payload},
        where=JobRow.state != WAITING,
    )
    session.execute(again)
    same = update(JobRow).where(JobRow.kind == kind, JobRow.key == key)
    session.execute(same.where(JobRow.state == WAITING, JobRow.due > due).values(due=due))
    # One that was given up has no worker that would look at `again`.
    revived = {"state": WAITING, "again": False, "attempts": 0, "due": due}
    session.execute(same.where(JobRow.state == FAILED).values(revived))


def claim(session: Session, kinds: Collection[str]) -> Job | None:
    """Takes the job that is due longest, counting the attempt; None when nothing is due.

    `due` of a running job is the end of its lease: a worker that died is simply late.
    """
    now = clock.now()
    row = session.scalars(
        select(JobRow)
        .where(JobRow.state.in_((WAITING, RUNNING)), JobRow.due <= now, JobRow.kind.in_(kinds))
        .order_by(JobRow.due, JobRow.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if row is None:
        return None
    row.state = RUNNING
    row.attempts += 1
    row.token += 1
    row.due = now + LEASE
    return Job(row.id, row.kind, row.payload, row.attempts, row.token)


def next_due(session: Session, kinds: Collection[str]) -> datetime | None:
    """When the next job can be claimed, if nothing happens until then."""
    return session.scalar(
        select(JobRow.due)
        .where(JobRow.state.in_((WAITING, RUNNING)), JobRow.kind.in_(kinds))
        .order_by(JobRow.due)
        .limit(1)
    )


def renew(session: Session, job: Job) -> None:
    """Raises LostLeaseError."""
    _held(session, job, due=clock.now() + LEASE)


def done(session: Session, job: Job) -> None:
    """Ends a job in the transaction that writes its result. Raises LostLeaseError."""
    ended = session.execute(delete(JobRow).where(*_mine(job), JobRow.again.is_(False)))
    if not _count(ended):
        _held(session, job, state=WAITING, again=False, attempts=0, due=clock.now())


def retry_later(session: Session, job: Job, trouble: str) -> None:
    """Waits 2, 4, 8 ... seconds, at most ten minutes. Raises LostLeaseError."""
    pause = timedelta(seconds=min(600, 2**job.attempts))
    _held(session, job, state=WAITING, due=clock.now() + pause, trouble=trouble[:200])


def wait(session: Session, job: Job, trouble: str, seconds: int) -> None:
    """The disk or the database must be well again first: that is no attempt. Raises LostLeaseError."""
    due = clock.now() + timedelta(seconds=seconds)
    attempts = job.attempts - 1
    _held(session, job, state=WAITING, due=due, trouble=trouble[:200], attempts=attempts)


def give_up(session: Session, job: Job, trouble: str) -> None:
    """Raises LostLeaseError."""
    _held(session, job, state=FAILED, trouble=trouble[:200])


def _mine(job: Job) -> tuple[ColumnElement[bool], ...]:
    return JobRow.id == job.id, JobRow.token == job.token, JobRow.state == RUNNING


def _held(session: Session, job: Job, **changes: object) -> None:
    if not _count(session.execute(update(JobRow).where(*_mine(job)).values(**changes))):
        raise LostLeaseError(job.id)


def _count(result: object) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0
