"""One seed decides everything: run again, it is the same to the last byte."""

from __future__ import annotations

import pytest

from tests.simulation.many import one
from tests.simulation.run import simulate
from tests.simulation.school import School


@pytest.mark.parametrize("seed", [7, 12])
def test_the_same_seed_gives_the_same_trace_on_another_server(seed: int, school: School) -> None:
    first = simulate(seed, school)
    assert first.hash == simulate(seed, school).hash
    assert first.hash == one(str(seed)).hash


def test_another_seed_gives_another_trace(school: School) -> None:
    assert simulate(3, school).hash != simulate(4, school).hash
