"""Seeds 101 to 200, in a file of their own: test processes share out files."""

from __future__ import annotations

import pytest

from tests.simulation import seeds
from tests.simulation.many import Tally
from tests.simulation.school import School

FIRST = 101


@pytest.mark.slow
@pytest.mark.parametrize("first", range(FIRST, FIRST + seeds.SEEDS, seeds.CHUNK))
def test_every_promise_holds(first: int, school: School, tally: Tally) -> None:
    seeds.check(first, school, tally)


def test_every_fault_has_fired(tally: Tally) -> None:
    if tally.done < seeds.SEEDS:
        pytest.skip("only some of the seeds were run")
    seeds.check_together(tally)
