"""Many seeds on all cores, with figures: seeds per second and how often each fault fired."""

from __future__ import annotations

import gc
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import islice
from multiprocessing import get_context

from tests.simulation.bundle import bundle
from tests.simulation.plan import FAULTS
from tests.simulation.run import FAULTS_OF_A_SEED, MUTATIONS, Result, shortened, simulate
from tests.simulation.school import School

_school: School | None = None


def server() -> School:
    """The one server of this process."""
    global _school  # noqa: PLW0603 - one server per process, as building it takes a second
    if _school is None:
        _school = School()
        # What lives until the end need not be looked at again and again.
        gc.freeze()
        gc.set_threshold(100_000, 50, 50)
    return _school


def one(seed: str) -> Result:
    """Run a seed in this process."""
    return simulate(seed, server())


def one_shortened(seed: str) -> Result:
    """The same; where a promise broke, the plan of the result is as short as a minute's work makes it."""
    result = one(seed)
    if result.broken is not None:
        result.plan = shortened(result, server())
    return result


class Tally:
    """What many seeds came to."""

    def __init__(self) -> None:
        self.begun = time.monotonic()
        self.done = 0
        self.fired: Counter[str] = Counter()
        self.changed: Counter[str] = Counter()
        self.broken: list[Result] = []
        self.small: list[str] = []
        """Seeds with fewer mutations or faults than a seed has to have."""

    def add(self, result: Result) -> None:
        self.done += 1
        self.fired += result.fired
        self.changed += result.changed
        if result.broken is not None:
            self.broken.append(result)
        elif result.fired.total() < FAULTS_OF_A_SEED or result.changed.total() < MUTATIONS:
            self.small.append(result.seed)

    def line(self) -> str:
        rate = self.done / (time.monotonic() - self.begun)
        return (
            f"{self.done} seeds, {len(self.broken)} broke a promise, {rate:.2f} seeds per second,"
            f" {self.changed.total()} mutations, {self.fired.total()} faults"
        )

    def faults(self) -> list[str]:
        return [
            f"  {self.fired[name]:7} {name}{'' if self.fired[name] else '   NEVER FIRED'}"
            for name in FAULTS
        ]


def run(seeds: Iterable[str], seconds: float, each: Callable[[Tally, Result], None]) -> Tally:
    """Run seeds on all cores until there are no more or the time is up; calls `each` after each of them.

    Where a promise broke, the result has a short plan (`shrink.written`).
    """
    tally, waiting = Tally(), iter(seeds)
    bundle()  # once, before the processes start
    cores = os.cpu_count() or 1
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:

        def more(count: int) -> set[Future[Result]]:
            return {pool.submit(one_shortened, seed) for seed in islice(waiting, count)}

        running = more(cores)
        while running:
            ready, running = wait(running, return_when=FIRST_COMPLETED)
            for future in ready:
                result = future.result()
                tally.add(result)
                each(tally, result)
            if time.monotonic() - tally.begun < seconds:
                running |= more(len(ready))
    return tally
