"""What is going to happen, in order of virtual time. Nothing else decides when anything happens."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

MINUTE = 60_000
HOUR = 60 * MINUTE


@dataclass(order=True)
class Event:
    """Something to be done at a time (milliseconds since 1970); equal times in the order of asking."""

    at: int
    order: int
    run: Callable[[], None] = field(compare=False)
    off: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.off = True


class Agenda:
    def __init__(self, now: int) -> None:
        self.now = now
        self._order = count()
        self._events: list[Event] = []

    def at(self, moment: int, run: Callable[[], None]) -> Event:
        event = Event(max(moment, self.now), next(self._order), run)
        heapq.heappush(self._events, event)
        return event

    def after(self, milliseconds: int, run: Callable[[], None]) -> Event:
        return self.at(self.now + milliseconds, run)

    @property
    def next(self) -> int | None:
        while self._events and self._events[0].off:
            heapq.heappop(self._events)
        return self._events[0].at if self._events else None

    def take(self) -> Event:
        """The first event; time moves on to it."""
        event = heapq.heappop(self._events)
        self.now = event.at
        return event
