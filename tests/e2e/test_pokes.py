"""A teacher's open screen shows a student's change at once, because the school tells of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Request, expect

from tests.e2e.conftest import Open
from tests.e2e.visitor import LAPTOP, SLOW, Network, Visitor
from tests.support.databases import SqliteDatabases
from tests.support.listening import side_process
from tests.support.running import Running, free_port, running
from tests.support.small_school import prepare

PIECE = "A lamp from a fence post"


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def server(
    sqlite_databases: SqliteDatabases, tmp_path: Path, client: Path, port: int
) -> Iterator[Running]:
    """Web server, worker and pokes, which browsers reach through a port of its own, as under `pathfolio serve`."""
    url = sqlite_databases.fresh(prepare)
    settings = {"PATHFOLIO_CLIENT": str(client), "PATHFOLIO_POKES": str(port)}
    with (
        running(url, tmp_path / "data", **settings) as started,
        side_process(tmp_path / "data", url, port=port),
    ):
        yield started
    sqlite_databases.drop(url)


def listening(visitor: Visitor, port: int) -> None:
    """Comes back, and waits until its stream has begun."""
    side = f"http://localhost:{port}/api/pokes"
    with visitor.page.expect_response(
        lambda answer: answer.url == side and answer.ok, timeout=SLOW
    ):
        visitor.comes_back()


def test_what_a_student_sends_is_on_the_teachers_open_screen(
    visit: Open, network: Network, port: int
) -> None:
    network.also.append(f"http://localhost:{port}/")
    ada = visit("ada", size=LAPTOP)
    listening(ada, port)
    pulls: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/api/sync/pull"):
            pulls.append(request.url)

    ada.page.on("request", note)
    maya = visit("maya")
    maya.write_note(PIECE)
    # By itself it would ask only minutes later: what is seen now was told.
    expect(ada.page.get_by_role("main").get_by_role("link", name=PIECE)).to_be_visible(timeout=SLOW)
    assert pulls
