"""Originals that an edit stands for: from then on they go to their owner alone.

An attachment with `replaces` says which original its file was made from. Each pair (original, edit) is written down,
and stays, whatever the record shows later, until its owner takes back exactly that pair by `restores`. So a change by
a device that did not know of the edit, an undo, or an earlier version put back never opens an original again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, delete, exists, or_, select
from sqlalchemy.orm import Session

from pathfolio import jobs
from pathfolio.clock import now
from pathfolio.uploads.models import Reference, Replaced, Upload

REPLACED = "uploads.replaced"
Value = Mapping[str, Any]


def values(field: object) -> Iterator[Value]:
    """The attachments in a mutation's value: of a creation, or of one `add`."""
    if not isinstance(field, dict):
        return
    if "fields" in field:
        entries = field["fields"].get("attachments", {})
        yield from (each["v"] for each in entries.values())
    elif isinstance(field.get("v"), dict):
        yield field["v"]


def uploads_in(value: Value) -> set[str]:
    """Every upload that an attachment names, shown or not."""
    original = value.get("replaces") or {}
    named = {value.get("upload"), original.get("upload"), *original.get("earlier", ())}
    return {each for each in named if each is not None}


def narrowness(value: object) -> int:
    """Of two values that did not know each other, the edit stays: the other would show what it was to hide."""
    return 1 if isinstance(value, dict) and "replaces" in value else 0


def note(session: Session, school: str, record: str, said: Iterable[Value], by: str) -> None:
    """Writes down what these attachments of a record, by `by`, replace and take back. After `references.note`."""
    for value in said:
        original, edit = value.get("replaces"), value.get("upload")
        if original is not None:
            gone = bool(original.get("deleted"))
            for upload in sorted(uploads_in(value) - {edit}):
                _put(
                    session,
                    Replaced(
                        school=school,
                        record=record,
                        original=upload,
                        edit=edit,
                        by=by,
                        deleted=gone,
                    ),
                )
        for taken_back in value.get("restores", ()):
            _take_back(session, (school, record, str(edit), taken_back), by)


def copy(session: Session, school: str, record: str, to: str) -> None:
    """What is replaced in one record is so in its copy."""
    rows = select(Replaced).where(Replaced.school == school, Replaced.record == record)
    for row in session.scalars(rows).all():
        _put(
            session,
            Replaced(
                school=school, record=to, original=row.original, edit=row.edit, by=row.by, deleted=row.deleted
            ),
        )  # fmt: skip


def forget(session: Session, school: str, record: str) -> None:
    """The record is purged or erased."""
    session.execute(delete(Replaced).where(Replaced.school == school, Replaced.record == record))


def hidden(record: SQLColumnExpression[str] | None = None) -> ColumnElement[bool]:
    """Whether an `Upload` is its owner's alone: in `record` by anybody's edit, everywhere by an edit of its owner."""
    mine = Replaced.by == Upload.person
    found = exists().where(
        Replaced.school == Upload.school,
        Replaced.original == Upload.id,
        mine if record is None else or_(mine, Replaced.record == record),
    )
    return found.correlate_except(Replaced)


def deleted() -> ColumnElement[bool]:
    """Whether the owner of an `Upload` wants it gone for good."""
    found = exists().where(
        Replaced.school == Upload.school,
        Replaced.original == Upload.id,
        Replaced.by == Upload.person,
        Replaced.deleted,
    )
    return found.correlate_except(Replaced)


def of_others(session: Session, school: str, record: str, reader: str) -> frozenset[str]:
    """The originals replaced in a record that are not the reader's."""
    query = (
        select(Replaced.original)
        .join(
            Reference,
            (Reference.school == Replaced.school)
            & (Reference.record == Replaced.record)
            & (Reference.upload == Replaced.original),
        )
        .where(Replaced.school == school, Replaced.record == record, Reference.person != reader)
    )
    return frozenset(session.scalars(query))


def dimmed(value: Any, originals: frozenset[str]) -> Any:  # noqa: ANN401 - JSON
    """A JSON value without the blurred previews of these uploads."""
    if isinstance(value, list):
        return [dimmed(each, originals) for each in value]
    if not isinstance(value, dict):
        return value
    shown = {key: dimmed(each, originals) for key, each in value.items()}
    if shown.get("upload") in originals:
        shown.pop("thumbhash", None)
    return shown


def dimmed_text(stored: bytes, originals: frozenset[str]) -> bytes:
    """The same for stored JSON."""
    if not any(each.encode() in stored for each in originals):
        return stored
    dim = dimmed(json.loads(stored), originals)
    return json.dumps(dim, ensure_ascii=False, separators=(",", ":")).encode()


def _put(session: Session, row: Replaced) -> None:
    known = session.get(Replaced, (row.school, row.record, row.original, row.edit))
    if known is None:
        session.add(row)
    elif row.deleted and row.by == _owner(session, row):
        # A later change of its caption, by a device that does not know of it, does not undo this.
        known.deleted, known.by = True, row.by
    session.flush()
    _tell(session, row)


def _take_back(session: Session, pair: tuple[str, str, str, str], by: str) -> None:
    """Only by the owner of the original, or by who made the edit."""
    row = session.get(Replaced, pair)
    if row is not None and by in {row.by, _owner(session, row)}:
        session.delete(row)
        session.flush()
        _tell(session, row)


def _owner(session: Session, row: Replaced) -> str | None:
    found = session.get(Reference, (row.school, row.record, row.original))
    return found.person if found else None


def _tell(session: Session, row: Replaced) -> None:
    """Lets the worker see to what was made from the original; what is deleted ages from now on."""
    person = _owner(session, row)
    upload = session.get(Upload, (row.school, person, row.original)) if person else None
    if upload is None:
        return
    if row.deleted:
        upload.touched = now()
    payload = {"school": row.school, "person": upload.person, "upload": upload.id}
    jobs.enqueue(session, REPLACED, payload, f"{row.school}:{upload.person}:{upload.id}")
