"""What happened, in order: hashed as a whole, the end of it kept to be shown."""

from __future__ import annotations

import json
import marshal
from collections import Counter, deque
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

SHOWN = 60
WIDTH = 400
# The newest version of the format in which the same value always gives the same bytes.
DETERMINED = 2


class Trace:
    def __init__(self) -> None:
        self._digest = sha256()
        self._last: deque[list[Any]] = deque(maxlen=SHOWN)
        self.fired: Counter[str] = Counter()
        self.acted: Counter[str] = Counter()

    def note(self, now: int, what: str, *told: object) -> None:
        event = [now, what, *told]
        self._digest.update(marshal.dumps(event, DETERMINED))
        self._last.append(event)

    def fault(self, now: int, name: str, *told: object) -> None:
        self.fired[name] += 1
        self.note(now, f"fault: {name}", *told)

    @property
    def hash(self) -> str:
        return self._digest.hexdigest()

    def lines(self) -> list[str]:
        """The newest events, shortened."""
        return [f"{_clock(now)} {json.dumps(told)[:WIDTH]}" for now, *told in self._last]


def _clock(now: int) -> str:
    return f"{datetime.fromtimestamp(now / 1000, UTC):%d %H:%M:%S}.{now % 1000:03d}"
