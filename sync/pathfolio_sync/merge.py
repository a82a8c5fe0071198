"""One mutation meets one record."""

from pathfolio_sync.types import Context, Mutation, Outcome, Record


def merge(state: Record | None, mutation: Mutation, context: Context) -> Outcome:
    """Apply a mutation by the merge rules.

    `state` is the record as stored (None: no such record, or gone) and is not changed. Permission, sizes and the
    validity of values are checked before; shapes that the rules rely on are checked here (`invalid`).
    """
    raise NotImplementedError
