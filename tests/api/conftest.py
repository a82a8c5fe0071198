"""The application on both databases, with two schools in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from pathfolio import db
from pathfolio.app import create_app
from tests.api.world import World, prepare, settings
from tests.support.databases import Databases


@pytest.fixture
def school_url(databases: Databases) -> Iterator[str]:
    """A database that holds the two schools, on SQLite and on PostgreSQL."""
    url = databases.fresh(prepare)
    yield url
    databases.drop(url)


@pytest.fixture
def make_app(school_url: str) -> Iterator[Callable[..., Flask]]:
    """Builds the application with other settings: `make_app(sign_in_tries=2)`."""
    made: list[Flask] = []

    def make(**changes: object) -> Flask:
        app = create_app(settings(school_url, **changes))
        app.testing = True
        app.config["PROPAGATE_EXCEPTIONS"] = False
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.db.engine.dispose()


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


@pytest.fixture
def world(app: Flask) -> World:
    """Two schools with the same people, and browsers to act as them."""
    return World(app)


@pytest.fixture
def make_world(make_app: Callable[..., Flask]) -> Callable[..., World]:
    return lambda **changes: World(make_app(**changes))
