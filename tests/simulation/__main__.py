"""`make simulate`, `make soak`: run seeds, print seeds per second and how often each fault fired.

    python -m tests.simulation [SEEDS=200] [FROM=1] | [SEED=7] | [--soak [HOURS=8]]

Each may also be an environment variable. Exit status 1 where a promise was broken.
"""

from __future__ import annotations

import os
import random
import sys
from itertools import count

from tests.simulation.many import one, run

HOUR = 3600.0


def wanted(name: str, usual: str, arguments: list[str]) -> str:
    """A value given as `NAME=value`, as an argument or in the environment."""
    for each in arguments:
        if each.startswith(f"{name}="):
            return each.partition("=")[2]
    return os.environ.get(name, usual)


def main(arguments: list[str]) -> int:
    seed = wanted("SEED", "", arguments)
    if seed:
        result = one(seed)
        print(result.report() if result.broken else f"seed {seed} is fine: {result.hash}")
        return int(result.broken is not None)
    if "--soak" in arguments:
        hours = float(wanted("HOURS", "inf", arguments))
        first = random.SystemRandom().randrange(10**9)
        print(f"seeds from {first} on")
        return int(run(map(str, count(first)), hours * HOUR) > 0)
    first = int(wanted("FROM", "1", arguments))
    seeds = range(first, first + int(wanted("SEEDS", "200", arguments)))
    return int(run(map(str, seeds), float("inf")) > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
