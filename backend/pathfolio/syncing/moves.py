"""Moves between spaces: the effect of `set` on a kind's audience field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from pathfolio.records import Audience, Kind
from pathfolio.records.check import RefusedError
from pathfolio.syncing import groups, permission, spaces
from pathfolio.syncing.locks import Live, Locks
from pathfolio.syncing.permission import Author
from pathfolio_sync import Mutation

# These carry what somebody wrote; the others say nothing that the wider audience should not read.
_WITH_CONTENT = {"create", "set", "text", "add"}


def home_of(locks: Locks, kind: Kind, by: str, fields: Mapping[str, object]) -> str:
    """Where a record with these fields belongs today. Raises RefusedError, NotLockedError."""
    audience = spaces.audience_of(kind, fields)
    artifact_space = None
    if kind.about is not None and audience != Audience.ME:
        artifact = str(fields.get(kind.about))
        live = locks.find(artifact)
        if live is None:
            reason = locks.tombstone(artifact)
            if reason is not None:
                raise RefusedError(reason, "The work that this is about is gone.")
        elif live.kind.name == "artifact":
            artifact_space = live.space
    found = spaces.home(kind, by, audience, artifact_space)
    if found is None:
        raise permission.forbidden(permission.NOT_HERE)
    return found


def may_move(locks: Locks, author: Author, live: Live, audience: str) -> None:
    """Raises RefusedError unless the author may put the record before this audience."""
    fields = dict(live.state["fields"]) | {"audience": audience}
    target = home_of(locks, live.kind, live.by, fields)
    if target == live.space:
        return
    if live.space.startswith("g:") and groups.other_owners(locks, author.person, live.space):
        raise permission.forbidden(
            "This work belongs to several people. Leave the group to keep a copy of your own."
        )
    permission.may_create(live.kind, author, target, locks.roles(author.person))


def refuse_widened(locks: Locks, author: Author, live: Live, mutation: Mutation) -> None:
    """What was written for a narrow audience is not shown to a wider one behind its author's back."""
    if mutation["op"] not in _WITH_CONTENT or all(
        field.once for field in live.kind.fields.values()
    ):
        return
    holder: Live | None = live
    if live.kind.about is not None and "audience" not in live.kind.fields:
        holder = locks.find(live.about or "")
    if _wider(locks, author, live.space, mutation) and not _knew(locks, author, holder, mutation):
        raise _widened()


def refuse_widened_answer(
    locks: Locks, author: Author, kind: Kind, space: str, mutation: Mutation
) -> None:
    """The same for a new record that goes wherever its artifact is by now."""
    if kind.about is None or all(field.once for field in kind.fields.values()):
        return
    if _wider(locks, author, space, mutation):
        artifact = locks.find(cast("Any", mutation["value"])["fields"][kind.about])
        if not _knew(locks, author, artifact, mutation):
            raise _widened()


def _widened() -> RefusedError:
    return RefusedError(
        "widened", "You wrote this while fewer people could see the work. Add it now?"
    )


def _wider(locks: Locks, author: Author, space: str, mutation: Mutation) -> bool:
    named = mutation["space"]
    if named == space:
        return False
    return bool(locks.readers(space) - locks.readers(named) - {author.person})


def _knew(locks: Locks, author: Author, holder: Live | None, mutation: Mutation) -> bool:
    """Whether the author made the last change of the audience on this device, without having pulled it.

    Otherwise the space that they named is the one they believed in: a device names what it shows.
    """
    moved = holder.state["meta"].get("audience") if holder else None
    if holder is None or moved is None or _believed_otherwise(locks, author, holder, mutation):
        return False
    base = mutation["base"]
    # A base that this server does not know (it was restored) may have shown a later, narrower audience.
    if base and not locks.past.of(mutation["record"]).holds(int(base[0]), str(base[1])):
        return False
    if holder.record == mutation["record"]:
        # Once the move is pulled, the device names another space only where the work it is about has moved since.
        pulled = base is not None and int(base[0]) >= int(moved[0])
        return not pulled and _came_after(locks, mutation, str(moved[1]))
    row = locks.past.mutation(moved[1])
    return row is not None and author.client is not None and row["client"] == author.client


def _came_after(locks: Locks, mutation: Mutation, earlier: str) -> bool:
    """Whether a change stands in the chain of own changes that this one goes on from."""
    link, passed = mutation["after"], set[str]()
    while link is not None and link != earlier and link not in passed:
        passed.add(link)
        row = locks.past.mutation(link)
        link = row["after"] if row and row["record"] == mutation["record"] else None
    return link == earlier


def _believed_otherwise(locks: Locks, author: Author, holder: Live, mutation: Mutation) -> bool:
    """Whether their screen showed an audience of their own choice that had been refused, unknown to them."""
    # Imported late: refusing writes records, and so comes after moves.
    from pathfolio.syncing import refused  # noqa: PLC0415

    return refused.covers(locks, author, holder.record, "audience", mutation["pulled"])


def move(locks: Locks, author: Author, live: Live, target: str, state: Mapping[str, Any]) -> None:
    """Take a record, as `state`, and what is about it to another space, in one transaction."""
    locks.need(target)
    mutation = str(state["rev"][1])
    # Entries of the author's own list name the record too, but stay where they are.
    about = [] if live.kind.about else locks.about(live.record, live.space)
    along = [each for each in about if each.kind.about]
    wider = locks.readers(target) - locks.readers(live.space)
    for each, body in [(live, state), *((one, one.state) for one in along)]:
        moved = dict(body)
        if wider:
            _keep_flags(locks, author, each, moved)
        locks.leave(each, mutation)
        locks.put(target, each.kind, moved, mutation)


def _keep_flags(locks: Locks, author: Author, live: Live, state: dict[str, Any]) -> None:
    """Superseded values were written for fewer people: they go to the mover's own list."""
    # Imported late: refusing writes records, and so comes after moves.
    from pathfolio.syncing import refused  # noqa: PLC0415

    for identity, flag in state.pop("flags", {}).items():
        if flag["value"] is not None:
            refused.keep_flag(locks, author, live, identity, flag)
