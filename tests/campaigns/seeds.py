"""Seeds of the simulator, as many as there is time for, on all cores."""

from __future__ import annotations

from itertools import islice

from tests.campaigns.frame import Failure, Figure, Outcome, Size
from tests.simulation.many import Tally
from tests.simulation.many import run as run_many
from tests.simulation.plan import FAULTS
from tests.simulation.run import Result
from tests.simulation.shrink import written


def run(size: Size) -> Outcome:
    seeds = map(str, islice(size.cases(), size.extent.count))
    tally = run_many(seeds, size.extent.seconds or float("inf"), lambda *_: None)
    outcome = Outcome(tally.done, figures(tally))
    outcome.failures += map(failure, tally.broken)
    return outcome


def figures(tally: Tally) -> dict[str, Figure]:
    """How much happened; a fault that never fired stands there with its 0."""
    counted: dict[str, Figure] = {"edits": tally.changed.total(), "faults": tally.fired.total()}
    return counted | {f"{name} (fault)": tally.fired[name] for name in FAULTS}


def failure(result: Result) -> Failure:
    short = written(result.plan, result.broken or "") if result.plan else ""
    again = f"make simulate SEED={result.seed}"
    return Failure(result.seed, str(result.broken)[:600], again, short)
