"""A history in memory, for whoever has read a record's rows already."""

from collections.abc import Iterable, Iterator

from pathfolio_sync.types import HistoryRow


class ListHistory:
    """`History` over a list of rows in order of rev; `add` each accepted row before the next merge."""

    def __init__(self, rows: Iterable[HistoryRow] = ()) -> None:
        self.rows = list(rows)
        self._by_id = {row.id: row for row in self.rows}

    def add(self, row: HistoryRow) -> None:
        self.rows.append(row)
        self._by_id[row.id] = row

    def holds(self, rev: int, mutation: str) -> bool:
        row = self._by_id.get(mutation)
        return row is not None and row.rev == rev

    def entry(self, mutation: str) -> HistoryRow | None:
        return self._by_id.get(mutation)

    def changes(self, field: str, upto: int) -> Iterator[HistoryRow]:
        return (
            row
            for row in reversed(self.rows)
            if row.rev <= upto and (row.field == field or row.op == "create")
        )

    def since(self, rev: int) -> Iterator[HistoryRow]:
        return (row for row in self.rows if row.rev > rev)
