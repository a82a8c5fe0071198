"""Bugs planted in the engine, each caught; and the code without it keeps every promise in the same seed.

Those in the server are in the neighbour file, so that both run at the same time.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulation.planted.bug import bugs
from tests.simulation.planted.hunt import caught, run
from tests.simulation.planted.plant import DoesNotFitError, in_bundle
from tests.simulation.school import School


@pytest.mark.slow
@pytest.mark.parametrize("name", bugs("engine"))
def test_a_bug_in_the_engine_is_caught_and_nothing_without_it(
    name: str, school: School, engine: Path, tmp_path: Path
) -> None:
    bug = bugs()[name]
    found = caught(bug, school, engine, tmp_path)
    print(f"after {found.tried} seeds: {found.result.broken}")
    assert found.result.promise in bug.promises, found.result.report()
    clean = run(found.seed, school, engine, bug.faults)
    assert clean.broken is None, clean.report()


def test_there_are_enough_of_them() -> None:
    assert len(bugs()) >= 25


@pytest.mark.parametrize("name", bugs("engine"))
def test_a_bug_in_the_engine_fits_what_is_shipped(name: str, engine: Path, tmp_path: Path) -> None:
    made = in_bundle(bugs()[name], engine, tmp_path)
    assert made.read_text() != engine.read_text()


def test_a_bug_that_fits_no_more_fails_loudly(engine: Path, tmp_path: Path) -> None:
    bug = next(iter(bugs("engine").values()))
    (tmp_path / "old.mjs").write_text("// another engine")
    with pytest.raises(DoesNotFitError, match="0 times"):
        in_bundle(bug, tmp_path / "old.mjs", tmp_path)
