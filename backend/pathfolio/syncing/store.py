"""The statements behind `syncing.locks`: Core, made once, batched, the same on both databases."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, cast

from sqlalchemy import (
    BindParameter,
    Row,
    RowMapping,
    Table,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from pathfolio.among import Names, among
from pathfolio.syncing.models import History, Member, Record, Space, SpaceChain, Tombstone
from pathfolio.uploads.models import Reference
from pathfolio_sync import CHAIN_START

SPACE = cast("Table", Space.__table__)
RECORD = cast("Table", Record.__table__)
HISTORY = cast("Table", History.__table__)
MEMBER = cast("Table", Member.__table__)
_CHAIN = cast("Table", SpaceChain.__table__)
_STONE = cast("Table", Tombstone.__table__)

_SCHOOL: BindParameter[str] = bindparam("school")
_NAMES = bindparam("names", type_=Names())
_LIVE = (RECORD.c.school == _SCHOOL, among(RECORD.c.record, _NAMES), RECORD.c.gone.is_(False))

_KNOWN_SPACES = select(SPACE.c.space).where(SPACE.c.school == _SCHOOL, among(SPACE.c.space, _NAMES))
_LOCK = (
    select(SPACE)
    .where(SPACE.c.school == _SCHOOL, among(SPACE.c.space, _NAMES))
    .order_by(SPACE.c.space)
    .with_for_update()
)
_LIVE_ROWS = select(
    RECORD.c.record, RECORD.c.space, RECORD.c.kind, RECORD.c.seq, RECORD.c.body
).where(*_LIVE)
_LOCATIONS = select(RECORD.c.record, RECORD.c.space, RECORD.c.kind, RECORD.c.about).where(*_LIVE)
_ABOUT = select(RECORD.c.record).where(
    RECORD.c.school == _SCHOOL,
    RECORD.c.about == bindparam("about"),
    RECORD.c.space == bindparam("space"),
    RECORD.c.gone.is_(False),
)
_STONES = select(_STONE.c.record, _STONE.c.reason).where(
    _STONE.c.school == _SCHOOL, among(_STONE.c.record, _NAMES)
)
_HISTORY = select(HISTORY).where(HISTORY.c.school == _SCHOOL, among(HISTORY.c.id, _NAMES))
_ROLES = select(MEMBER.c.space, MEMBER.c.role).where(
    MEMBER.c.school == _SCHOOL, MEMBER.c.person == bindparam("person")
)
_READERS = select(MEMBER.c.person).where(
    MEMBER.c.school == _SCHOOL, MEMBER.c.space == bindparam("space")
)
_ADD_CHAIN, _ADD_HISTORY = insert(_CHAIN), insert(HISTORY)
_SPACE_CHANGES = update(SPACE).where(
    SPACE.c.school == bindparam("_school"), SPACE.c.space == bindparam("_space")
)


def _upsert(statement: Any) -> Any:  # noqa: ANN401 - one of two types
    key = ["school", "space", "record"]
    changed = {each.name: each for each in statement.excluded if each.name not in {*key, "since"}}
    return statement.on_conflict_do_update(index_elements=key, set_=changed)


_UPSERTS = {
    "sqlite": _upsert(sqlite.insert(RECORD)),
    "postgresql": _upsert(postgresql.insert(RECORD)),
}


def dialect_insert(session: Session, table: Table) -> Any:  # noqa: ANN401 - one of two types
    """An INSERT that knows ON CONFLICT."""
    module = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return module.insert(table)


def make_missing(session: Session, school: str, names: Sequence[str]) -> None:
    """Make the spaces of `names` (sorted) that do not exist yet."""
    known = set(session.scalars(_KNOWN_SPACES, {"school": school, "names": names}))
    rows = [
        {
            "school": school,
            "space": name,
            "head": 0,
            "chain": CHAIN_START,
            "live": 0,
            "digest": CHAIN_START,
            "erased": False,
        }
        for name in names
        if name not in known
    ]
    if rows:
        session.execute(dialect_insert(session, SPACE).on_conflict_do_nothing(), rows)


def lock(session: Session, school: str, names: Sequence[str]) -> Sequence[Row[Any]]:
    """Lock the rows in sorted order; on SQLite the write transaction is the lock."""
    return session.execute(_LOCK, {"school": school, "names": names}).all()


def live_rows(session: Session, school: str, records: Collection[str]) -> Iterable[Row[Any]]:
    """Record, space, kind, seq and body of those that live, wherever they are."""
    return session.execute(_LIVE_ROWS, {"school": school, "names": records}) if records else ()


def locations(session: Session, school: str, records: Iterable[str]) -> dict[str, Row[Any]]:
    """Record -> row of (record, space, kind, about) of those that live.

    Read without a lock: look again under it.
    """
    wanted = set(records)
    if not wanted:
        return {}
    rows = session.execute(_LOCATIONS, {"school": school, "names": wanted})
    return {row.record: row for row in cast("Iterable[Row[Any]]", rows)}


def records_about(session: Session, school: str, artifact: str, space: str) -> list[str]:
    return list(
        session.scalars(_ABOUT, {"school": school, "about": artifact, "space": space}),
    )


def tombstones(session: Session, school: str, records: Collection[str]) -> dict[str, str]:
    """Record -> why its id is not usable any more: `erased` or `purged`."""
    found = session.execute(_STONES, {"school": school, "names": records}) if records else ()
    return {row.record: row.reason for row in found}


def history(session: Session, school: str, mutations: Collection[str]) -> Iterable[RowMapping]:
    """The history rows of these mutations, of whatever record."""
    if not mutations:
        return ()
    return session.execute(_HISTORY, {"school": school, "names": mutations}).mappings()


def roles(session: Session, school: str, person: str) -> dict[str, str]:
    rows = session.execute(_ROLES, {"school": school, "person": person})
    return {row.space: row.role for row in rows}


def readers(session: Session, school: str, space: str) -> Iterable[str]:
    return session.scalars(_READERS, {"school": school, "space": space})


def count_members(session: Session, school: str) -> int:
    query = select(func.count()).select_from(Member).where(Member.school == school)
    return session.scalar(query) or 0


def write_records(session: Session, rows: list[dict[str, Any]]) -> None:
    """Insert or replace rows; those that are gone first, as one live row per record is allowed.

    `since` stays what it was when the record first came to its space.
    """
    rows.sort(key=lambda row: not row["gone"])
    if rows:
        session.execute(_UPSERTS[session.get_bind().dialect.name], rows)


def write_rows(
    session: Session, chain: list[dict[str, Any]], history: list[dict[str, Any]]
) -> None:
    if chain:
        session.execute(_ADD_CHAIN, chain)
    if history:
        session.execute(_ADD_HISTORY, history)


def write_spaces(session: Session, rows: list[dict[str, Any]]) -> None:
    """`_school` and `_space` name the row, the rest is what it becomes."""
    if rows:
        session.execute(_SPACE_CHANGES, rows)


def references_of(session: Session, school: str, record: str) -> list[tuple[str, str]]:
    """(upload, owner) of what a record shows."""
    query = (
        select(Reference.upload, Reference.person)
        .where(Reference.school == school, Reference.record == record, Reference.live)
        .order_by(Reference.upload)
    )
    return [(row.upload, row.person) for row in session.execute(query)]
