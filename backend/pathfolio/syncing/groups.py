"""Group work belongs to equal owners: leaving takes a copy along, and deletes nothing of the others'."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from pathfolio import clock, ids
from pathfolio.records import KINDS
from pathfolio.syncing import permission, spaces, store
from pathfolio.syncing.locks import Live, Locks
from pathfolio.syncing.models import History, Record
from pathfolio.syncing.past import TABLE
from pathfolio.uploads import references, replaced
from pathfolio_sync import canonical


def other_owners(locks: Locks, person: str, space: str) -> bool:
    """Whether somebody else owns the work of this space too."""
    others = locks.readers(space) - {person}
    return any(locks.roles(each).get(space) == permission.OWNER for each in others)


def leave(locks: Locks, person: str, space: str, *, thrown_away: str | None = None) -> None:
    """End a membership of a group; its work is copied to the person's own space.

    `thrown_away` is the work whose deletion meant leaving: its copy goes to the trash.
    Both spaces must be locked.
    """
    records = locks.session.scalars(
        select(Record.record).where(
            Record.school == locks.school,
            Record.space == space,
            Record.kind == "artifact",
            Record.gone.is_(False),
        )
    ).all()
    locks.expect(records)
    for record in records:
        live = locks.find(record)
        if live is not None and live.space == space:
            copy(locks, person, live, to_trash=record == thrown_away)
    locks.set_member(space, person, None)


def copy_id(record: str, person: str) -> str:
    return ids.derived_id(f"copy:{record}:{person}")


def copy(locks: Locks, person: str, live: Live, *, to_trash: bool) -> None:
    """A person's own copy of a work of several, with the history they may see."""
    identity, own = copy_id(live.record, person), spaces.own(person)
    if locks.find(identity) is not None or locks.tombstone(identity) is not None:
        return
    state = renamed(live.state, person) | {"id": identity, "by": person}
    state["fields"] = state["fields"] | {"audience": "me"}
    if to_trash:
        state["deleted"] = {"by": person, "at": clock.to_wire(locks.now)}
    _copy_history(locks, person, live, identity)
    _copy_references(locks, live, identity)
    locks.put(own, KINDS["artifact"], state, ids.new_id())


def _copy_history(locks: Locks, person: str, live: Live, identity: str) -> None:
    """What the person could read, and of the rest only that it happened."""
    seen = locks.roles(person).keys()
    query = select(TABLE).where(History.school == locks.school, History.record == live.record)
    rows = [dict(row) for row in locks.session.execute(query).mappings()]
    rows += [dict(row) for row in locks.past.fresh if row["record"] == live.record]
    for row in rows:
        if row["space"] not in seen:
            continue
        changed = {
            "id": _renamed_id(row["id"], person),
            "record": identity,
            "space": spaces.own(person),
            "base": renamed(row["base"], person),
            "after": row["after"] and _renamed_id(row["after"], person),
            "superseded": row["superseded"]
            and canonical(renamed(json.loads(row["superseded"]), person)),
        }
        locks.past.add(row | changed)


def _copy_references(locks: Locks, live: Live, identity: str) -> None:
    """Each file stays with the person who put it there, so that the copy may show it too."""
    by_owner: dict[str, list[str]] = {}
    for upload, owner in store.references_of(locks.session, locks.school, live.record):
        by_owner.setdefault(owner, []).append(upload)
    noted: list[str] = []
    for owner, uploads in sorted(by_owner.items()):
        noted += uploads
        references.note(locks.session, locks.school, identity, noted, owner)
    replaced.copy(locks.session, locks.school, live.record, identity)


def _renamed_id(mutation: str, person: str) -> str:
    return ids.derived_id(f"copy:{mutation}:{person}")


def renamed(value: Any, person: str) -> Any:  # noqa: ANN401 - JSON
    """A JSON value whose `[rev, mutation id]` pairs and flags name the copied history."""
    if isinstance(value, dict):
        flags = value.get("flags")
        found = {key: renamed(each, person) for key, each in value.items()}
        if isinstance(flags, dict):
            found["flags"] = {_renamed_id(key, person): flag for key, flag in flags.items()}
        return found
    if isinstance(value, list):
        if len(value) == 2 and type(value[0]) is int and ids.is_id(value[1]):
            return [value[0], _renamed_id(value[1], person)]
        return [renamed(each, person) for each in value]
    return value
