"""Looks for planted bugs: with the faults that bring each to light, or with any."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from tests.simulation.planted.bug import Bug
from tests.simulation.planted.plant import planted
from tests.simulation.run import Result, simulate
from tests.simulation.school import School

SEEDS = 200


class NotCaughtError(AssertionError):
    """So many seeds, and no promise was found broken: a fault or an oracle is missing."""


@dataclass(frozen=True)
class Caught:
    """The seed that found the bug, after how many, and what it found broken."""

    seed: int
    tried: int
    result: Result


def caught(bug: Bug, school: School, engine: Path, folder: Path, seeds: int = SEEDS) -> Caught:
    """Run seeds with the bug and its own faults until a promise breaks. Raises NotCaughtError."""
    with planted(bug, engine, folder) as made:
        for tried, seed in enumerate(islice(_order(bug.seed), seeds), start=1):
            result = run(seed, school, made, bug.faults)
            if result.promise is not None:
                return Caught(seed, tried, result)
    raise NotCaughtError(f"{bug.name}: {seeds} seeds with {', '.join(bug.faults)} did not notice")


def run(seed: int, school: School, made: Path, faults: tuple[str, ...] | None) -> Result:
    """One seed with only these faults; with a random choice of all for None."""
    return simulate(f"planted {seed}", school, only=faults, made=made)


def _order(first: int) -> Iterator[int]:
    """The seed that did it before, then all of them."""
    yield first
    yield from (seed for seed in range(1, SEEDS + 1) if seed != first)
