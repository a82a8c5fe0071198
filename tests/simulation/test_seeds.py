"""Seeds 1 to 100: whatever happens on the way, every promise of sync holds. (101 to 200 are the neighbour file.)"""

from __future__ import annotations

from collections import Counter

import pytest

from tests.simulation.plan import FAULTS
from tests.simulation.run import simulate
from tests.simulation.school import School

CHUNK = 5


@pytest.mark.slow
@pytest.mark.parametrize("first", range(1, 101, CHUNK))
def test_every_promise_holds(first: int, school: School, fired: Counter[str]) -> None:
    for seed in range(first, first + CHUNK):
        result = simulate(seed, school)
        fired += result.fired
        assert result.broken is None, result.report()


def test_every_fault_has_fired(fired: Counter[str]) -> None:
    if not fired:
        pytest.skip("no seeds were run with this")
    print({name: fired[name] for name in FAULTS})
    assert [name for name in FAULTS if not fired[name]] == []
