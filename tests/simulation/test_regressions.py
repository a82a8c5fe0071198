"""What once broke a promise, made short: each is replayed, and every promise holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulation import shrink
from tests.simulation.plan import Plan
from tests.simulation.run import play
from tests.simulation.school import School

KEPT = sorted(shrink.REGRESSIONS.glob("*.json"))


@pytest.mark.parametrize("path", KEPT, ids=[path.stem for path in KEPT])
def test_what_once_broke_a_promise_breaks_none(path: Path, school: School) -> None:
    result = play(shrink.read(path), school)
    assert result.broken is None, result.report()


def test_a_written_plan_reads_as_it_was(tmp_path: Path) -> None:
    plan = Plan.from_json(
        {
            "seed": "1",
            "length": 9,
            "steps": [[1, "act", 2], [3, "kill", 0]],
            "hits": [["a", 2, "delay"]],
        }
    )
    path = tmp_path / "plan.json"
    path.write_text(shrink.written(plan, "it said so"))
    assert shrink.read(path) == plan
