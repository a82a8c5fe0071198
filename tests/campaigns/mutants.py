"""The merge core, mutated: whether its tests notice. In stretches: a run goes on with what no run has tried."""

from __future__ import annotations

from tests.campaigns.frame import Failure, Figure, MissingPartError, Outcome, Size
from tests.mutants import core

LEAST = 85.0
AGAIN = "python -m tests.campaigns mutants"


def run(size: Size) -> Outcome:
    try:
        score = core.run(count=size.extent.count, seconds=size.extent.seconds)
    except core.NotInstalledError:
        raise MissingPartError("mutmut", "PyPI must be within reach once") from None
    except core.NoScoreError as problem:
        return Outcome(1, failures=[Failure("all", str(problem), AGAIN)])
    return told(score, done=score.now)


def told(score: core.Score, done: int) -> Outcome:
    """Figures of all stretches together. It is a failure when all were tried and too few were noticed."""
    figures: dict[str, Figure] = {
        "score in per cent": round(score.percent, 1),
        "tried so far": f"{score.tried:,} of {score.all:,} mutants",
        "noticed": f"{score.killed:,}",
        "not noticed": f"{len(score.survivors) - len(score.equivalent):,}",
        "equivalent": f"{len(score.equivalent):,}",
    }
    outcome = Outcome(done, figures)
    if not score.untried and score.percent < LEAST:
        said = f"the tests notice {score.percent:.1f} % of the mutants, not {LEAST:.0f} %"
        outcome.failures.append(Failure("all", said, AGAIN, "\n".join(score.survivors)))
    return outcome
