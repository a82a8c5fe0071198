"""Bugs planted in the server and in the merge rules, each caught; without them the same seeds break no promise."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulation.planted.bug import bugs
from tests.simulation.planted.hunt import caught, run
from tests.simulation.school import School

CAUGHT: list[tuple[tuple[str, ...], int]] = []
"""Faults and seeds that caught something."""


@pytest.mark.slow
@pytest.mark.parametrize("name", bugs("server", "rules"))
def test_a_bug_in_the_server_is_caught(
    name: str, school: School, engine: Path, tmp_path: Path
) -> None:
    bug = bugs()[name]
    found = caught(bug, school, engine, tmp_path)
    CAUGHT.append((bug.faults, found.seed))
    print(f"after {found.tried} seeds: {found.result.broken}")
    assert found.result.promise in bug.promises, found.result.report()


@pytest.mark.slow
def test_without_a_bug_the_same_seeds_break_no_promise(school: School, engine: Path) -> None:
    for faults, seed in sorted(set(CAUGHT)):
        result = run(seed, school, engine, faults)
        assert result.broken is None, result.report()
