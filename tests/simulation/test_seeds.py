"""Seeds 1 to 100: whatever happens on the way, every promise of sync holds. (101 to 200 are the neighbour file.)"""

from __future__ import annotations

import pytest

from tests.simulation.many import Tally
from tests.simulation.plan import FAULTS
from tests.simulation.run import simulate
from tests.simulation.school import School

SEEDS, CHUNK = 100, 5


@pytest.mark.slow
@pytest.mark.parametrize("first", range(1, SEEDS + 1, CHUNK))
def test_every_promise_holds(first: int, school: School, tally: Tally) -> None:
    for seed in range(first, first + CHUNK):
        result = simulate(seed, school)
        tally.add(result)
        assert result.broken is None, result.report()


def test_every_fault_has_fired(tally: Tally) -> None:
    if tally.done < SEEDS:
        pytest.skip("only some of the seeds were run")
    print("\n".join([tally.line(), *tally.faults()]))
    assert [name for name in FAULTS if not tally.fired[name]] == []
