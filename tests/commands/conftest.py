"""Installations for words of the command line, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.databases import Databases
from tests.support.running import Running, stopped
from tests.support.small_school import prepare


@pytest.fixture
def place(databases: Databases, tmp_path: Path) -> Iterator[Running]:
    """The small school; nothing of it runs."""
    with stopped(databases, tmp_path / "data", prepare) as found:
        yield found


@pytest.fixture
def empty_place(databases: Databases, tmp_path: Path) -> Iterator[Running]:
    """Nothing at all yet."""
    with stopped(databases, tmp_path / "data") as found:
        yield found
