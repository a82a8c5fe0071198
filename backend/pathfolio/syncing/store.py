"""The statements behind `syncing.locks`: Core, batched, the same on both databases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from sqlalchemy import Row, Table, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from pathfolio.syncing.models import History, Member, Record, Space, SpaceChain, Tombstone
from pathfolio.uploads.models import Reference
from pathfolio_sync import CHAIN_START

CHUNK = 500
SPACE = cast("Table", Space.__table__)
RECORD = cast("Table", Record.__table__)


def dialect_insert(session: Session, table: Table) -> Any:  # noqa: ANN401 - one of two types
    """An INSERT that knows ON CONFLICT."""
    module = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return module.insert(table)


def make_missing(session: Session, school: str, names: Sequence[str]) -> None:
    """Make the spaces of `names` (sorted) that do not exist yet."""
    known = set(
        session.scalars(select(Space.space).where(Space.school == school, Space.space.in_(names)))
    )
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
    query = (
        select(SPACE)
        .where(SPACE.c.school == school, SPACE.c.space.in_(names))
        .order_by(SPACE.c.space)
        .with_for_update()
    )
    return session.execute(query).all()


def live_rows(session: Session, school: str, records: Iterable[str]) -> Iterable[Row[Any]]:
    """The live rows of these records, wherever they are."""
    wanted = list(records)
    for start in range(0, len(wanted), CHUNK):
        query = select(RECORD).where(
            RECORD.c.school == school,
            RECORD.c.record.in_(wanted[start : start + CHUNK]),
            RECORD.c.gone.is_(False),
        )
        yield from session.execute(query)


def locations(session: Session, school: str, records: Iterable[str]) -> dict[str, Row[Any]]:
    """Record -> row of (record, space, kind, about) of those that live.

    Read without a lock: look again under it.
    """
    wanted = sorted(set(records))
    found: dict[str, Row[Any]] = {}
    for start in range(0, len(wanted), CHUNK):
        query = select(Record.record, Record.space, Record.kind, Record.about).where(
            Record.school == school,
            Record.record.in_(wanted[start : start + CHUNK]),
            Record.gone.is_(False),
        )
        found |= {row.record: row for row in session.execute(query)}
    return found


def records_about(session: Session, school: str, artifact: str, space: str) -> list[str]:
    return list(
        session.scalars(
            select(Record.record).where(
                Record.school == school,
                Record.about == artifact,
                Record.space == space,
                Record.gone.is_(False),
            )
        )
    )


def tombstones(session: Session, school: str, records: Sequence[str]) -> dict[str, str]:
    """Record -> why its id is not usable any more: `erased` or `purged`."""
    found: dict[str, str] = {}
    for start in range(0, len(records), CHUNK):
        query = select(Tombstone.record, Tombstone.reason).where(
            Tombstone.school == school, Tombstone.record.in_(records[start : start + CHUNK])
        )
        found |= {row.record: row.reason for row in session.execute(query)}
    return found


def roles(session: Session, school: str, person: str) -> dict[str, str]:
    query = select(Member.space, Member.role).where(
        Member.school == school, Member.person == person
    )
    return {row.space: row.role for row in session.execute(query)}


def readers(session: Session, school: str, space: str) -> Iterable[str]:
    return session.scalars(
        select(Member.person).where(Member.school == school, Member.space == space)
    )


def count_members(session: Session, school: str) -> int:
    query = select(func.count()).select_from(Member).where(Member.school == school)
    return session.scalar(query) or 0


def write_records(session: Session, rows: list[dict[str, Any]]) -> None:
    """Insert or replace rows; those that are gone first, as one live row per record is allowed.

    `since` stays what it was when the record first came to its space.
    """
    rows.sort(key=lambda row: not row["gone"])
    if not rows:
        return
    statement = dialect_insert(session, RECORD)
    key = {"school", "space", "record"}
    changed = {name: statement.excluded[name] for name in rows[0].keys() - key - {"since"}}
    session.execute(statement.on_conflict_do_update(index_elements=sorted(key), set_=changed), rows)


def write_rows(
    session: Session, chain: list[dict[str, Any]], history: list[dict[str, Any]]
) -> None:
    if chain:
        session.execute(insert(cast("Table", SpaceChain.__table__)), chain)
    if history:
        session.execute(insert(cast("Table", History.__table__)), history)


def write_spaces(session: Session, rows: list[dict[str, Any]]) -> None:
    """`_school` and `_space` name the row, the rest is what it becomes."""
    if rows:
        statement = update(SPACE).where(
            SPACE.c.school == bindparam("_school"), SPACE.c.space == bindparam("_space")
        )
        session.execute(statement, rows)


def references_of(session: Session, school: str, record: str) -> list[tuple[str, str]]:
    """(upload, owner) of what a record shows."""
    query = (
        select(Reference.upload, Reference.person)
        .where(Reference.school == school, Reference.record == record, Reference.live)
        .order_by(Reference.upload)
    )
    return [(row.upload, row.person) for row in session.execute(query)]
