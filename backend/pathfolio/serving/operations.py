"""Who may fetch which file. Renditions: everyone who may see the record; originals: their owner."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pathfolio import settings
from pathfolio.access import Actor
from pathfolio.clock import now
from pathfolio.db import read
from pathfolio.syncing.models import Member, Record
from pathfolio.uploads import replaced
from pathfolio.uploads.models import (
    CLEAN,
    OPEN,
    UNCHECKED,
    VERIFYING,
    WITHHELD,
    WRONG_BYTES,
    Reference,
    Upload,
)
from pathfolio.uploads.storage import clean_key, rendition_key, store
from pathfolio_media.render import MIME, SUFFIX
from pathfolio_media.sniff import KINDS

ORIGINAL = "original"
SIZES = (ORIGINAL, *SUFFIX)


@dataclass(frozen=True)
class Address:
    """Where to fetch one file, or the reason (`error`) why there is no address."""

    upload: str
    size: str
    url: str | None = None
    mime: str | None = None
    error: str | None = None


def sign(actor: Actor, items: Sequence[tuple[str, str]]) -> tuple[list[Address], datetime]:
    """An address for each `(upload, size)`, and when they end."""
    expires = _expires()
    with read() as session:
        mine, shown = _readable(session, actor, {upload for upload, _ in items})
    found = [_address(upload, size, mine, shown, expires) for upload, size in items]
    return found, expires


def _expires() -> datetime:
    """The same for a quarter of an hour, so that a browser's cache knows an address again."""
    step = 900
    life = timedelta(minutes=settings.current().media_minutes)
    return datetime.fromtimestamp(math.ceil((now() + life).timestamp() / step) * step, UTC)


def _readable(
    session: Session, actor: Actor, uploads: set[str]
) -> tuple[dict[str, Upload], dict[str, Upload]]:
    """The actor's own uploads, and those of others shown by a record that the actor may see today."""
    mine = session.scalars(
        select(Upload).where(
            Upload.school == actor.school,
            Upload.person == actor.person,
            Upload.id.in_(uploads),
            ~replaced.deleted(),
        )
    )
    seen = session.scalars(
        select(Upload)
        .join(
            Reference,
            (Reference.school == Upload.school)
            & (Reference.upload == Upload.id)
            & (Reference.person == Upload.person),
        )
        .join(Record, (Record.school == Reference.school) & (Record.record == Reference.record))
        .join(Member, (Member.school == Record.school) & (Member.space == Record.space))
        .where(
            Upload.school == actor.school,
            Upload.id.in_(uploads),
            Member.person == actor.person,
            Reference.live,
            Record.gone.is_(False),
            Record.deleted_at.is_(None),
            ~replaced.hidden(Reference.record),
        )
        .distinct()
    )
    return {row.id: row for row in mine}, {row.id: row for row in seen}


def _address(
    upload: str,
    size: str,
    mine: dict[str, Upload],
    shown: dict[str, Upload],
    expires: datetime,
) -> Address:
    row = mine.get(upload) or shown.get(upload)
    if row is None:
        return Address(upload, size, error="not_found")
    if row.state in (OPEN, VERIFYING) or row.code == WRONG_BYTES:
        return Address(upload, size, error="not_ready")
    if size == ORIGINAL:
        # What has no rendition is itself what the others came for; a picture's original is its owner's alone.
        is_picture = KINDS[row.found].is_image if row.found else True
        if upload not in mine and (is_picture or row.original == UNCHECKED):
            return Address(upload, size, error="not_found")
        return _original(row, expires)
    if size not in row.sizes:
        return Address(upload, size, error="none")
    mime = MIME[SUFFIX[size]]
    url = store(row.place).sign_get(
        rendition_key(row, size), mime=mime, filename=None, expires=expires
    )
    return Address(upload, size, url, mime)


def _original(row: Upload, expires: datetime) -> Address:
    if row.original == WITHHELD:
        return Address(row.id, ORIGINAL, error="withheld")
    kind = KINDS.get(row.found or "", KINDS["application/octet-stream"])
    key = clean_key(row) if row.original == CLEAN else row.key
    # Only pictures whose bytes were recognised are ever shown in place; all else is a download.
    name = None if kind.is_image and row.state != "rejected" else f"{row.id}.{kind.suffix}"
    url = store(row.place).sign_get(key, mime=kind.mime, filename=name, expires=expires)
    return Address(row.id, ORIGINAL, url, kind.mime)
