"""One mutation under the locks: permission by today's membership, merge, write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from pathfolio.records import KINDS, Kind
from pathfolio.records import check as checking
from pathfolio.records.check import RefusedError
from pathfolio.syncing import envelope, groups, moves, permission, spaces
from pathfolio.syncing.locks import Live, Locks
from pathfolio.syncing.past import stored
from pathfolio.syncing.permission import Author
from pathfolio.uploads import references, replaced
from pathfolio_sync import Context, Mutation, Outcome, merge

BODY_BYTES = 1024 * 1024
OPS = ("create", "set", "text", "add", "remove", "place", "delete", "restore")


@dataclass(frozen=True)
class Result:
    """What became of one mutation: status, and for a rejected one a code and a sentence."""

    status: str
    code: str | None = None
    sentence: str | None = None


@dataclass(frozen=True)
class Change:
    """A mutation whose value was checked. `kind` is None until its record was found."""

    mutation: Mutation
    kind: Kind | None
    device_now: datetime | None = None


@dataclass(frozen=True)
class Home:
    """Where the record is, or (without `live`) will be made."""

    kind: Kind
    space: str
    live: Live | None = None


def checked(mutation: Mutation, kind: Kind | None, person: str) -> Mutation:
    """The mutation with its value cleaned. Raises RefusedError."""
    if mutation["op"] == "create":
        found, fields = checking.creation(mutation["value"], mutation["record"], person)
        if mutation["field"] is not None:
            raise checking.invalid("A creation names no field.")
        return {**mutation, "value": {"kind": found.name, "fields": fields}}
    if mutation["op"] not in OPS:
        raise checking.invalid(f"There is no such change. Known are: {', '.join(OPS)}.")
    if kind is None:
        raise permission.forbidden(permission.NOT_HERE)
    value = checking.change(kind, mutation["op"], mutation["field"], mutation["value"])
    return {**mutation, "value": value}


def apply(locks: Locks, author: Author, change: Change) -> Result:
    """Apply one checked mutation. Raises RefusedError, NotLockedError."""
    mutation = change.mutation
    again = _seen_before(locks, author, mutation)
    if again is not None:
        return again
    if not author.active:
        raise permission.forbidden(permission.CLOSED)
    live = locks.find(mutation["record"])
    if live is None:
        reason = locks.tombstone(mutation["record"])
        if reason is not None:
            raise RefusedError(reason, _BURIED[reason])
    if mutation["op"] == "create":
        return _create(locks, author, change, live)
    if live is None or live.space not in locks.roles(author.person):
        raise permission.forbidden(permission.NOT_HERE)
    if change.kind is not live.kind:
        mutation = checked(mutation, live.kind, author.person)
    return _change(locks, author, Change(mutation, live.kind, change.device_now), live)


_BURIED = {
    "erased": "This was erased on request and cannot be changed any more.",
    "purged": "This was in the trash for 30 days and is gone. What you wrote is kept in your list.",
}


def _seen_before(locks: Locks, author: Author, mutation: Mutation) -> Result | None:
    """The result of then, when this very mutation was accepted before."""
    row = locks.past.mutation(mutation["id"])
    if row is None:
        left = mutation["op"] == "delete" and groups.copy_id(mutation["record"], author.person)
        return Result("ok") if left and locks.find(left) is not None else None
    if row["record"] != mutation["record"] or row["by"] != author.person:
        raise checking.invalid("Another change has this id already.")
    return Result(row["status"])


def _create(locks: Locks, author: Author, change: Change, live: Live | None) -> Result:
    mutation = change.mutation
    value = cast("dict[str, Any]", mutation["value"])
    kind = KINDS[value["kind"]]
    if live is not None:
        if live.kind is not kind or live.by != author.person:
            raise RefusedError("id_reused", "Something else has this id already.")
        permission.may_change(kind, live.by, author, live.space, locks.roles(author.person))
        moves.refuse_widened(locks, author, live, mutation)
        if "audience" in value["fields"]:
            moves.may_move(locks, author, live, str(value["fields"]["audience"]))
        return _merge(locks, author, change, Home(kind, live.space, live))
    artifact = value["fields"].get(kind.about) if kind.about else None
    if artifact is not None and locks.tombstone(artifact) == "erased":
        # Nor is what its author went on to write kept, which may come with a later push.
        locks.never(mutation["record"])
        raise RefusedError("erased", _BURIED["erased"])
    space = moves.home_of(locks, kind, author.person, value["fields"])
    permission.may_create(kind, author, space, locks.roles(author.person))
    locks.need(space)
    moves.refuse_widened_answer(locks, author, kind, space, mutation)
    return _merge(locks, author, change, Home(kind, space))


def _change(locks: Locks, author: Author, change: Change, live: Live) -> Result:
    mutation = change.mutation
    roles = locks.roles(author.person)
    if live.kind.deletable:
        permission.may_delete_notice(author, live.space, mutation["op"])
    else:
        permission.may_change(live.kind, live.by, author, live.space, roles)
    if mutation["op"] == "delete" and live.space.startswith("g:"):
        if groups.other_owners(locks, author.person, live.space):
            groups.leave(locks, author.person, live.space, thrown_away=live.record)
            return Result("ok")
    elif mutation["op"] == "set" and mutation["field"] == "audience":
        moves.may_move(locks, author, live, str(mutation["value"]))
    else:
        moves.refuse_widened(locks, author, live, mutation)
    return _merge(locks, author, change, Home(live.kind, live.space, live))


def _merge(locks: Locks, author: Author, change: Change, home: Home) -> Result:
    mutation = change.mutation
    narrow: dict[str, Callable[[object], int]] = {
        "audience": spaces.narrowness,
        "attachments": replaced.narrowness,
    }
    context = Context(
        plan=cast("Any", home.kind.plan),
        actor=author.person,
        now=locks.now,
        history=locks.past.of(mutation["record"]),
        device_now=change.device_now,
        narrowness=narrow if home.kind.audiences else {},
    )
    outcome = merge(cast("Any", home.live.state if home.live else None), mutation, context)
    if outcome.status == "rejected":
        sentence = outcome.sentence or "This cannot be done."
        raise RefusedError(str(outcome.code or "invalid"), sentence)
    if outcome.changed:
        _write(locks, author, change, home, outcome)
    return Result(outcome.status)


def _write(locks: Locks, author: Author, change: Change, home: Home, outcome: Outcome) -> None:
    mutation, live, space = change.mutation, home.live, home.space
    state = dict(cast("dict[str, Any]", outcome.state))
    if envelope.size(state) > BODY_BYTES:
        raise RefusedError("too_large", "There is too much in this one piece. Start another one.")
    if live is not None and _audience(home.kind, state) != _audience(home.kind, live.state):
        space = moves.home_of(locks, home.kind, live.by, state["fields"])
    locks.need(space)
    if mutation["op"] == "create" or mutation["field"] == "attachments":
        before = live.state if live else {"fields": {}}
        if "attachments" in state["fields"] or "attachments" in before["fields"]:
            _note_uploads(locks, author, state, mutation["value"])
    if live is not None and live.space != space:
        moves.move(locks, author, live, space, state)
    else:
        locks.put(space, home.kind, state, mutation["id"])
    assert outcome.row is not None  # noqa: S101 - changed says so
    of_server = {"school": locks.school, "record": mutation["record"], "space": space}
    of_device = {"client": author.client, "n": mutation["n"] or None}
    locks.past.add(stored(outcome.row) | of_server | of_device)


def _audience(kind: Kind, state: dict[str, Any]) -> str | None:
    return spaces.audience_of(kind, state["fields"])


def _note_uploads(locks: Locks, author: Author, state: dict[str, Any], value: object) -> None:
    """Tell who put which file here and what it replaces, and show what is known of each."""
    entries = state["fields"].get("attachments", {}).values()
    uploads = sorted({each["v"]["upload"] for each in entries if "upload" in each["v"]})
    said = list(replaced.values(value))
    kept = set().union(*(replaced.uploads_in(each) for each in said))
    where = (locks.session, locks.school, state["id"])
    media = references.note(*where, uploads, author.person, kept)
    replaced.note(*where, said, author.person)
    originals = replaced.of_others(*where, reader="")
    if originals:
        # Everybody reads the body; nobody but its owner may see even a blurred original.
        state |= {
            part: replaced.dimmed(state[part], originals)
            for part in ("fields", "flags")
            if part in state
        }
    if media:
        state["media"] = media
    else:
        state.pop("media", None)
