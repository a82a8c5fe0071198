"""What runs once a day: the trash of 30 days ago goes, the chain of 400 days ago, and what is kept no longer."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from sqlalchemy import Table, delete, func, select
from sqlalchemy.orm import Session

from pathfolio import clock, db, ids, jobs
from pathfolio.frameworks import library
from pathfolio.health import pruning
from pathfolio.syncing import graves
from pathfolio.syncing.locks import Live, NotLockedError, space_locks
from pathfolio.syncing.models import Record, Space, SpaceChain

TRASH = timedelta(days=30)
CHAIN = timedelta(days=400)
EVERY = timedelta(days=1)
CLEAN = "syncing.clean"
BATCH = 100
_CHAIN = cast("Table", SpaceChain.__table__)


def empty_trash() -> int:
    """Purge what its owner threw away 30 days ago; how many records went."""
    before = clock.now() - TRASH
    with db.read() as session:
        query = (
            select(Record.school, Record.space, Record.record)
            .where(Record.deleted_at < before, Record.gone.is_(False))
            .order_by(Record.school, Record.space, Record.record)
        )
        due = session.execute(query).all()
    gone = 0
    for school, space in sorted({(row.school, row.space) for row in due}):
        records = [row.record for row in due if (row.school, row.space) == (school, space)]
        for start in range(0, len(records), BATCH):
            gone += _purge(school, space, records[start : start + BATCH])
    return gone


def _purge(school: str, space: str, records: list[str]) -> int:
    def work(session: Session) -> int:
        gone = 0
        with space_locks(session, school, [space]) as locks:
            for record in records:
                try:
                    live = locks.find(record)
                except NotLockedError:  # moved meanwhile; tomorrow is another day
                    continue
                if live is not None and _due(live):
                    locks.leave(live, ids.new_id())
                    graves.bury(session, school, record, "purged")
                    gone += 1
        return gone

    return db.run_write(work)


def _due(live: Live) -> bool:
    """Only what its owner deleted, and still has in the trash."""
    deleted = live.state.get("deleted")
    if deleted is None or deleted["by"] != live.by:
        return False
    return clock.from_wire(deleted["at"]) < clock.now() - TRASH


def prune_chain() -> int:
    """Forget chain and `gone` rows that only devices of more than 400 days ago would ask for."""
    before = clock.now() - CHAIN
    with db.read() as session:
        query = select(_CHAIN.c.school, _CHAIN.c.space).where(_CHAIN.c.at < before).distinct()
        old = [(row.school, row.space) for row in session.execute(query)]
    return sum(_prune(school, space) for school, space in old)


def _prune(school: str, space: str) -> int:
    before = clock.now() - CHAIN

    def work(session: Session) -> int:
        with space_locks(session, school, [space]):
            here = (SpaceChain.school == school, SpaceChain.space == space)
            kept = select(func.min(SpaceChain.seq)).where(*here, SpaceChain.at >= before)
            head = select(Space.head).where(Space.school == school, Space.space == space)
            oldest = session.scalar(kept) or session.scalar(head) or 0
            session.execute(
                delete(Record).where(
                    Record.school == school,
                    Record.space == space,
                    Record.gone.is_(True),
                    Record.seq < oldest,
                )
            )
            going = session.scalar(
                select(func.count()).select_from(SpaceChain).where(*here, SpaceChain.seq < oldest)
            )
            session.execute(delete(SpaceChain).where(*here, SpaceChain.seq < oldest))
            return going or 0

    return db.run_write(work)


@jobs.handler(CLEAN)
def daily(_job: jobs.Job) -> jobs.Apply:
    empty_trash()
    prune_chain()
    pruning.prune()

    def tomorrow(session: Session) -> None:
        jobs.enqueue(session, CLEAN, {}, "daily", due=clock.now() + EVERY)

    return tomorrow


def start() -> None:
    """Called once by a worker: the calendar goes on, and schools hear of newer frameworks."""
    library.publish_everywhere()
    db.run_write(lambda session: jobs.enqueue(session, CLEAN, {}, "daily"))
