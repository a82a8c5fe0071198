"""Epochs: the log's name, changed once when the server turns out to have lost a part of its past."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from sqlalchemy import Table, bindparam, inspect, select
from sqlalchemy.orm import Session

from pathfolio import clock, db, ids
from pathfolio.log import log
from pathfolio.syncing import highwater
from pathfolio.syncing.models import Meta, Space, SpaceChain

# Whoever claims to have seen more than there is may be right (the whole machine was rolled back),
# or may only want to make everybody sync again; so on a claim alone at most one a day begins.
CLAIM_PAUSE = timedelta(days=1)
_META = cast("Table", Meta.__table__)
_CURRENT = select(_META.c.epoch).where(_META.c.school == bindparam("school"))


def open_school(session: Session, school: str) -> None:
    """Give a new school its first epoch."""
    session.add(Meta(school=school, epoch=ids.new_id(), began=clock.now(), reason="first"))


def current(session: Session, school: str) -> str:
    """The epoch of a school. Raises LookupError for a school that was never opened."""
    found: str | None = session.scalar(_CURRENT, {"school": school})
    if found is None:
        raise LookupError("this school has no epoch: it was not set up by `pathfolio init`")
    return found


def begin(session: Session, reason: str) -> None:
    """A new epoch for every school: all devices offer what they have, and read anew."""
    for meta in session.scalars(select(Meta).with_for_update()):
        _begin(meta, reason)
    db.after_commit(session, highwater.here().forget)


def _begin(meta: Meta, reason: str) -> None:
    meta.epoch, meta.began, meta.reason = ids.new_id(), clock.now(), reason
    log.warning("new_epoch", school=meta.school, reason=reason)


def claim(school: str, reason: str) -> bool:
    """A device's cursor cannot be true: begin a new epoch of its school unless one began within a day.

    Other schools hear nothing of it: if all were rolled back, their own devices will say so.
    """

    def work(session: Session) -> bool:
        meta = session.get_one(Meta, school, with_for_update=True)
        if meta.reason != "first" and meta.began > clock.now() - CLAIM_PAUSE:
            return False
        _begin(meta, reason)
        db.after_commit(session, lambda: highwater.here().forget(school))
        return True

    return db.run_write(work)


def check_at_start() -> bool:
    """Begin a new epoch if the database is behind the high-water file; whether it was.

    A database without tables is about to be made or restored, which begins an epoch itself.
    """
    if not inspect(db.db.engine).has_table(Meta.__tablename__):
        return False
    # Web server and worker start together, and one rollback is one epoch.
    with highwater.here().alone():
        marks = highwater.here().read()
        if not marks:
            return False
        with db.read() as session:
            behind = any(is_behind(session, school, spaces) for school, spaces in marks.items())
        if behind:
            db.run_write(lambda session: begin(session, "behind_high_water"))
    return behind


def is_behind(session: Session, school: str, marks: dict[str, tuple[int, str]]) -> bool:
    """Whether the database lacks what these marks of the high-water file say it once held."""
    for space, (seq, chain) in marks.items():
        head = session.scalar(
            select(Space.head).where(Space.school == school, Space.space == space)
        )
        if head is None or head < seq:
            return True
        kept = session.get(SpaceChain, (school, space, seq))
        if kept is not None and kept.chain != chain:
            return True
    return False
