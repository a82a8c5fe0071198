"""`make simulate`: run seeds, print seeds per second and how often each fault fired.

    python -m tests.simulation [SEEDS=200] [FROM=1] | [SEED=7]

Each may also be an environment variable. Where a promise is broken, what led to it is made short and kept under
regressions/; then the exit status is 1.
"""

from __future__ import annotations

import os
import sys

from tests.simulation.many import Tally, one_shortened, run
from tests.simulation.run import Result
from tests.simulation.shrink import keep


def wanted(name: str, usual: str, arguments: list[str]) -> str:
    """A value given as `NAME=value`, as an argument or in the environment."""
    for each in arguments:
        if each.startswith(f"{name}="):
            return each.partition("=")[2]
    return os.environ.get(name, usual)


def told(tally: Tally, result: Result) -> None:
    if result.broken is not None:
        print(result.report(), kept(result), sep="\n", flush=True)
    if tally.done % 50 == 0:
        print(tally.line(), flush=True)


def kept(result: Result) -> str:
    """Keeps a short plan, as a test from now on."""
    assert result.plan is not None
    path = keep(result.plan, f"promise {result.promise} broke with seed {result.seed}")
    return (
        f"{len(result.plan.steps)} steps and {len(result.plan.hits or ())} hits are left in {path}"
    )


def main(arguments: list[str]) -> int:
    seed = wanted("SEED", "", arguments)
    if seed:
        result = one_shortened(seed)
        if result.broken is None:
            print(f"seed {seed} is fine: {result.hash}")
            return 0
        print(result.report(), kept(result), sep="\n")
        return 1
    first = int(wanted("FROM", "1", arguments))
    seeds = range(first, first + int(wanted("SEEDS", "200", arguments)))
    tally = run(map(str, seeds), float("inf"), told)
    print("\n".join([tally.line(), *tally.faults()]))
    return int(bool(tally.broken))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
