"""What the merge rules may know of a record's past, read from the database only when asked."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from sqlalchemy import RowMapping, bindparam, or_, select
from sqlalchemy.orm import Session

from pathfolio.syncing import store
from pathfolio_sync import HistoryRow, canonical

TABLE = store.HISTORY
# Most questions are answered by the newest row, and a row may hold 64 KB of words.
FIRST_PAGE, LAST_PAGE = 2, 128
_OF_RECORD = select(TABLE).where(
    TABLE.c.school == bindparam("school"), TABLE.c.record == bindparam("record")
)
_CHANGES = (
    _OF_RECORD.where(
        TABLE.c.rev <= bindparam("upto"),
        or_(TABLE.c.field == bindparam("field"), TABLE.c.op == "create"),
    )
    .order_by(TABLE.c.rev.desc())
    .limit(bindparam("size"))
)
_SINCE = _OF_RECORD.where(TABLE.c.rev > bindparam("rev"))


def row_of(found: RowMapping) -> HistoryRow:
    """A stored row as the merge rules know it."""
    return HistoryRow(
        id=found["id"],
        rev=found["rev"],
        op=found["op"],
        field=found["field"],
        value=json.loads(found["value"]),
        by=found["by"],
        time=found["time"],
        at=found["at"],
        base=found["base"],
        after=found["after"],
        status=found["status"],
        took=tuple(found["took"]),
        merged=found["merged"],
        result=None if found["result"] is None else json.loads(found["result"]),
        superseded=None if found["superseded"] is None else json.loads(found["superseded"]),
    )


def stored(row: HistoryRow) -> dict[str, Any]:
    """The columns of `row`, without those that only the server knows."""
    return {
        "id": row.id,
        "rev": row.rev,
        "op": row.op,
        "field": row.field,
        "value": canonical(row.value),
        "by": row.by,
        "time": row.time,
        "at": row.at,
        "base": row.base,
        "after": row.after,
        "status": row.status,
        "took": list(row.took),
        "merged": row.merged,
        "result": canonical(row.result) if row.merged else None,
        "superseded": None if row.superseded is None else canonical(row.superseded),
    }


class Past:
    """All history that one transaction looks at; rows not yet written are kept here too."""

    def __init__(self, session: Session, school: str) -> None:
        self.session = session
        self.school = school
        self._known: dict[str, RowMapping | Mapping[str, Any] | None] = {}
        self._parsed: dict[str, HistoryRow] = {}
        self.fresh: list[dict[str, Any]] = []
        self.fresh_of: dict[str, list[dict[str, Any]]] = {}

    def expect(self, ids: Iterable[str]) -> None:
        """Read the rows of these mutations in one go."""
        wanted = [each for each in ids if each not in self._known]
        self._known.update(dict.fromkeys(wanted))
        rows = store.history(self.session, self.school, wanted)
        self._known.update((row["id"], row) for row in rows)

    def mutation(self, identity: str) -> Mapping[Any, Any] | None:
        """The stored row of a mutation, of whatever record."""
        if identity not in self._known:
            self.expect([identity])
        return self._known[identity]

    def add(self, row: dict[str, Any]) -> None:
        """Take note of a row that this transaction will write."""
        self.fresh.append(row)
        self.fresh_of.setdefault(row["record"], []).append(row)
        self._known[row["id"]] = row

    def parsed(self, found: RowMapping | Mapping[str, Any]) -> HistoryRow:
        """A stored row as the merge rules know it; read once, however often they ask."""
        known = self._parsed.get(found["id"])
        if known is None:
            known = self._parsed[found["id"]] = row_of(cast("RowMapping", found))
        return known

    def of(self, record: str) -> RecordPast:
        return RecordPast(self, record)


class RecordPast:
    """`pathfolio_sync.History` of one record."""

    def __init__(self, past: Past, record: str) -> None:
        self.past = past
        self.record = record

    def entry(self, mutation: str) -> HistoryRow | None:
        found = self.past.mutation(mutation)
        if found is None or found["record"] != self.record:
            return None
        return self.past.parsed(found)

    def holds(self, rev: int, mutation: str) -> bool:
        found = self.past.mutation(mutation)
        return found is not None and found["record"] == self.record and found["rev"] == rev

    def changes(self, field: str, upto: int) -> Iterator[HistoryRow]:
        for row in reversed(self._fresh()):
            if row["rev"] <= upto and (row["field"] == field or row["op"] == "create"):
                yield self.past.parsed(row)
        upto, size = min(upto, self._stored()), FIRST_PAGE
        while upto > 0:
            page = self._read(_CHANGES, field=field, upto=upto, size=size)
            yield from map(self.past.parsed, page)
            if len(page) < size:
                return
            upto, size = page[-1]["rev"] - 1, min(size * 4, LAST_PAGE)

    def since(self, rev: int) -> Iterator[HistoryRow]:
        for row in self._fresh():
            if row["rev"] > rev:
                yield self.past.parsed(row)
        if self._stored() > rev:
            yield from map(self.past.parsed, self._read(_SINCE, rev=rev))

    def _fresh(self) -> list[dict[str, Any]]:
        return self.past.fresh_of.get(self.record, [])

    def _stored(self) -> int:
        """The newest rev that the database may hold: a record of this very transaction has none there."""
        fresh = self._fresh()
        return int(fresh[0]["rev"]) - 1 if fresh else sys.maxsize

    def _read(self, query: Any, **asked: Any) -> list[RowMapping]:  # noqa: ANN401 - SQLAlchemy's type of a select names every column
        of_record = {"school": self.past.school, "record": self.record}
        return list(self.past.session.execute(query, of_record | asked).mappings())
