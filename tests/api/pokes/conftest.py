"""The two schools on both databases, with the side process running beside the application."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient

from pathfolio import standing
from pathfolio.settings import Settings
from tests.api.world import World
from tests.support.listening import Listener, SideProcess, side_process


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """Told that devices listen."""
    return make_world(pokes="proxy")


@pytest.fixture
def side(world: World) -> Iterator[SideProcess]:
    found: Settings = world.app.extensions["pathfolio.settings"]
    with side_process(found.data, found.url(), PATHFOLIO_THROWAWAY="1") as started:
        yield started


def token_of(client: FlaskClient) -> str:
    cookie = client.get_cookie(standing.COOKIE, domain="pathfolio.test")
    assert cookie is not None
    return cookie.value


Listen = Callable[[FlaskClient], Listener]


@pytest.fixture
def hears(side: SideProcess) -> Iterator[Listen]:
    """`hears(client)` is a listener with the session of that browser."""
    opened: list[Listener] = []

    def listen(client: FlaskClient) -> Listener:
        opened.append(side.hears(token_of(client)))
        return opened[-1]

    yield listen
    for each in opened:
        each.close()
