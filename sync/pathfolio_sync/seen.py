"""What the author of a mutation knew: the base that the record's history holds, and their own chain since."""

from collections.abc import Iterator, Mapping

from pathfolio_sync.rows import MISSING, wrote
from pathfolio_sync.types import Context, HistoryRow, Json, Mutation, Rev


class Seen:
    """Answers whether a change was known to a mutation's author.

    `rev` is the newest change known by base, 0 if there is no base or the record's history does not hold it. The
    chain is what `after` names, what that names, and so on, as long as the same person wrote it. A change of the
    chain that is newer than the base still covered its field, or entry, on the author's screen, whatever was pulled
    under it: of that, only the base of that change was seen.
    """

    def __init__(self, mutation: Mutation, context: Context) -> None:
        self.rev = _held(mutation["base"], context)
        self._context = context
        self._next = mutation["after"]
        self._chain: list[HistoryRow] = []
        self._ids: set[str] = set()
        based = self.rev
        for row in self.chain():
            if row.rev <= based:
                break
            if _covers(row, mutation):
                self.rev = min(self.rev, _held(row.base, context))

    def __contains__(self, rev: Rev) -> bool:
        n, mutation = number(rev), str(rev[1])
        if n <= self.rev or mutation in self._ids:
            return True
        # Going back along the chain, revs only fall: what is newer than the end reached is not further on.
        while (row := self._end()) is None or row.rev > n:
            if not self._walk():
                return False
            if mutation in self._ids:
                return True
        return False

    def chain(self) -> Iterator[HistoryRow]:
        """The author's own unpulled changes, newest first."""
        at = 0
        while at < len(self._chain) or self._walk():
            yield self._chain[at]
            at += 1

    def _end(self) -> HistoryRow | None:
        return self._chain[-1] if self._chain else None

    def _walk(self) -> bool:
        row = self._context.history.entry(self._next) if self._next else None
        end = self._end()
        if row is None or row.by != self._context.actor or (end and row.rev >= end.rev):
            self._next = None
            return False
        self._chain.append(row)
        self._ids.add(row.id)
        self._next = row.after
        return True


def number(rev: Rev) -> int:
    """The n of `[n, mutation id]`."""
    return int(rev[0])


def _held(base: Rev | None, context: Context) -> int:
    match base:
        case [int(n), str(mutation)] if context.history.holds(n, mutation):
            return n
        case _:
            return 0


def _covers(row: HistoryRow, mutation: Mutation) -> bool:
    """Whether an earlier change decided what the screen showed where this mutation changes something."""
    field = mutation["field"]
    if field is None:
        return False
    if mutation["op"] in ("set", "text"):
        return wrote(row, field) is not MISSING
    key = _key(mutation["value"])
    if row.op == "create":
        entries = wrote(row, field)
        return isinstance(entries, Mapping) and key in entries
    return row.field == field and row.op in ("add", "remove") and _key(row.value) == key


def _key(value: Json) -> Json:
    return value.get("key") if isinstance(value, Mapping) else None
