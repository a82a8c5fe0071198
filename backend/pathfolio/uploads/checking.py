"""The worker's part: join the parts, hash the whole, look inside, make renditions, tell the records.

Only this makes an upload `verified`, which is what lets a device free its copy.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from pathfolio import jobs, settings
from pathfolio.db import read
from pathfolio.jobs.handlers import nothing
from pathfolio.uploads import replaced, states
from pathfolio.uploads.models import (
    DAMAGED,
    KEPT,
    OPEN,
    REJECTED,
    UNCHECKED,
    VERIFIED,
    VERIFYING,
    WRONG_BYTES,
    Upload,
)
from pathfolio.uploads.operations import CHECK
from pathfolio.uploads.removing import remove_later
from pathfolio.uploads.storage import clean_key, rendition_key, store, workroom
from pathfolio_media.limits import MEGA, Limits
from pathfolio_media.render import CLEAN, MIME, SUFFIX, VERSION, Report
from pathfolio_media.sniff import sniff_file
from pathfolio_media.store import LostSessionError, NoSuchObjectError
from pathfolio_media.workshop import Workshop

_WORKSHOP = "pathfolio.workshop"
OTHER_BYTES = "What arrived is not the file that this device described. It will be sent again."
BROKEN = "A part of this picture is broken. What can be seen is shown; the file is kept as it is."
NOT_CHECKED = "The school's computer could not check this file. It stays on your device."


def _give_up(job: jobs.Job) -> jobs.Apply:
    def apply(session: Session) -> None:
        row = _row(session, job)
        if row is not None and row.state == VERIFYING:
            states.move(session, row, REJECTED, code="not_checked", reason=NOT_CHECKED)

    return apply


@jobs.handler(CHECK, give_up=_give_up)
def check(job: jobs.Job) -> jobs.Apply:
    with read() as session:
        row = session.get(Upload, _name(job))
    if row is None or row.state != VERIFYING:
        return nothing
    try:
        if row.handle is not None:
            store(row.place).complete(row.key, row.handle, row.parts)
        with store(row.place).local(row.key) as path:
            return _checked(job, row, path)
    except (LostSessionError, NoSuchObjectError):
        return _moved(job, OPEN)


def _checked(job: jobs.Job, row: Upload, path: Path) -> jobs.Apply:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != row.sha256:
        if row.handle is not None:
            # What was found in the store, not sent now, is not ours to delete.
            store(row.place).delete(row.key)
        return _moved(job, REJECTED, code=WRONG_BYTES, reason=OTHER_BYTES)
    kind = sniff_file(path)
    if not kind.is_image:
        return _kept(job, kind.mime, Report())
    report = _render(row, path, kind.mime)
    if report.refused:
        code, reason = report.refused
        return _moved(job, REJECTED, code=code, reason=reason, original=report.original)
    return _kept(job, kind.mime, report)


def workshop() -> Workshop:
    """The worker's one workshop; made at first use."""
    found: Workshop | None = current_app.extensions.get(_WORKSHOP)
    if found is None:
        chosen = settings.current()
        limits = Limits(chosen.image_megapixels * MEGA, chosen.jpeg_megapixels * MEGA)
        found = current_app.extensions[_WORKSHOP] = Workshop(limits, workroom())
    return found


def stop() -> None:
    """Ends the workshop's child process."""
    found: Workshop | None = current_app.extensions.pop(_WORKSHOP, None)
    if found is not None:
        found.close()


def _render(row: Upload, path: Path, mime: str) -> Report:
    with workshop().rendered(path, mime) as made:
        for size in made.report.sizes:
            suffix = SUFFIX[size]
            source = made.folder / f"{size}.{suffix}"
            store(row.place).put(rendition_key(row, size), source, mime=MIME[suffix])
        if made.report.original == "clean":
            store(row.place).put(clean_key(row), made.folder / CLEAN, mime=mime)
        return made.report


def _kept(job: jobs.Job, mime: str, report: Report) -> jobs.Apply:
    """The bytes are proved to be here. One object per school holds them, however often they were sent."""

    def apply(session: Session) -> None:
        row = _row(session, job)
        if row is None or row.state != VERIFYING:
            return
        twin = _twin(session, row)
        if twin is not None:
            remove_later(session, row.place, row.key)
            states.adopt(session, row, twin)
            return
        row.found, row.original, row.pipeline, row.handle = mime, report.original, VERSION, None
        row.width, row.height = report.width or None, report.height or None
        row.thumbhash = report.thumbhash or None
        row.sizes = {name: list(size) for name, size in report.sizes.items()}
        if report.damaged:
            states.move(session, row, DAMAGED, code="damaged", reason=BROKEN)
        else:
            states.move(session, row, VERIFIED)

    return apply


def _moved(
    job: jobs.Job,
    state: str,
    *,
    code: str | None = None,
    reason: str | None = None,
    original: str = UNCHECKED,
) -> jobs.Apply:
    def apply(session: Session) -> None:
        row = _row(session, job)
        if row is not None and row.state == VERIFYING:
            row.handle, row.original = None, original
            states.move(session, row, state, code=code, reason=reason)

    return apply


def _twin(session: Session, row: Upload) -> Upload | None:
    return session.scalars(
        select(Upload)
        .where(
            Upload.school == row.school,
            Upload.sha256 == row.sha256,
            Upload.size == row.size,
            Upload.key != row.key,
            Upload.state.in_(KEPT),
            ~replaced.hidden(),
        )
        .limit(1)
        .with_for_update()
    ).first()


def _row(session: Session, job: jobs.Job) -> Upload | None:
    return session.get(Upload, _name(job), with_for_update=True)


def _name(job: jobs.Job) -> tuple[str, str, str]:
    return job.payload["school"], job.payload["person"], job.payload["upload"]
