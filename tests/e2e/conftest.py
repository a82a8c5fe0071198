"""Browsers before a real server, over a network that can be cut."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserType

from pathfolio.demo.pictures import jpeg
from tests.e2e.visitor import PHONE, Network, Visitor
from tests.support.chromium import launch_arguments
from tests.support.databases import SqliteDatabases
from tests.support.parts import missing
from tests.support.proxy import link
from tests.support.running import Running, running
from tests.support.small_school import prepare

Open = Callable[..., Visitor]
Start = Callable[[], Visitor]
Paint = Callable[[str], Path]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/e2e" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def built_client() -> Path:
    """The client as `npm run build` made it."""
    chosen = os.environ.get("PATHFOLIO_CLIENT")
    folder = Path(chosen) if chosen else Path(__file__).parents[2] / "pwa" / "dist"
    if not (folder / "sw.js").is_file():
        missing("built client", "cd pwa && ../infra/dev/npm run build")
    return folder


@pytest.fixture
def client(built_client: Path) -> Path:
    """The folder from which the server serves the client."""
    return built_client


@pytest.fixture
def server(sqlite_databases: SqliteDatabases, tmp_path: Path, client: Path) -> Iterator[Running]:
    """Web server and worker with the small school."""
    url = sqlite_databases.fresh(prepare)
    with running(url, tmp_path / "data", PATHFOLIO_CLIENT=str(client)) as started:
        yield started
    sqlite_databases.drop(url)


@pytest.fixture
def network(server: Running) -> Iterator[Network]:
    """What lies between the browsers and the server."""
    with link(server.port) as relay:
        yield Network(relay)


@pytest.fixture
def visitors() -> Iterator[list[Visitor]]:
    """All of a test. Each must have been quiet: no error in its console, no request to another origin."""
    every: list[Visitor] = []
    yield every
    for visitor in every:
        visitor.close()
    assert [line for visitor in every for line in visitor.complaints] == []


@pytest.fixture
def visit(browser: Browser, network: Network, visitors: list[Visitor]) -> Open:
    """`visit("maya")` is a browser on which maya is signed in; `visit()` one that nobody has used."""

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

    return open_one


@pytest.fixture
def own_browser(
    browser_type: BrowserType,
    chromium: str,
    network: Network,
    visitors: list[Visitor],
    tmp_path: Path,
) -> Start:
    """`own_browser()` starts a browser, in flight mode too, that finds what it kept when it last ended."""
    profile = tmp_path / "profile"

    def start() -> Visitor:
        context = browser_type.launch_persistent_context(
            profile,
            executable_path=chromium,
            args=launch_arguments(),
            viewport={"width": PHONE[0], "height": PHONE[1]},
            has_touch=True,
            offline=network.is_cut,
        )
        visitors.append(Visitor(context, network, profile=profile))
        return visitors[-1]

    return start


@pytest.fixture
def photo(tmp_path: Path) -> Paint:
    """`photo("wood")` is a file as a camera makes it, of what this painter of the demo school draws."""

    def paint(painter: str) -> Path:
        path = tmp_path / f"{painter}.jpg"
        path.write_bytes(jpeg(painter, "journey"))
        return path

    return paint
