"""Many seeds on all cores, with figures: seeds per second and how often each fault fired."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import islice
from multiprocessing import get_context

from tests.simulation.bundle import bundle
from tests.simulation.plan import FAULTS
from tests.simulation.run import Result, simulate
from tests.simulation.school import School

_school: School | None = None


def one(seed: str) -> Result:
    """Run a seed in this process, on its one server."""
    global _school  # noqa: PLW0603 - one server per process, as building it takes a second
    _school = _school or School()
    return simulate(seed, _school)


class Tally:
    """What many seeds came to."""

    def __init__(self) -> None:
        self.begun = time.monotonic()
        self.done = self.broken = 0
        self.fired: Counter[str] = Counter()

    def add(self, result: Result) -> None:
        self.done += 1
        self.fired += result.fired
        if result.broken is not None:
            self.broken += 1
            print(result.report(), flush=True)
        if self.done % 50 == 0:
            print(self.line(), flush=True)

    def line(self) -> str:
        rate = self.done / (time.monotonic() - self.begun)
        return f"{self.done} seeds, {self.broken} broke a promise, {rate:.2f} seeds per second"

    def faults(self) -> list[str]:
        return [
            f"  {self.fired[name]:7} {name}{'' if self.fired[name] else '   NEVER FIRED'}"
            for name in FAULTS
        ]


def run(seeds: Iterable[str], seconds: float) -> int:
    """Run seeds until there are no more or the time is up; how many broke a promise."""
    tally, waiting = Tally(), iter(seeds)
    bundle()  # once, before the processes start
    cores = os.cpu_count() or 1
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        running: set[Future[Result]] = {pool.submit(one, seed) for seed in islice(waiting, cores)}
        while running:
            ready, running = wait(running, return_when=FIRST_COMPLETED)
            for each in ready:
                tally.add(each.result())
            if time.monotonic() - tally.begun < seconds:
                running |= {pool.submit(one, seed) for seed in islice(waiting, len(ready))}
    print("\n".join([tally.line(), *tally.faults()]))
    return tally.broken
