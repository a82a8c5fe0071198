"""A copy of everything one person made, in plain files: words, history, originals without places.

Files that nobody has checked yet lie apart, in `files/not-checked/`, and `files.json` says what they may hold.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlalchemy import or_, select

from pathfolio.backup.manifest import BackupError, copy_hashed
from pathfolio.clock import to_wire
from pathfolio.db import read
from pathfolio.syncing.models import ERASED, History, Member, Record
from pathfolio.uploads.models import CLEAN, OPEN, UNCHECKED, WITHHELD, WRONG_BYTES, Upload
from pathfolio.uploads.replaced import deleted, dimmed_text, of_others
from pathfolio.uploads.storage import clean_key, rendition_key, store
from pathfolio_media.store import NoSuchObjectError

LARGEST = "w2000"
NOT_CHECKED = (
    "The school's computer has not checked this file. It is the original with all that the camera wrote into it, "
    "perhaps where it was taken: look before you hand it on."
)
NOT_THERE = "This file is not put together and checked yet, or its storage lost it. Ask for another copy in a while."
KEPT_BACK = "This file may hold the place where it was taken, and that could not be removed. It is kept at school."


def copy(school: str, person: str, folder: Path) -> int:
    """Writes `records.json`, `history.json` and `files/` into the new `folder`; returns how many things.

    Records are all in the person's own spaces (feedback of others too) and what they wrote elsewhere.
    Raises BackupError.
    """
    if folder.exists() and any(folder.iterdir()):
        raise BackupError(f"{folder} is not empty. Name a new folder for the copy.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with read() as session:
        seen = select(Member.space).where(Member.school == school, Member.person == person)
        theirs = (
            Record.school == school,
            Record.gone.is_(False),
            or_(Record.space.in_((f"u:{person}", f"p:{person}")), Record.by == person),
        )
        rows = session.scalars(select(Record).where(*theirs)).all()
        records = [json.loads(row.body) for row in rows]
        history = [
            entry(row, of_others(session, school, row.record, person))
            for row in session.scalars(
                select(History)
                .where(
                    History.school == school,
                    History.op != ERASED,
                    History.record.in_(select(Record.record).where(*theirs)),
                    # What somebody else wrote in private, before it was published here, stays theirs.
                    or_(History.space.in_(seen), History.by == person),
                )
                .order_by(History.record, History.rev)
            )
        ]
        uploads = session.scalars(
            select(Upload).where(
                Upload.school == school,
                Upload.person == person,
                Upload.state != OPEN,
                Upload.code.is_distinct_from(WRONG_BYTES),
                ~deleted(),
            )
        ).all()
    write(folder / "records.json", records)
    write(folder / "history.json", history)
    files = [file_of(upload, folder) for upload in uploads]
    write(folder / "files.json", files)
    return len(records) + sum(1 for each in files if each["file"])


def entry(row: History, replaced_by_others: frozenset[str]) -> dict[str, Any]:
    value = json.loads(dimmed_text(row.value, replaced_by_others))
    before = dimmed_text(row.superseded, replaced_by_others) if row.superseded else None
    return {
        "id": row.id, "record": row.record, "rev": row.rev, "op": row.op, "field": row.field, "value": value,
        "by": row.by, "at": to_wire(row.time), "status": row.status,
        "superseded": json.loads(before) if before else None,
    }  # fmt: skip


def file_of(upload: Upload, folder: Path) -> dict[str, Any]:
    """Copies what may be given out of a file; `file` is None, and `note` says why, where nothing can be."""
    key = open_key(upload)
    if key is None:
        return {"upload": upload.id, "file": None, "note": KEPT_BACK}
    name = f"{upload.id}.{(upload.found or 'application/bin').rsplit('/', 1)[1].split('+')[0]}"
    unchecked = upload.original == UNCHECKED
    file = f"files/not-checked/{name}" if unchecked else f"files/{name}"
    try:
        digest, size = copy_hashed(store(upload.place).read(key), folder / file)
    except NoSuchObjectError:
        return {"upload": upload.id, "file": None, "note": NOT_THERE}
    said = {"upload": upload.id, "file": file, "sha256": digest, "size": size}
    return said | {"note": NOT_CHECKED} if unchecked else said


def open_key(upload: Upload) -> str | None:
    """The original, its clean copy, or, where that could not be made, the largest picture made from it.

    An unchecked original is its owner's all the same, and they lose nothing: it goes along under its own name.
    """
    if upload.original == CLEAN:
        return clean_key(upload)
    if upload.original == WITHHELD:
        return rendition_key(upload, LARGEST) if LARGEST in upload.sizes else None
    return upload.key


def write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
