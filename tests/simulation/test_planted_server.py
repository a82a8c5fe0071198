"""Bugs planted in the server and in the merge rules, each caught; without it the same seed breaks no promise."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulation.plan import FAULTS
from tests.simulation.planted.bug import Bug, Change, bugs
from tests.simulation.planted.hunt import caught, run
from tests.simulation.planted.plant import BadPlantError
from tests.simulation.school import School


@pytest.mark.slow
@pytest.mark.parametrize("name", bugs("server", "rules"))
def test_a_bug_in_the_server_is_caught_and_nothing_without_it(
    name: str, school: School, engine: Path, tmp_path: Path
) -> None:
    bug = bugs()[name]
    found = caught(bug, school, engine, tmp_path)
    print(f"after {found.tried} seeds: {found.result.broken}")
    assert found.result.promise in bug.promises, found.result.report()
    clean = run(found.seed, school, engine, bug.faults)
    assert clean.broken is None, clean.report()


def test_a_bug_that_only_crashes_is_a_bad_plant(
    school: School, engine: Path, tmp_path: Path
) -> None:
    change = Change("pathfolio.syncing.locks:Locks.flush", "self._guard()", "self._no_such_name()")
    bug = Bug("a crash", "server", (change,), ("delay",), frozenset({6}), seed=1)
    with pytest.raises(BadPlantError, match="_no_such_name"):
        caught(bug, school, engine, tmp_path)


@pytest.mark.parametrize("name", bugs())
def test_a_bug_names_faults_that_there_are(name: str) -> None:
    assert set(bugs()[name].faults) <= set(FAULTS)
