"""Planted bugs under random mixes of faults: how soon does the simulator notice each of them?"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.campaigns.frame import Failure, Outcome, Size
from tests.simulation.bundle import bundle
from tests.simulation.many import server
from tests.simulation.planted.bug import Bug, bugs
from tests.simulation.planted.hunt import run as run_one
from tests.simulation.planted.plant import BadPlantError, DoesNotFitError, planted
from tests.simulation.run import UNEXPECTED, Result


def run(size: Size) -> Outcome:
    outcome, every = Outcome(), list(bugs().values())
    for case in size.cases():
        # Each bug in turn, and each time round with other mixes.
        bug = every[(case - 1) % len(every)]
        outcome.done += 1
        try:
            result = _with_bug(bug, case)
        except (BadPlantError, DoesNotFitError) as problem:
            outcome.failures.append(_failure(case, f"{bug.name}: {problem}"))
            continue
        _judge(outcome, bug, case, result)
    return outcome


def _with_bug(bug: Bug, case: int) -> Result:
    with (
        tempfile.TemporaryDirectory() as folder,
        planted(bug, bundle(), Path(folder)) as made,
    ):
        return run_one(case, server(), made, None)


def _judge(outcome: Outcome, bug: Bug, case: int, result: Result) -> None:
    """Noticing counts only where the same seed holds without the bug; where it does not, that is a find of its own."""
    if result.promise is None:
        outcome.add("not noticed by this mix")
        return
    without = run_one(case, server(), bundle(), None)
    if without.promise is not None:
        outcome.failures.append(_failure(case, f"also without a bug: {without.broken}"))
    elif result.promise == UNEXPECTED:
        outcome.failures.append(_failure(case, f"{bug.name}: {result.broken}"))
    else:
        outcome.add("noticed")
        outcome.add(f"noticed: {bug.name}")


def _failure(case: int, said: str) -> Failure:
    return Failure(
        str(case), said[:600], f"python -m tests.campaigns planted --first {case} --count 1"
    )
