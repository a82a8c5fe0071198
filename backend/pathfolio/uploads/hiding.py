"""The worker's part of an edit: what was made from a replaced original goes, so that no address reaches it.

An address once given works for an hour, whoever holds it, on a disk as in a bucket. What it leads to is deleted
instead; the original itself, which only its owner ever had an address of, stays. Brought back, it is looked at again.
"""

from __future__ import annotations

from functools import partial

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from pathfolio import jobs
from pathfolio.db import read
from pathfolio.jobs.handlers import nothing
from pathfolio.syncing.write import set_media
from pathfolio.uploads import states
from pathfolio.uploads.models import KEPT, VERIFYING, Upload
from pathfolio.uploads.operations import queue_check
from pathfolio.uploads.replaced import REPLACED, hidden
from pathfolio.uploads.storage import rendition_key, store


@jobs.handler(REPLACED)
def see_to(job: jobs.Job) -> jobs.Apply:
    """Goes by what is so now, so that it may come late or twice."""
    name = (job.payload["school"], job.payload["person"], job.payload["upload"])
    with read() as session:
        row = session.get(Upload, name)
        is_hidden = row is not None and _is_hidden(session, row)
        shared = row is not None and _is_shared(session, row)
    if row is None or row.state not in KEPT:
        return nothing
    if not is_hidden:
        return partial(_show, name=name)
    if not shared:
        for size in row.sizes:
            store(row.place).delete(rendition_key(row, size))
    return partial(_hide, name=name)


def _is_hidden(session: Session, row: Upload) -> bool:
    query = select(Upload.id).where(_named(row), hidden())
    return session.scalar(query) is not None


def _is_shared(session: Session, row: Upload) -> bool:
    """Whether another attachment shows the same bytes."""
    others = Upload.school == row.school, Upload.key == row.key, ~_named(row), ~hidden()
    return session.scalar(select(Upload.id).where(*others).limit(1)) is not None


def _named(row: Upload) -> ColumnElement[bool]:
    return and_(Upload.school == row.school, Upload.person == row.person, Upload.id == row.id)


def _hide(session: Session, name: tuple[str, str, str]) -> None:
    row = session.get(Upload, name, with_for_update=True)
    if row is None or not _is_hidden(session, row) or not row.sizes:
        return
    row.sizes, row.thumbhash = {}, None
    session.flush()
    set_media(session, row.school, row.person, row.id, row.media())


def _show(session: Session, name: tuple[str, str, str]) -> None:
    row = session.get(Upload, name, with_for_update=True)
    if row is None or _is_hidden(session, row) or row.sizes or row.state not in KEPT:
        return
    states.move(session, row, VERIFYING)
    queue_check(session, row)
