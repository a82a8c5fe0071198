"""The one write path, as other domains use it: people, worker and command line, but not a session of their own.

`with space_locks(session, school, spaces) as locks:` and then the functions below. Devices' mutations
take the same path through `syncing.push`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from pathfolio import ids
from pathfolio.syncing import epochs, server, store
from pathfolio.syncing.locks import Locks, ManyMembershipsEndError, NotLockedError, space_locks
from pathfolio.uploads import references

__all__ = [
    "Locks",
    "ManyMembershipsEndError",
    "NotLockedError",
    "open_school",
    "remove_server_record",
    "set_media",
    "set_member",
    "space_locks",
    "write_server_record",
]


def open_school(session: Session, school: str) -> None:
    """Make a new school ready for sync: its epoch."""
    epochs.open_school(session, school)


def write_server_record(  # noqa: PLR0917 - the record, in the order one says it
    locks: Locks, space: str, kind: str, record: str, fields: Mapping[str, Any], by: str | None
) -> bool:
    """Make a record of a server-written kind, or change what differs; whether anything changed.

    A record that lived in another space moves to `space`.
    """
    return server.write(locks, space, kind, record, fields, by or locks.school) is not None


def remove_server_record(locks: Locks, record: str) -> None:
    """Take a server-written record away from everybody."""
    server.remove(locks, record)


def set_member(locks: Locks, space: str, person: str, role: str | None) -> None:
    """Give a person a role in a locked space, or end it (None)."""
    locks.set_member(space, person, role)


def set_media(
    session: Session, school: str, person: str, upload: str, media: Mapping[str, Any] | None
) -> None:
    """Show what is now known of an upload (None: nothing) in every record that its owner put it in."""
    wanted = references.records(session, school, person, upload)
    _show(session, school, wanted, upload, media)


def _show(
    session: Session,
    school: str,
    records: Iterable[str],
    upload: str,
    media: Mapping[str, Any] | None,
) -> None:
    places = store.locations(session, school, records)
    if not places:
        return
    with space_locks(session, school, {place.space for place in places.values()}) as locks:
        for record in sorted(places):
            live = server.find(locks, record)
            known = dict(live.state.get("media", {})) if live else {}
            if live is None or known.get(upload) == media:
                continue
            known[upload] = media
            if media is None:
                del known[upload]
            state = dict(live.state) | {"media": known}
            if not known:
                del state["media"]
            locks.put(live.space, live.kind, state, ids.new_id())
