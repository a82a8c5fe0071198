"""Which record shows which upload: kept up to date by the one write path, read by serving and collection."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pathfolio.clock import now
from pathfolio.uploads import replaced
from pathfolio.uploads.models import Reference, Upload


def note(  # noqa: PLR0917 - the record, then what it shows
    session: Session,
    school: str,
    record: str,
    uploads: Iterable[str],
    actor: str,
    kept: Iterable[str] = (),
) -> dict[str, Any]:
    """Remembers what `record` shows from now on; returns what is known of it: {upload: entry of `media`}.

    An upload that appears for the first time was put there by `actor`. One that was taken out and comes back
    (undo, history) stays with the person who first put it there. `kept`: not shown, but not to be lost either.
    """
    wanted = set(uploads)
    rows = {
        row.upload: row
        for row in session.scalars(
            select(Reference).where(Reference.school == school, Reference.record == record)
        )
    }
    for upload in sorted((wanted | set(kept)) - rows.keys()):
        rows[upload] = Reference(
            school=school, record=record, upload=upload, person=actor, changed=now()
        )
        session.add(rows[upload])
    for row in rows.values():
        if row.live != (row.upload in wanted):
            row.live, row.changed = row.upload in wanted, now()
    session.flush()
    return {} if not wanted else known(session, school, [rows[upload] for upload in wanted])


def known(session: Session, school: str, references: Iterable[Reference]) -> dict[str, Any]:
    """What is known of each upload shown, as far as its own owner put it there."""
    owners = {(row.upload, row.person) for row in references}
    # Locked until this transaction is written: a worker that ends its check meanwhile either was before us, and we
    # read what it found, or comes after us, and finds the reference.
    found = session.scalars(
        select(Upload)
        .where(Upload.school == school, Upload.id.in_({name for name, _ in owners}))
        .order_by(Upload.person, Upload.id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )
    entries = {row.id: row.media() for row in found if (row.id, row.person) in owners}
    return {upload: entry for upload, entry in sorted(entries.items()) if entry is not None}


def forget(session: Session, school: str, record: str) -> None:
    """The record is purged or erased: it keeps no file alive any more."""
    session.execute(delete(Reference).where(Reference.school == school, Reference.record == record))
    replaced.forget(session, school, record)


def records(session: Session, school: str, person: str, upload: str) -> list[str]:
    """The records that show the upload today, put there by its owner."""
    return list(
        session.scalars(
            select(Reference.record)
            .where(
                Reference.school == school,
                Reference.upload == upload,
                Reference.person == person,
                Reference.live,
            )
            .order_by(Reference.record)
        )
    )
