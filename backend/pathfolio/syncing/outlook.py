"""What a snapshot shows of the records that mutations name, before any lock: how to judge them, which spaces to lock.

All of it is looked at again under the locks; where it was wrong, the transaction begins anew (`writer.Writer`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from pathfolio import ids
from pathfolio.records import KINDS, Audience, Kind, kind_named
from pathfolio.syncing import spaces, store
from pathfolio.syncing.envelope import Sent
from pathfolio.syncing.permission import Author
from pathfolio_sync import Mutation


@dataclass(frozen=True)
class Outlook:
    """`kinds` of the records, also of those made in this very call; `places` of those that live; the author's roles."""

    kinds: Mapping[str, Kind]
    places: Mapping[str, Row[Any]]
    roles: Mapping[str, str]


def outlook(session: Session, author: Author, sent: Iterable[Sent]) -> Outlook:
    mutations = [each.mutation for each in sent if each.mutation is not None]
    places = store.locations(session, author.school, (each["record"] for each in mutations))
    roles = store.roles(session, author.school, author.person)
    # By the kind of what its author may not see nothing is judged: the refusal would tell that it is there.
    kinds = {record: KINDS[place.kind] for record, place in places.items() if place.space in roles}
    artifacts = {place.about for place in places.values() if place.about}
    for mutation in mutations:
        made = _created(mutation)
        if made is not None:
            kind = kind_named(made.get("kind"))
            if kind is not None:
                kinds.setdefault(mutation["record"], kind)
            artifact = _fields(made).get("artifact")
            if ids.is_id(artifact):
                artifacts.add(artifact)
    places |= store.locations(session, author.school, artifacts - places.keys())
    return Outlook(kinds, places, roles)


def spaces_of(author: Author, known: Outlook, mutations: Iterable[Mutation]) -> set[str]:
    """The spaces that these mutations will touch, as far as is known without their locks.

    Only spaces that exist: an attacker's invention must not make rows.
    """
    wanted = {spaces.own(author.person)}
    for mutation in mutations:
        fields = _fields(_created(mutation) or {})
        named = {mutation["record"], str(fields.get("artifact"))}
        here = [known.places[each] for each in named if each in known.places]
        here += [known.places[each.about] for each in here if each.about in known.places]
        wanted |= {place.space for place in here}
        wanted |= {mutation["space"], *_targets(author, mutation, fields)} & known.roles.keys()
    return wanted


def _created(mutation: Mutation) -> dict[str, Any] | None:
    value = mutation["value"]
    return value if mutation["op"] == "create" and isinstance(value, dict) else None


def _fields(made: Mapping[str, Any]) -> dict[str, Any]:
    fields = made.get("fields")
    return fields if isinstance(fields, dict) else {}


def _targets(author: Author, mutation: Mutation, fields: Mapping[str, Any]) -> Iterator[str]:
    """Where a record may go by the audience that its author names."""
    audience = mutation["value"] if mutation["field"] == "audience" else None
    if mutation["op"] == "create":
        audience = fields.get("audience", Audience.TEACHERS)
    word, _, identity = str(audience).partition(":")
    if word == Audience.TEACHERS:
        yield spaces.portfolio(author.person)
    elif word == Audience.GROUP:
        yield spaces.of_group(identity)
    elif word == Audience.CIRCLE:
        yield f"r:{identity}"
