"""Read models made anew from the bodies of records."""

from __future__ import annotations

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from pathfolio import db
from pathfolio.records import KINDS
from pathfolio.syncing.locks import about_of, fingerprint, space_locks
from pathfolio.syncing.models import Record, Space
from pathfolio.uploads import references, replaced
from pathfolio_sync import parse_time


def all_schools() -> int:
    """Make the columns of records, the digests and the references anew; how many rows changed."""
    with db.read() as session:
        spaces = [(row.school, row.space) for row in session.scalars(select(Space))]
    return sum(_rebuilt(school, space) for school, space in sorted(spaces))


def _rebuilt(school: str, space: str) -> int:
    return db.run_write(lambda session: rebuild_space(session, school, space))


def rebuild_space(session: Session, school: str, space: str) -> int:
    """One space, under its lock."""
    changed = 0
    with space_locks(session, school, [space]):
        row = session.get_one(Space, (school, space))
        digest = live = 0
        query = select(Record).where(
            Record.school == school, Record.space == space, Record.gone.is_(False)
        )
        for record in session.scalars(query):
            changed += rebuild_record(session, record)
            digest ^= fingerprint(record.record, record.seq, [record.rev, record.rev_id])
            live += 1
        if (row.live, row.digest) != (live, f"{digest:016x}"):
            row.live, row.digest = live, f"{digest:016x}"
            changed += 1
    return changed


def rebuild_record(session: Session, record: Record) -> bool:
    """The columns that repeat what the body says, and the files it shows; whether any differed."""
    body = json.loads(record.body)
    deleted = body.get("deleted")
    wanted = {
        "kind": body["kind"],
        "seq": body["seq"],
        "rev": body["rev"][0],
        "rev_id": body["rev"][1],
        "by": body["by"],
        "about": about_of(KINDS[body["kind"]], body),
        "deleted_at": parse_time(deleted["at"]) if deleted else None,
    }
    different = [name for name, value in wanted.items() if getattr(record, name) != value]
    for name in different:
        setattr(record, name, wanted[name])
    entries = body["fields"].get("attachments", {}).values()
    uploads = sorted({each["v"]["upload"] for each in entries if "upload" in each["v"]})
    if uploads:
        where = (session, record.school, record.record)
        shown = [each["v"] for each in entries]
        kept = set().union(*(replaced.uploads_in(value) for value in shown))
        references.note(*where, uploads, record.by, kept)
        replaced.note(*where, shown, record.by)
    return bool(different)
