"""How far each device's outbox was consumed. The row's lock comes before those of spaces."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from pathfolio import clock
from pathfolio.errors import Problem
from pathfolio.syncing import store
from pathfolio.syncing.models import Client
from pathfolio_sync import CONSUMED_START

SEEN_SECONDS = 3600
_CLIENT = cast("Table", Client.__table__)
_CONFIRMED = select(_CLIENT.c.person, _CLIENT.c.last_n, _CLIENT.c.hash).where(
    _CLIENT.c.school == bindparam("school"), _CLIENT.c.client == bindparam("client")
)


class ClientOfAnother(Problem):
    status = 403
    slug = "client_of_another"
    title = "This device database belongs to somebody else"


def lock(session: Session, school: str, person: str, client: str, schema: int) -> Client:
    """The locked row of a client, new where it was unknown. Raises ClientOfAnother."""
    key = (school, client)
    found = session.get(Client, key, with_for_update=True)
    if found is None:
        values = {
            "school": school,
            "client": client,
            "person": person,
            "last_n": 0,
            "hash": CONSUMED_START,
            "schema": schema,
            "seen": clock.now(),
        }
        session.execute(
            store.dialect_insert(session, _CLIENT).values(**values).on_conflict_do_nothing()
        )
        found = session.get_one(Client, key, with_for_update=True, populate_existing=True)
    _check(found.person, person)
    now = clock.now()
    if found.schema != schema or (now - found.seen).total_seconds() > SEEN_SECONDS:
        found.schema, found.seen = schema, now
    return found


def confirmed(session: Session, school: str, person: str, client: str) -> tuple[int, str]:
    """How many mutations of a client were consumed, and their hash. Raises ClientOfAnother."""
    row = session.execute(_CONFIRMED, {"school": school, "client": client}).one_or_none()
    if row is None:
        return 0, CONSUMED_START
    _check(row.person, person)
    return row.last_n, row.hash


def _check(owner: str, person: str) -> None:
    if owner != person:
        raise ClientOfAnother(
            "This device database belongs to another person. Take a new one and send again."
        )
