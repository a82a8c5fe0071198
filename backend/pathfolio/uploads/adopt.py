"""After a restore: records that devices offer again find their files, which the store never lost.

The database may be older than the store. A file that a record shows, without an upload in the database, is
looked for in the store by the upload and the person in its key, hashed again, and only then verified.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from pathfolio import clock, jobs
from pathfolio.db import read, run_write
from pathfolio.syncing.models import Record
from pathfolio.uploads import states
from pathfolio.uploads.collect import just_restored
from pathfolio.uploads.models import VERIFYING, Reference, Replaced, Upload
from pathfolio.uploads.operations import queue_check
from pathfolio.uploads.storage import made_for, stores

ADOPT = "uploads.adopt"
# Devices come back one by one for weeks after a restore.
SOON, SELDOM = timedelta(minutes=10), timedelta(days=1)

Shown = tuple[Reference, dict[str, Any]]


def adopt() -> int:
    """Queues the check of every stored file that a record misses; how many. Needs an app context."""
    count = 0
    for reference, value in _missing():
        for place, key in _stored(reference):
            begin = partial(_begin, reference=reference, value=value, place=place, key=key)
            if run_write(begin):
                count += 1
                break
    return count


@jobs.handler(ADOPT)
def regularly(_job: jobs.Job) -> jobs.Apply:
    restored = just_restored()
    if restored:
        adopt()

    def again(session: Session) -> None:
        due = clock.now() + (SOON if restored else SELDOM)
        jobs.enqueue(session, ADOPT, {}, "regularly", due=due)

    return again


def start() -> None:
    """Called once by a worker: makes sure that the calendar goes on."""
    run_write(lambda session: jobs.enqueue(session, ADOPT, {}, "regularly"))


def _missing() -> list[Shown]:
    """References to uploads that the database does not know, with what the record says of the file."""
    same = and_(
        Upload.school == Reference.school,
        Upload.person == Reference.person,
        Upload.id == Reference.upload,
    )
    live = and_(
        Record.school == Reference.school,
        Record.record == Reference.record,
        Record.gone.is_(False),
    )
    kept = exists().where(
        Replaced.school == Reference.school,
        Replaced.record == Reference.record,
        Replaced.original == Reference.upload,
        Replaced.deleted.is_(False),
    )
    wanted = (
        select(Reference, Record.body)
        .join(Record, live)
        .outerjoin(Upload, same)
        .where(or_(Reference.live, kept), Upload.id.is_(None))
    )
    with read() as session:
        return [
            (reference, value)
            for reference, body in session.execute(wanted)
            for value in _values(body, reference.upload)
        ]


def _values(body: bytes, upload: str) -> Iterator[dict[str, Any]]:
    entries = json.loads(body)["fields"].get("attachments", {})
    for value in (each["v"] for each in entries.values()):
        for file in (value, value.get("replaces", {})):
            if file.get("upload") == upload:
                yield {"type": value["type"], **file}


def _stored(reference: Reference) -> Iterator[tuple[str, str]]:
    wanted = (reference.upload, reference.person)
    for place, there in stores().items():
        for each in there.found(f"{reference.school}/"):
            if made_for(each.key) == wanted:
                yield place, each.key


def _begin(
    session: Session, reference: Reference, value: dict[str, Any], place: str, key: str
) -> bool:
    name = (reference.school, reference.person, reference.upload)
    if session.get(Upload, name) is not None:
        return False
    row = Upload(
        school=reference.school,
        person=reference.person,
        id=reference.upload,
        kind=value["type"],
        sha256=value["sha256"],
        size=value["size"],
        mime=value["mime"],
        place=place,
        key=key,
        part_bytes=max(1, value["size"]),
        created=clock.now(),
        sizes={},
        pipeline=0,
    )
    session.add(row)
    states.move(session, row, VERIFYING)
    queue_check(session, row)
    return True
