"""Real servers on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.databases import Databases
from tests.support.running import Running, running, stopped
from tests.support.small_school import prepare


@pytest.fixture
def server(databases: Databases, tmp_path: Path) -> Iterator[Running]:
    """Web server and worker with the small school; parts are small, so that a photo has several."""
    url = databases.fresh(prepare)
    settings = {
        "PATHFOLIO_PART_BYTES": "20000",
        "PATHFOLIO_DEVICE_CALLS": "1000000",
        "PATHFOLIO_ADDRESS_CALLS": "1000000",
    }
    with running(url, tmp_path / "data", **settings) as started:
        yield started
    databases.drop(url)


@pytest.fixture
def still(databases: Databases, tmp_path: Path) -> Iterator[Running]:
    """The small school without a running server, for words of the command line."""
    with stopped(databases, tmp_path / "still", prepare) as place:
        yield place
