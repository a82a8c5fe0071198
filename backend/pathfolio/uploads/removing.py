"""Removing a stored file, at once where the store answers, and surely: by a job where it does not, or after a crash."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from pathfolio import jobs
from pathfolio.db import after_commit, read
from pathfolio.jobs.handlers import nothing
from pathfolio.uploads.models import Upload
from pathfolio.uploads.storage import remove
from pathfolio_media.store import StoreError

REMOVE = "uploads.remove"


def remove_later(session: Session, place: str, key: str) -> None:
    """Removes an object, and all that was made from it, once the transaction of `session` is on the disk."""
    jobs.enqueue(session, REMOVE, {"place": place, "key": key}, f"{place}:{key}")
    after_commit(session, partial(_at_once, place, key))


def _at_once(place: str, key: str) -> None:
    with suppress(StoreError, OSError):
        remove(place, key)


@jobs.handler(REMOVE)
def removing(job: jobs.Job) -> jobs.Apply:
    place, key = job.payload["place"], job.payload["key"]
    school = key.split("/", maxsplit=1)[0]
    with read() as session:
        # A restored record may have found its file again meanwhile.
        known = session.scalars(
            select(Upload.id).where(Upload.school == school, Upload.key == key).limit(1)
        ).first()
    if known is None:
        remove(place, key)
    return nothing
