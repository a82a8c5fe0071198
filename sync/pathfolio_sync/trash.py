"""Delete, restore, and what happens when somebody edits what somebody else deletes: the record stays."""

from pathfolio_sync.draft import Draft
from pathfolio_sync.edit_time import wire_time
from pathfolio_sync.types import FLAGS, TRASH, Deleted, HistoryRow

_CONTENT = frozenset({"create", "set", "text", "add", "remove", "place", "restore"})


def delete(draft: Draft) -> None:
    """Put the record into the trash, unless it was edited without its deleter's knowledge."""
    if "deleted" in draft.state:
        return
    edit = _unknown_edit(draft)
    if edit:
        draft.flag_delete(draft.rev, editor=[edit.rev, edit.id])
        return
    # The trash's thirty days count from the server's clock: a delete may have waited on its device for weeks.
    draft.state["deleted"] = Deleted(by=draft.context.actor, at=wire_time(draft.context.now))
    draft.meta[TRASH] = draft.rev
    draft.unflag_shown(TRASH, None)


def revive(draft: Draft) -> None:
    """Take the record out of the trash; a delete that this change's author did not know is flagged."""
    if "deleted" not in draft.state:
        return
    last = draft.meta.get(TRASH)
    del draft.state["deleted"]
    draft.meta[TRASH] = draft.rev
    if last and last not in draft.seen:
        draft.flag_delete(last, editor=draft.rev)


def _unknown_edit(draft: Draft) -> HistoryRow | None:
    if draft.knows_all():
        return None
    rows = (row for row in draft.context.history.since(draft.seen.rev) if _edits(row))
    return next((row for row in rows if [row.rev, row.id] not in draft.seen), None)


def _edits(row: HistoryRow) -> bool:
    return row.op in _CONTENT and row.field != FLAGS
