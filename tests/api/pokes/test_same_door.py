"""The side process lets in exactly the sessions that the API lets in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from pathfolio import clock, db
from pathfolio.people.models import Person
from pathfolio.pokes.run import database
from pathfolio.pokes.standing import Judge
from pathfolio.sessions.models import DeviceSession
from pathfolio.settings import Settings
from tests.api.pokes.conftest import token_of
from tests.api.world import World

Change = Callable[[datetime], dict[str, Any]]
OLD = "0" * 64


def days(number: float) -> timedelta:
    return timedelta(days=number)


# What the session or the person looks like -> columns of each.
STATES: dict[str, tuple[Change, Change]] = {
    "fresh": (lambda now: {}, lambda now: {}),
    "ended": (lambda now: {"ended": now}, lambda now: {}),
    "nearly idle": (lambda now: {"last_seen": now - days(399)}, lambda now: {}),
    "idle": (lambda now: {"last_seen": now - days(401)}, lambda now: {}),
    "shared, half a day": (
        lambda now: {"shared": True, "last_seen": now - days(0.49)}, lambda now: {},
    ),
    "shared, idle": (lambda now: {"shared": True, "last_seen": now - days(0.51)}, lambda now: {}),
    "pending": (lambda now: {}, lambda now: {"status": "pending"}),
    "left": (lambda now: {}, lambda now: {"status": "inactive", "left": now - days(89)}),
    "left long ago": (lambda now: {}, lambda now: {"status": "inactive", "left": now - days(91)}),
    "deleted": (lambda now: {}, lambda now: {"status": "deleted"}),
}  # fmt: skip


def change(world: World, session: str, columns: dict[str, Any], person: dict[str, Any]) -> None:
    def work(open_: Session) -> None:
        if columns:
            open_.execute(update(DeviceSession).where(DeviceSession.id == session).values(columns))
        if person:
            open_.execute(update(Person).where(Person.id == world.id("ana")).values(person))

    with world.app.app_context():
        db.run_write(work)


def admitted(world: World, token: str) -> tuple[bool, bool]:
    """Whether the side process lets the token in, and whether a stream of its session may go on."""
    found: Settings = world.app.extensions["pathfolio.settings"]

    async def ask() -> tuple[bool, bool]:
        judge = Judge(database(found), found)
        try:
            who = await judge.who(token)
            return who is not None, bool(who and await judge.staying([who.id]))
        finally:
            await judge.database.close()

    return asyncio.run(ask())


def lets_in(client: FlaskClient) -> bool:
    return client.get("/api/sync/ping").status_code == 204


@pytest.mark.parametrize("state", STATES)
def test_a_session_in_each_state_is_judged_alike(world: World, state: str) -> None:
    client = world.as_("ana")
    session = client.get("/api/session").get_json()["session"]
    columns, person = (made(clock.now()) for made in STATES[state])
    change(world, session, columns, person)
    token = token_of(client)
    side, stays = admitted(world, token)
    assert side == stays == lets_in(client)
    assert side == (state in {"fresh", "nearly idle", "shared, half a day", "pending", "left"})


@pytest.mark.parametrize(("until", "good"), [(None, True), (30, True), (-30, False)])
def test_a_token_that_was_replaced_is_judged_alike(
    world: World, until: int | None, good: bool
) -> None:
    client = world.as_("ana")
    session = client.get("/api/session").get_json()["session"]
    token = token_of(client)
    over = clock.now() + timedelta(minutes=until) if until is not None else None
    stored = clock.now()
    columns = {"token": OLD, "previous_until": over, "last_seen": stored}
    with world.app.app_context():
        kept = db.run_write(
            lambda open_: open_.get_one(DeviceSession, (world.id("school"), session)).token
        )
    change(world, session, columns | {"previous": kept}, {})
    assert admitted(world, token)[0] == lets_in(client) == good
