"""Scalars: who knew the value before replaces it; of values that did not know each other the later one stays."""

from collections.abc import Iterator
from itertools import islice

from pathfolio_sync.draft import Draft, same
from pathfolio_sync.rows import MISSING, wrote
from pathfolio_sync.types import HistoryRow, Json, Rev


def set_scalar(draft: Draft, field: str, value: Json) -> None:
    """Apply a submitted value."""
    draft.unflag(field, built_on(draft, field))
    current = draft.meta.get(field)
    if current is None:
        take(draft, field, value)
    elif current in draft.seen:
        row = draft.entry(current)
        draft.follows([row.time] if row else [])
        take(draft, field, value)
    else:
        contend(draft, field, value, current)


def take(draft: Draft, field: str, value: Json, *, note: bool = True) -> None:
    """Show a value from now on; `note` whether the row says what it replaced."""
    if note and field in draft.fields:
        draft.superseded[field] = draft.fields[field]
    draft.fields[field] = value
    draft.meta[field] = draft.rev
    draft.took.append(field)
    draft.unflag_shown(field, value)


def contend(draft: Draft, field: str, value: Json, current: Rev) -> None:
    """Weigh a value against a shown one that its author did not know; the lighter one is flagged."""
    draft.follows(row.time for row in built_on(draft, field))
    shown = draft.fields[field]
    wins = draft.key(field, value, draft.rev) > draft.key(field, shown, current)
    if same(value, shown):
        # An equal value is no conflict. Where narrowness rules, the newest stands for it, so that widening has to
        # know them all.
        if wins or field in draft.context.narrowness:
            take(draft, field, value, note=False)
    elif wins:
        take(draft, field, value)
        draft.flag(current, field, shown, winner=draft.rev)
    else:
        draft.flag(draft.rev, field, value, winner=current)


def built_on(draft: Draft, field: str) -> Iterator[HistoryRow]:
    """The newest changes of the field that the author knew: of their own chain, and the one that their base showed."""
    mine = (row for row in draft.seen.chain() if wrote(row, field) is not MISSING)
    yield from islice(mine, 1)
    pulled = (
        row for row in draft.context.history.changes(field, draft.seen.rev) if field in row.took
    )
    yield from islice(pulled, 1)
