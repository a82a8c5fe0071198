"""Records that the server writes itself, by the same merge and the same history as everybody's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from pathfolio import clock, ids
from pathfolio.records import KINDS, Kind
from pathfolio.syncing.locks import Live, Locks, NotLockedError
from pathfolio.syncing.past import stored
from pathfolio_sync import Context, Mutation, merge


def write(  # noqa: PLR0917 - the record, in the order one says it
    locks: Locks,
    space: str,
    kind_name: str,
    record: str,
    fields: Mapping[str, Any],
    by: str,
    made: str | None = None,
) -> Live | None:
    """Make the record, or change those scalars that differ; None where nothing differs.

    `made` is the id of the mutation that makes it, where it must be the same each time it is made.
    A record that lives in another locked space moves to `space`.
    Raises ValueError for a tombstone.
    """
    kind = KINDS[kind_name]
    live = find(locks, record)
    if live is None:
        if locks.tombstone(record):
            raise ValueError(f"the {kind_name} {record} was buried")
        locks.need(space)
        value = {"kind": kind_name, "fields": dict(fields)}
        change = {"op": "create", "field": None, "value": value, "base": None}
        if made is not None and locks.past.mutation(made) is None:
            change["id"] = made
        return _merge(locks, kind, _mutation(locks, space, record, change), by)
    changed = None
    if live.space != space:
        identity, state = ids.new_id(), live.state
        locks.leave(live, identity)
        changed = live = locks.put(space, kind, state, identity)
    for name, value in fields.items():
        if live.state["fields"].get(name, kind.fields[name].empty) != value:
            change = {"op": "set", "field": name, "value": value, "base": live.state["rev"]}
            changed = live = _merge(locks, kind, _mutation(locks, space, record, change), by)
    return changed


def find(locks: Locks, record: str) -> Live | None:
    """The live record, locked where it is.

    A lock out of order may deadlock on PostgreSQL, which ends one side; `run_write` tries it again.
    """
    try:
        return locks.find(record)
    except NotLockedError as missing:
        locks.acquire([missing.space])
        locks.forget(record)
        return find(locks, record)


def remove(locks: Locks, record: str) -> None:
    """Take a record that the server wrote out of its space, without trash."""
    live = find(locks, record)
    if live is not None:
        locks.leave(live, ids.new_id())


def _mutation(locks: Locks, space: str, record: str, change: dict[str, Any]) -> Mutation:
    now = clock.to_wire(locks.now)
    whole = {"id": ids.new_id(), "n": 0, "space": space, "record": record, "after": None}
    return cast("Mutation", whole | change | {"pulled": now, "at": now})


def _merge(locks: Locks, kind: Kind, mutation: Mutation, by: str) -> Live:
    live = locks.find(mutation["record"])
    context = Context(
        plan=cast("Any", kind.plan),
        actor=by,
        now=locks.now,
        history=locks.past.of(mutation["record"]),
        device_now=locks.now,
    )
    outcome = merge(cast("Any", live.state if live else None), mutation, context)
    if outcome.row is None or outcome.state is None:
        raise ValueError(f"the server's own change was refused: {outcome.sentence}")
    changed = locks.put(mutation["space"], kind, cast("Any", outcome.state), mutation["id"])
    extra = {"school": locks.school, "record": mutation["record"], "space": mutation["space"]}
    locks.past.add(stored(outcome.row) | extra | {"client": None, "n": None})
    return changed
