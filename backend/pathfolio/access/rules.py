"""The plain functions over the pivot table."""

from __future__ import annotations

from pathfolio.access import pivot
from pathfolio.access.actor import Actor, Target, Who, who
from pathfolio.errors import Forbidden, NotFound


def can(actor: Actor | None, action: str, target: Target) -> bool:
    """Whether the table lets `actor` do `action` (`METHOD /rule`) to `target`; unknown is no."""
    row = pivot.ROUTES.get(action)
    if row is None:
        return False
    if row.open:
        return True
    if actor is None:
        return False
    return any(actor.status in row.states(tie) for tie in ties(actor, target))


def ties(actor: Actor, target: Target) -> set[Who]:
    """A coordinator is one for themselves as well, and a teacher in the classes they teach."""
    found = {who(actor, target)}
    if found == {"self"} and actor.role == "coordinator":
        found.add("coordinator")
    if found == {"coordinator"} and actor.person in target.teachers:
        found.add("teacher")
    return found


def demand(actor: Actor, action: str, target: Target) -> None:
    """Raises NotFound, as if it were not there, unless `can`; Forbidden for those who know that it is there."""
    if can(actor, action, target):
        return
    if ties(actor, target) & {"self", "coordinator"} or not target.missing:
        raise Forbidden("Only the people in charge of this may do it.")
    raise NotFound(target.missing)


def may_ask(actor: Actor, action: str) -> bool:
    """Whether `actor` may do `action` to anything at all; the view still asks about its target."""
    row = pivot.ROUTES.get(action)
    return row is not None and any(
        actor.status in row.states(tie) for tie in pivot.TIES[actor.role]
    )
