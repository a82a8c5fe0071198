"""Announcing a file, asking where to send its parts, saying that all are sent. No HTTP here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pathfolio import jobs, settings
from pathfolio.access import Actor
from pathfolio.clock import now
from pathfolio.db import read, run_write
from pathfolio.errors import Conflict, Invalid, NotFound, TooLarge
from pathfolio.people.models import Person
from pathfolio.uploads import replaced, states
from pathfolio.uploads.models import KEPT, OPEN, VERIFYING, WRONG_BYTES, Upload
from pathfolio.uploads.storage import chosen_place, new_key, store
from pathfolio_media.store import AlreadyStoredError, LostSessionError, Part, SignedRequest

SIGNED_FOR = timedelta(minutes=15)
CHECK = "uploads.check"


@dataclass(frozen=True)
class Announced:
    """What a device says about a file: sizes in bytes, SHA-256 in hexadecimal."""

    upload: str
    sha256: str
    size: int
    mime: str
    kind: str
    captured_at: datetime | None


@dataclass(frozen=True)
class Status:
    """Where an upload stands; `have` are the parts that the store holds."""

    upload: Upload
    state: str
    have: Sequence[Part] = ()


def announce(actor: Actor, said: Announced) -> Status:
    """Opens an upload, or tells where it stands: calling it again, from any device, changes nothing.

    Raises:
        Conflict: the id is in use for another file.
        TooLarge: larger than a file, or all files of a person, may be.
    """
    if said.size > settings.current().upload_bytes:
        most = settings.current().upload_bytes // 1_000_000
        raise TooLarge(f"This file is larger than {most} MB, the most that this school takes.")
    made = run_write(lambda session: _row(session, actor, said))
    found, state = made
    return Status(found, state) if state == "exists" else status(found)


def _row(session: Session, actor: Actor, said: Announced) -> tuple[Upload, str]:
    # One announcement of a person at a time: two must neither make one row twice, nor both find the last free bytes.
    mine = select(Person.id).where(Person.school == actor.school, Person.id == actor.person)
    session.execute(mine.with_for_update())
    row = session.get(Upload, (actor.school, actor.person, said.upload), with_for_update=True)
    if row is not None and row.code != WRONG_BYTES:
        if (row.sha256, row.size) != (said.sha256, said.size):
            raise Conflict("This upload id is in use for another file.", slug="upload_differs")
        return detached(session, row), row.state
    _demand_room(session, actor, said.size)
    twin = _twin(session, actor, said)
    if row is None:
        row = _new_row(actor, said)
        session.add(row)
    row.sha256, row.size, row.mime, row.kind = said.sha256, said.size, said.mime, said.kind
    row.key, row.handle, row.sizes = new_key(actor.school, actor.person, said.upload), None, {}
    row.place = chosen_place()
    row.part_bytes = max(settings.current().part_bytes, store(row.place).part_floor)
    if twin is not None:
        states.adopt(session, row, twin)
        return detached(session, row), "exists"
    states.move(session, row, OPEN)
    return detached(session, row), OPEN


def _new_row(actor: Actor, said: Announced) -> Upload:
    return Upload(
        school=actor.school,
        person=actor.person,
        id=said.upload,
        captured_at=said.captured_at,
        state=OPEN,
        pipeline=0,
        created=now(),
    )


def _twin(session: Session, actor: Actor, said: Announced) -> Upload | None:
    """The same bytes from the same person: only then is a known hash a proof of having the file."""
    return session.scalars(
        select(Upload)
        .where(
            Upload.school == actor.school,
            Upload.person == actor.person,
            Upload.sha256 == said.sha256,
            Upload.size == said.size,
            Upload.state.in_(KEPT),
            ~replaced.hidden(),
        )
        .limit(1)
        .with_for_update()
    ).first()


def _demand_room(session: Session, actor: Actor, size: int) -> None:
    """Counts what is announced as if it were here already. Raises TooLarge."""
    used = session.scalar(
        select(func.coalesce(func.sum(Upload.size), 0)).where(
            Upload.school == actor.school,
            Upload.person == actor.person,
            func.coalesce(Upload.code, "") != WRONG_BYTES,
        )
    )
    if int(used or 0) + size > settings.current().person_quota:
        raise TooLarge(
            "Your space at school is full. The file stays on this device; ask your school for more space.",
            slug="quota",
        )


def detached(session: Session, row: Upload) -> Upload:
    """The row as it will be committed, usable after the transaction."""
    session.flush()
    session.expunge(row)
    return row


def status(row: Upload) -> Status:
    """Asks the store which parts it has; begins a new session where the old one is lost."""
    if row.state != OPEN:
        return Status(row, row.state)
    if row.handle is not None:
        try:
            return Status(row, OPEN, store(row.place).parts(row.key, row.handle))
        except LostSessionError:
            pass
    return Status(_begin(row), OPEN)


def _begin(row: Upload) -> Upload:
    """Opens the store's session outside of any transaction; of two at once, one wins."""
    lost, key = row.handle, row.key
    try:
        handle = store(row.place).begin(key)
    except AlreadyStoredError:
        # The database was restored to before the parts were joined. What is sent now goes beside what is there.
        key = new_key(row.school, row.person, row.id)
        handle = store(row.place).begin(key)

    def keep(session: Session) -> Upload:
        current = session.get(Upload, (row.school, row.person, row.id), with_for_update=True)
        if current is None:
            raise NotFound("This upload is no longer known.")
        if current.state == OPEN and current.handle == lost:
            current.key, current.handle, current.touched = key, handle, now()
        return detached(session, current)

    kept = run_write(keep)
    if kept.handle != handle:
        store(row.place).abort(key, handle)
    return kept


def find(actor: Actor, upload: str) -> Upload:
    """Raises NotFound, also for what belongs to somebody else."""
    with read() as session:
        row = session.get(Upload, (actor.school, actor.person, upload))
    if row is None:
        raise NotFound("This upload is not known. Announce it again.", slug="unknown_upload")
    return row


def sign(
    actor: Actor, upload: str, wanted: list[dict[str, Any]]
) -> list[tuple[int, SignedRequest]]:
    """Where to send parts `[{n, size, sha256}]`, each for these bytes only.

    Raises:
        Conflict: the upload takes no parts any more; `state` in the problem says why.
        Invalid: a part that this upload does not have, or of another size.
    """
    row = find(actor, upload)
    if row.state != OPEN:
        raise Conflict(
            "This upload takes no more parts.", slug="not_open", extra={"state": row.state}
        )
    for part in wanted:
        if part["n"] > row.parts or part["size"] != row.part_size(part["n"]):
            raise Invalid(f"Part {part['n']} of {row.parts} does not have this size.")
    row = status(row).upload
    run_write(lambda session: states.touch(session, row))
    until, handle = now() + SIGNED_FOR, row.handle or ""
    sign_part = store(row.place).sign_part
    return [
        (p["n"], sign_part(row.key, handle, Part(p["n"], p["size"]), p["sha256"], until))
        for p in wanted
    ]


def complete(actor: Actor, upload: str) -> Status:
    """All parts are sent: queues the check, once. Raises Conflict (`missing` lists part numbers)."""
    row = find(actor, upload)
    if row.state != OPEN:
        return Status(row, row.state)
    found = status(row)
    have = {part.n for part in found.have if part.size == row.part_size(part.n)}
    missing = [n for n in range(1, row.parts + 1) if n not in have]
    if missing:
        raise Conflict(
            "Some parts have not arrived. They will be sent again.",
            slug="parts_missing",
            extra={"missing": missing[:1000]},
        )

    def queue(session: Session) -> Upload:
        current = session.get_one(Upload, (row.school, row.person, row.id), with_for_update=True)
        if current.state == OPEN and current.handle == found.upload.handle:
            states.move(session, current, VERIFYING)
            queue_check(session, current)
        return detached(session, current)

    queued = run_write(queue)
    return Status(queued, queued.state)


def queue_check(session: Session, row: Upload) -> None:
    payload = {"school": row.school, "person": row.person, "upload": row.id}
    jobs.enqueue(session, CHECK, payload, f"{row.school}:{row.person}:{row.id}")


def listed(actor: Actor, upload_ids: Sequence[str], most: int = 500) -> list[Status]:
    """The named uploads of the actor, or every one that is not verified yet, oldest first."""
    chosen = Upload.id.in_(upload_ids) if upload_ids else Upload.state != "verified"
    with read() as session:
        rows = session.scalars(
            select(Upload)
            .where(Upload.school == actor.school, Upload.person == actor.person, chosen)
            .order_by(Upload.created, Upload.id)
            .limit(most)
        ).all()
    return [status(row) for row in rows]
