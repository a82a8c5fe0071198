"""What a device shows: the base with its own waiting mutations on top."""

from collections.abc import Mapping

from pathfolio_sync.types import Mutation, Plan, Record


def replay(
    record: Record | None, mutation: Mutation, person: str, plans: Mapping[str, Plan]
) -> Record | None:
    """Show a waiting mutation of `person` on top of a base; never raises, never merges."""
    raise NotImplementedError
