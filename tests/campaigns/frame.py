"""What a campaign is: it takes a size, goes through numbered cases, and tells what it found.

A broken promise is never raised: it is a `Failure` with all that is needed to see it again.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Figure = int | float | str
"""Counts are `int` and add up over runs; `float` and `str` describe one run only."""


@dataclass(frozen=True)
class Extent:
    """How long to go on: so many cases, so many seconds, whichever ends first. None: no bound."""

    count: int | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class Size:
    """How much one run is asked to do, from which case on. Cases are numbered: the number is the seed."""

    extent: Extent
    first: int = 1
    small: bool = False
    begun: float = field(default_factory=time.monotonic)

    def cases(self) -> Iterator[int]:
        """Numbers of cases, from `first` on, until the count or the time is up."""
        number = self.first
        while not self.over(number - self.first):
            yield number
            number += 1

    def over(self, done: int) -> bool:
        """Is it enough after this many?"""
        count, seconds = self.extent.count, self.extent.seconds
        late = seconds is not None and time.monotonic() - self.begun >= seconds
        return late or (count is not None and done >= count)


@dataclass(frozen=True)
class Failure:
    """One broken promise: which case, what went wrong in a sentence, how to see it again."""

    case: str
    said: str
    again: str
    detail: str = ""


@dataclass
class Outcome:
    """What a run came to. `done` is in the campaign's unit."""

    done: int = 0
    figures: dict[str, Figure] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)

    def add(self, figure: str, count: int = 1) -> None:
        """Count something; figures keep the order in which they were first counted."""
        now = self.figures.get(figure, 0)
        assert isinstance(now, int)
        self.figures[figure] = now + count


Run = Callable[[Size], Outcome]


@dataclass(frozen=True)
class Campaign:
    """Its declaration: what the page of evidence says of it, and how much is enough.

    `name` is also the module of this package whose `run(size) -> Outcome` does it.
    """

    name: str
    title: str
    promise: str
    how: str
    unit: str
    full: Extent
    small: Extent

    def run(self, size: Size) -> Outcome:
        """Raises MissingPartError where a real part that it needs is not on this machine."""
        work: Run = importlib.import_module(f"tests.campaigns.{self.name}").run
        return work(size)


class MissingPartError(Exception):
    """A real part, such as a database server, is not on this machine; `remedy` says how to get it."""

    def __init__(self, part: str, remedy: str) -> None:
        super().__init__(f"no {part} here ({remedy})")
        self.part, self.remedy = part, remedy
