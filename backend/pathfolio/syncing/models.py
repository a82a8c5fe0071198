"""Tables of the sync log. Every key begins with the school, so that they can be split by school.

The tables are written by `syncing.locks`, `syncing.clients` and the clean-up jobs alone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from pathfolio.db import Base, Id, Json, Key, UtcTime

SPACE_LENGTH = 28  # one letter, a colon, an id


def _where(condition: str) -> dict[str, Any]:
    """An index of those rows alone."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class Space(Base):
    """An audience: the newest seq and chain, and a running digest of its live rows."""

    __tablename__ = "space"

    school: Mapped[str] = mapped_column(Id, primary_key=True)
    space: Mapped[str] = mapped_column(Key(SPACE_LENGTH), primary_key=True)
    head: Mapped[int] = mapped_column(BigInteger, default=0)
    chain: Mapped[str] = mapped_column(Key(16))
    live: Mapped[int] = mapped_column(BigInteger, default=0)
    digest: Mapped[str] = mapped_column(Key(16))
    erased: Mapped[bool] = mapped_column(default=False)


class SpaceChain(Base):
    """One row per change of a space, ids only: what a device's cursor is checked against."""

    __tablename__ = "space_chain"
    __table_args__ = (Index("ix_space_chain_at", "at"),)

    school: Mapped[str] = mapped_column(Id, primary_key=True)
    space: Mapped[str] = mapped_column(Key(SPACE_LENGTH), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    chain: Mapped[str] = mapped_column(Key(16))
    record: Mapped[str] = mapped_column(Id)
    mutation: Mapped[str] = mapped_column(Id)
    at: Mapped[datetime]


class Record(Base):
    """A record in a space, as it is sent (`body`), or the `gone` row that it left behind.

    `since` is the seq at which it first came to this space: whoever has read less never held it.
    """

    __tablename__ = "record"
    __table_args__ = (
        Index("ix_record_feed", "school", "space", "seq"),
        Index(
            "uq_record_live",
            "school",
            "record",
            unique=True,
            # Word for word as `gone.is_(False)` is written: SQLite sees no other form of it.
            sqlite_where=text("gone IS 0"),
            postgresql_where=text("gone IS false"),
        ),
        Index("ix_record_about", "school", "about", "space", **_where("about IS NOT NULL")),
        Index("ix_record_deleted_at", "deleted_at", **_where("deleted_at IS NOT NULL")),
    )

    school: Mapped[str] = mapped_column(Id, primary_key=True)
    space: Mapped[str] = mapped_column(Key(SPACE_LENGTH), primary_key=True)
    record: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(Key(20))
    seq: Mapped[int] = mapped_column(BigInteger)
    since: Mapped[int] = mapped_column(BigInteger)
    rev: Mapped[int] = mapped_column(BigInteger)
    rev_id: Mapped[str] = mapped_column(Id)
    gone: Mapped[bool]
    by: Mapped[str] = mapped_column(Id)
    about: Mapped[str | None] = mapped_column(Id)
    deleted_at: Mapped[datetime | None]
    body: Mapped[bytes] = mapped_column(LargeBinary)


ERASED = "erased"
"""The `op` of a row of which only ids and times are left, as its author was erased."""


class History(Base):
    """Every accepted mutation and what it superseded, in the space where it was written.

    `value`, `result`, `superseded` are canonical JSON; NULL is an absent result.
    """

    __tablename__ = "history"
    __table_args__ = (
        Index("uq_history_rev", "school", "record", "rev", unique=True),
        Index("ix_history_by", "school", "by"),
    )

    school: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    record: Mapped[str] = mapped_column(Id)
    space: Mapped[str] = mapped_column(Key(SPACE_LENGTH))
    rev: Mapped[int] = mapped_column(BigInteger)
    op: Mapped[str] = mapped_column(Key(10))
    field: Mapped[str | None] = mapped_column(Key(40))
    value: Mapped[bytes] = mapped_column(LargeBinary)
    by: Mapped[str] = mapped_column(Id)
    client: Mapped[str | None] = mapped_column(Id)
    n: Mapped[int | None] = mapped_column(BigInteger)
    time: Mapped[datetime]
    at: Mapped[datetime]
    base: Mapped[list[Any] | None] = mapped_column(Json)
    after: Mapped[str | None] = mapped_column(Id)
    status: Mapped[str] = mapped_column(Key(10))
    took: Mapped[list[str]] = mapped_column(Json)
    merged: Mapped[bool]
    result: Mapped[bytes | None] = mapped_column(LargeBinary)
    superseded: Mapped[bytes | None] = mapped_column(LargeBinary)


class Client(Base):
    """One device database of one person: how far its outbox was consumed.

    `app`, `waiting` and `files` are what the device last told of itself, `session` the session it told it with.
    """

    __tablename__ = "client"
    __table_args__ = (Index("ix_client_person", "school", "person"),)

    school: Mapped[str] = mapped_column(Id, primary_key=True)
    client: Mapped[str] = mapped_column(Id, primary_key=True)
    person: Mapped[str] = mapped_column(Id)
    last_n: Mapped[int] = mapped_column(BigInteger, default=0)
    hash: Mapped[str] = mapped_column(Key(32))
    schema: Mapped[int]
    seen: Mapped[datetime]
    app: Mapped[str | None] = mapped_column(Key(40))
    waiting: Mapped[int | None] = mapped_column(BigInteger)
    files: Mapped[int | None] = mapped_column(BigInteger)
    session: Mapped[str | None] = mapped_column(Id)


class Allowance(Base):
    """How far ahead of a steady day's rate a person's changes are: up to `until`, milliseconds since 1970."""

    __tablename__ = "allowance"

    school: Mapped[str] = mapped_column(Id, primary_key=True)
    person: Mapped[str] = mapped_column(Id, primary_key=True)
    until: Mapped[int] = mapped_column(BigInteger)


class Member(Base):
    """Who may see a space, and as what. Written only under the lock of the space."""

    __tablename__ = "member"
    # With the person, as SQLite otherwise prefers to read a whole school from the primary key.
    __table_args__ = (Index("ix_member_space", "school", "space", "person"),)

    school: Mapped[str] = mapped_column(Id, primary_key=True)
    person: Mapped[str] = mapped_column(Id, primary_key=True)
    space: Mapped[str] = mapped_column(Key(SPACE_LENGTH), primary_key=True)
    role: Mapped[str] = mapped_column(Key(12))
    since: Mapped[datetime]


class Meta(Base):
    """The epoch of a school's log; a new one begins after a restore."""

    __tablename__ = "meta"

    school: Mapped[str] = mapped_column(Id, primary_key=True)
    epoch: Mapped[str] = mapped_column(Id)
    began: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Key(40))


class Tombstone(Base):
    """A record that was purged from the trash or erased: its id is never used again."""

    __tablename__ = "tombstone"

    school: Mapped[str] = mapped_column(Id, primary_key=True)
    record: Mapped[str] = mapped_column(Id, primary_key=True)
    reason: Mapped[str] = mapped_column(Key(8))  # erased, purged
    at: Mapped[datetime] = mapped_column(UtcTime)
