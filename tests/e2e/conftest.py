"""Browsers before a real server, over a network that can be cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.visitor import PHONE, Visitor
from tests.support.databases import SqliteDatabases
from tests.support.proxy import Link, link
from tests.support.running import Running, running
from tests.support.small_school import prepare

Open = Callable[..., Visitor]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/e2e" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def server(sqlite_databases: SqliteDatabases, tmp_path: Path) -> Iterator[Running]:
    """Web server and worker with the small school."""
    url = sqlite_databases.fresh(prepare)
    with running(url, tmp_path / "data") as started:
        yield started
    sqlite_databases.drop(url)


@pytest.fixture
def network(server: Running) -> Iterator[Link]:
    """What lies between the browsers and the server."""
    with link(server.port) as relay:
        yield relay


@pytest.fixture
def visit(browser: Browser, network: Link) -> Iterator[Open]:
    """`visit("maya")` is a browser on which maya is signed in; `visit()` one that nobody has used.

    At the end every browser must have been quiet: no error in its console, no request to another origin.
    """
    visitors: list[Visitor] = []

    def open_one(
        username: str | None = None,
        *,
        size: tuple[int, int] = PHONE,
        locale: str = "en-US",
        dark: bool = False,
        shared: bool = False,
    ) -> Visitor:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale=locale,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            has_touch=size == PHONE,
        )
        visitor = Visitor(context, network, locale)
        visitors.append(visitor)
        visitor.go("")
        if username:
            visitor.sign_in(username, shared=shared)
        return visitor

    yield open_one
    complaints = [line for visitor in visitors for line in visitor.complaints]
    for visitor in visitors:
        visitor.context.close()
    assert complaints == []
