"""`make simulate`, `make soak`: run seeds, print seeds per second and how often each fault fired.

    python -m tests.simulation [SEEDS=200] [FROM=1] | [SEED=7] | [--soak [HOURS=8]]

Each may also be an environment variable. Exit status 1 where a promise was broken.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable
from itertools import count
from multiprocessing import get_context

from tests.simulation.bundle import bundle
from tests.simulation.plan import FAULTS
from tests.simulation.run import Result, simulate
from tests.simulation.school import School

HOUR = 3600.0


def wanted(name: str, usual: str, arguments: list[str]) -> str:
    """A value given as `NAME=value`, as an argument or in the environment."""
    for each in arguments:
        if each.startswith(f"{name}="):
            return each.partition("=")[2]
    return os.environ.get(name, usual)


_school: School | None = None


def one(seed: str) -> Result:
    """Run a seed in this process, on its one server."""
    global _school  # noqa: PLW0603 - one server per process, as building it takes a second
    _school = _school or School()
    return simulate(seed, _school)


def run(seeds: Iterable[str], until: float) -> int:
    """Run seeds on all cores until the time is up; how many broke a promise."""
    begun = time.monotonic()
    done, broken = 0, 0
    fired: Counter[str] = Counter()
    bundle()  # once, before the processes start
    with get_context("spawn").Pool(os.cpu_count()) as pool:
        for result in pool.imap_unordered(one, seeds):
            done += 1
            fired += result.trace.fired
            if result.broken is not None:
                broken += 1
                print(result.report(), flush=True)
            if done % 50 == 0:
                print(_figures(done, broken, begun), flush=True)
            if time.monotonic() > until:
                break
    print(_figures(done, broken, begun))
    for name in FAULTS:
        print(f"  {fired[name]:7} {name}{'' if fired[name] else '   NEVER FIRED'}")
    return broken


def _figures(done: int, broken: int, begun: float) -> str:
    rate = done / (time.monotonic() - begun)
    return f"{done} seeds, {broken} broke a promise, {rate:.2f} seeds per second"


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
        return int(run(map(str, count(first)), time.monotonic() + hours * HOUR) > 0)
    first = int(wanted("FROM", "1", arguments))
    seeds = range(first, first + int(wanted("SEEDS", "200", arguments)))
    return int(run(map(str, seeds), float("inf")) > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
