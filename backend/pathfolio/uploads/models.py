"""The table of uploads, and the projection of which record shows which upload."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from pathfolio.db import Base, Id, Json, Key

OPEN, VERIFYING, VERIFIED, DAMAGED, REJECTED = (
    "open",
    "verifying",
    "verified",
    "damaged",
    "rejected",
)
KEPT = (VERIFIED, DAMAGED)
WRONG_BYTES = "wrong_bytes"
# What may be given out of the original. Until somebody has looked inside, it may hold a place.
UNCHECKED, AS_IS, CLEAN, WITHHELD = "unchecked", "as_is", "clean", "withheld"


class Upload(Base):
    """One file of one person. The id is made by the device, so it is theirs only together with the person.

    `place` names the store that holds the file, `key` the object in it, shared with other uploads of the same bytes
    in this school once verified;
    `handle` the store's unfinished session. `mime` is what the device says, `found` what the bytes say.
    `original`: goes to nobody but its owner while `unchecked`; may then be given out `as_is`, only as a `clean` copy,
    or is `withheld`.
    """

    __tablename__ = "upload"
    __table_args__ = (
        Index("ix_upload_school_sha256", "school", "sha256"),
        Index("ix_upload_school_key", "school", "key"),
        Index("ix_upload_state_touched", "state", "touched"),
    )

    school: Mapped[str] = mapped_column(Id, primary_key=True)
    person: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    state: Mapped[str] = mapped_column(Key(10))
    kind: Mapped[str] = mapped_column(Key(10))
    sha256: Mapped[str] = mapped_column(Key(64))
    size: Mapped[int] = mapped_column(BigInteger)
    mime: Mapped[str] = mapped_column(String(120))
    captured_at: Mapped[datetime | None]
    place: Mapped[str] = mapped_column(Key(4))
    key: Mapped[str] = mapped_column(Key(120))
    handle: Mapped[str | None] = mapped_column(String(300))
    part_bytes: Mapped[int] = mapped_column(BigInteger)
    created: Mapped[datetime]
    touched: Mapped[datetime]
    code: Mapped[str | None] = mapped_column(Key(30))
    reason: Mapped[str | None] = mapped_column(String(300))
    found: Mapped[str | None] = mapped_column(Key(60))
    original: Mapped[str] = mapped_column(Key(10), default=UNCHECKED)
    width: Mapped[int | None]
    height: Mapped[int | None]
    thumbhash: Mapped[str | None] = mapped_column(Key(64))
    sizes: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    pipeline: Mapped[int] = mapped_column(default=0)

    @property
    def parts(self) -> int:
        return -(-self.size // self.part_bytes)

    def part_size(self, n: int) -> int:
        """Size in bytes of part `n`, from 1; all are equal but the last."""
        return min(self.part_bytes, self.size - (n - 1) * self.part_bytes)

    def media(self) -> dict[str, Any] | None:
        """What records say about it: an entry of the wire's `media`; None while nothing has arrived."""
        if self.state == OPEN:
            return None
        entry: dict[str, Any] = {"state": self.state}
        if self.reason:
            entry["reason"] = self.reason
        if self.state in KEPT:
            entry["mime"] = self.found
        if self.sizes:
            entry |= {"width": self.width, "height": self.height, "thumbhash": self.thumbhash}
            entry["sizes"] = self.sizes
        return entry


class Reference(Base):
    """A record shows (or, with `live` false, once showed) an upload that `person` put there.

    Only an upload of that very person is ever served through the record: who merely knows an id gains nothing
    by writing it into a record of their own.
    """

    __tablename__ = "upload_reference"
    __table_args__ = (Index("ix_upload_reference_upload", "school", "upload", "person"),)

    school: Mapped[str] = mapped_column(Id, primary_key=True)
    record: Mapped[str] = mapped_column(Id, primary_key=True)
    upload: Mapped[str] = mapped_column(Id, primary_key=True)
    person: Mapped[str] = mapped_column(Id)
    live: Mapped[bool] = mapped_column(default=True)
    changed: Mapped[datetime]


class Replaced(Base):
    """In this record `edit` stands for the upload `original`, which goes to nobody but its owner.

    `by` made the edit; `deleted`: the owner wants the original gone for good. A row ends when the owner brings the
    original back instead of this very edit.
    """

    __tablename__ = "upload_replaced"
    __table_args__ = (Index("ix_upload_replaced_original", "school", "original"),)

    school: Mapped[str] = mapped_column(Id, primary_key=True)
    record: Mapped[str] = mapped_column(Id, primary_key=True)
    original: Mapped[str] = mapped_column(Id, primary_key=True)
    edit: Mapped[str] = mapped_column(Id, primary_key=True)
    by: Mapped[str] = mapped_column(Id)
    deleted: Mapped[bool] = mapped_column(default=False)
