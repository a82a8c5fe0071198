"""Turns: only so many pushes work at once, the next few stand in line, and the others are asked to come back.

Without it the morning after an outage fills every thread with pushes, and nobody's screen gets an answer.
"""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, current_app, request

from pathfolio.errors import Busy
from pathfolio.settings import Settings

COSTLY = {"/api/sync/push", "/api/sync/offer"}
PATIENCE = 20.0  # seconds in line; a device gives up on its call soon after
REMEMBERED = 10.0  # seconds
LONGEST = 30.0  # seconds
_EXTENSION = "pathfolio.turns"


class Turns:
    """At most `working` calls at once and `waiting` in line, for at most `patience` seconds, in this process."""

    def __init__(self, working: int, waiting: int, patience: float = PATIENCE) -> None:
        self.room = working + waiting
        self.patience = patience
        self._inside = 0
        self._lock = threading.Lock()
        self._free = threading.Semaphore(working)
        self._refused: deque[float] = deque(maxlen=1000)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One's turn, perhaps after standing in line. Raises Busy where the line is full or does not move."""
        with self._lock:
            self._look()
            self._inside += 1
        try:
            if not self._free.acquire(timeout=self.patience):
                with self._lock:
                    raise Busy(seconds=self._pause())
            try:
                yield
            finally:
                self._free.release()
        finally:
            with self._lock:
                self._inside -= 1

    def look(self) -> None:
        """Raises Busy where the line is full, before anything is spent on the call."""
        with self._lock:
            self._look()

    def _look(self) -> None:
        if self._inside >= self.room:
            raise Busy(seconds=self._pause())

    def _pause(self) -> int:
        """Seconds after which to come back: the more were refused lately, the longer and the more spread out.

        With n devices waiting this settles near the square root of n refusals a second.
        """
        now = time.monotonic()
        self._refused.append(now)
        while self._refused[0] < now - REMEMBERED:
            self._refused.popleft()
        spread = min(LONGEST, 0.2 * len(self._refused))
        return 1 + round(spread * random.random())  # noqa: S311 - jitter


def here() -> Turns:
    found = current_app.extensions[_EXTENSION]
    assert isinstance(found, Turns)  # noqa: S101 - nobody else writes this extension
    return found


def set_up(app: Flask, settings: Settings) -> None:
    app.extensions[_EXTENSION] = Turns(settings.pushes, settings.pushes_waiting)

    @app.before_request
    def look() -> None:
        """Before it is asked who calls: to refuse has to cost next to nothing."""
        if request.path in COSTLY:
            try:
                here().look()
            except Busy:
                # All of it, or the connection is cut while the device still sends, and it never reads why.
                request.get_data(cache=False)
                raise
