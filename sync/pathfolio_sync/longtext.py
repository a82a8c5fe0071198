"""Text fields: merged word by word where the base is known, else both texts are kept whole."""

from pathfolio_sync.draft import Draft
from pathfolio_sync.rows import MISSING, shown, wrote
from pathfolio_sync.scalar import built_on, contend, take
from pathfolio_sync.seen import number
from pathfolio_sync.text import text_merge


def set_text(draft: Draft, field: str, value: str) -> None:
    """Apply a submitted whole text."""
    # A text that goes on from one that lost a conflict stands where that one stood: beside the shown text.
    beside = draft.unflag(field, built_on(draft, field))
    current, last = str(draft.fields.get(field, "")), draft.meta.get(field)
    if last is None:
        take(draft, field, value)
        return
    base = None if beside else _base(draft, field, value)
    merged = text_merge(base, current, value) if base is not None else None
    if merged is None or current == value:
        contend(draft, field, value, last)
        return
    row = draft.entry(last)
    draft.follows([row.time] if row else [])
    take(draft, field, merged, note=False)
    if merged != value:
        draft.results[field] = merged
        draft.grade("merged")


def _base(draft: Draft, field: str, value: str) -> str | None:
    """The text that the author changed into `value`, or None if it can't be known."""
    mine = next((row for row in draft.seen.chain() if wrote(row, field) is not MISSING), None)
    pulled = _pulled(draft, field)
    if mine is None:
        begun = any(row.op == "create" for row in draft.seen.chain())
        return "" if pulled is None and begun else pulled
    submitted = str(wrote(mine, field))
    if pulled is not None and mine.rev <= draft.seen.rev:
        # The author may have looked at either. The older one never loses a word, so the newer one has to show that
        # it was the one: all that it added is in the submitted text.
        return pulled if text_merge(submitted, pulled, value) == value else submitted
    return submitted


def _pulled(draft: Draft, field: str) -> str | None:
    """The text as the author's base showed it, None without a base."""
    if not draft.seen.rev:
        return None
    last = draft.meta.get(field)
    if last is not None and number(last) <= draft.seen.rev:
        # Unchanged since, whatever of its history was erased.
        return str(draft.fields.get(field, ""))
    rows = draft.context.history.changes(field, draft.seen.rev)
    return str(next((shown(row, field) for row in rows if field in row.took), ""))
