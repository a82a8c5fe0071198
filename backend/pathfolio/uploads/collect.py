"""Collecting what nobody will miss: uploads that nobody goes on with, and files that nothing shows.

A file that a record shows, or that its history could bring back, is never touched. Everything else waits as long as
the oldest backup is kept, since a restored database may know it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from pathfolio import clock, jobs, settings
from pathfolio.db import after_commit, read, run_write
from pathfolio.syncing.models import Meta
from pathfolio.uploads import replaced
from pathfolio.uploads.models import OPEN, Reference, Upload
from pathfolio.uploads.removing import remove_later
from pathfolio.uploads.storage import store, stores
from pathfolio_media.store import Found, StoreError, Unfinished

COLLECT = "uploads.collect"
EVERY = timedelta(days=1)
# A session is begun in the store a moment before the database knows it.
YOUNG = timedelta(days=1)
AFTER_RESTORE = timedelta(days=60)


@dataclass
class Collected:
    """What was removed, or (in a dry run) would be: ids, keys, and the bytes this frees."""

    idle: list[str] = field(default_factory=list)
    unshown: list[str] = field(default_factory=list)
    sessions: list[str] = field(default_factory=list)
    objects: list[str] = field(default_factory=list)
    bytes: int = 0


def collect(*, dry_run: bool = False) -> Collected:
    """Removes what is due today. Needs an app context; safe beside a running server."""
    found = Collected()
    for name in _named(_idle()):
        found.idle.append(name[2])
        _drop(name, _idle(), dry_run)
    for place, lost in _lost_sessions():
        found.sessions.append(lost.key)
        if not dry_run:
            store(place).abort(lost.key, lost.handle)
    if not dry_run:
        for each in stores().values():
            each.sweep(clock.now() - YOUNG)
    if just_restored():
        return found
    for name in _named(_unshown()):
        found.unshown.append(name[2])
        _drop(name, _unshown(), dry_run)
    for place, lone in _ownerless():
        found.objects.append(lone.key)
        found.bytes += lone.size
        if not dry_run:
            store(place).delete(lone.key)
    return found


def erase(session: Session, school: str, person: str, uploads: Iterable[str] | None = None) -> int:
    """Removes uploads of a person (all, when none are named) at once, as a privacy request wants.

    The files go after the commit of `session`, unless another upload of the same bytes still needs them.
    """
    chosen = [Upload.school == school, Upload.person == person]
    if uploads is not None:
        chosen.append(Upload.id.in_(list(uploads)))
    rows = session.scalars(select(Upload).where(*chosen).with_for_update()).all()
    for row in rows:
        _delete(session, row)
    return len(rows)


@jobs.handler(COLLECT)
def daily(_job: jobs.Job) -> jobs.Apply:
    collect()

    def tomorrow(session: Session) -> None:
        jobs.enqueue(session, COLLECT, {}, "daily", due=clock.now() + EVERY)

    return tomorrow


def start() -> None:
    """Called once by a worker: makes sure that the calendar goes on."""
    run_write(lambda session: jobs.enqueue(session, COLLECT, {}, "daily"))


Name = tuple[str, str, str]


def _idle() -> Select[Upload]:
    before = clock.now() - timedelta(days=settings.current().upload_days)
    return select(Upload).where(Upload.state == OPEN, Upload.touched < before)


def _unshown() -> Select[Upload]:
    """Whether a reference is live does not matter: the history of its record can bring it back.

    But not an original that its owner deleted for good after editing it.
    """
    shown = select(Reference.record).where(
        Reference.school == Upload.school,
        Reference.upload == Upload.id,
        Reference.person == Upload.person,
        or_(Reference.live, ~replaced.deleted()),
    )
    return select(Upload).where(
        Upload.state != OPEN, Upload.touched < _oldest_backup(), ~shown.exists()
    )


def _lost_sessions() -> Iterator[tuple[str, Unfinished]]:
    before = clock.now() - YOUNG
    with read() as session:
        known = set(session.scalars(select(Upload.handle).where(Upload.handle.is_not(None))))
    for place, there in stores().items():
        for each in there.unfinished():
            if each.handle not in known and each.started < before:
                yield place, each


def _ownerless() -> Iterator[tuple[str, Found]]:
    before = _oldest_backup()
    for place, there in stores().items():
        for each in there.found():
            if each.modified < before and not _is_known(place, each.key):
                yield place, each


def _is_known(place: str, key: str) -> bool:
    """What was moved to another store stays in the first as long as a backup may know it there."""
    school, original = key.split("/", maxsplit=1)[0], key.split(".", maxsplit=1)[0]
    here = (Upload.place == place) | (Upload.touched >= _oldest_backup())
    with read() as session:
        row = select(Upload.id).where(Upload.school == school, Upload.key == original, here)
        return session.scalars(row.limit(1)).first() is not None


def _oldest_backup() -> datetime:
    return clock.now() - timedelta(days=settings.current().backup_days)


def just_restored() -> bool:
    """After a new epoch devices offer again what the restored database does not know."""
    with read() as session:
        began = session.scalar(select(func.max(Meta.began)).where(Meta.reason != "first"))
    return began is not None and began > clock.now() - AFTER_RESTORE


def _named(rows: Select[Upload]) -> list[Name]:
    with read() as session:
        return [(row.school, row.person, row.id) for row in session.scalars(rows)]


def _drop(name: Name, still: Select[Upload], dry_run: bool) -> None:
    """Deletes the upload, if it still is what it was when it was found."""

    def work(session: Session) -> None:
        school, person, upload = name
        mine = still.where(Upload.school == school, Upload.person == person, Upload.id == upload)
        row = session.scalars(mine.with_for_update()).first()
        if row is not None:
            _delete(session, row)

    if not dry_run:
        run_write(work)


def _delete(session: Session, row: Upload) -> None:
    place, key, handle = row.place, row.key, row.handle
    session.delete(row)
    session.flush()
    if handle is not None:
        after_commit(session, partial(_abort, place, key, handle))
    others = select(Upload.id).where(Upload.school == row.school, Upload.key == key)
    # Locked, so that an upload that is just adopting these bytes is seen here, or sees them go.
    if session.scalars(others.limit(1).with_for_update()).first() is None:
        # A copy may lie where it was before it was moved.
        for each in stores():
            remove_later(session, each, key)


def _abort(place: str, key: str, handle: str) -> None:
    # A session that is left over is collected another day.
    with suppress(StoreError):
        store(place).abort(key, handle)
