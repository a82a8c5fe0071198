"""What happened, in order: hashed as a whole, the end of it kept to be shown."""

from __future__ import annotations

import json
from collections import Counter, deque
from datetime import UTC, datetime
from hashlib import sha256

SHOWN = 60
WIDTH = 400


class Trace:
    def __init__(self) -> None:
        self._digest = sha256()
        self._last: deque[tuple[int, str]] = deque(maxlen=SHOWN)
        self.fired: Counter[str] = Counter()
        self.acted: Counter[str] = Counter()

    def note(self, now: int, what: str, *told: object) -> None:
        text = json.dumps([what, *told], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        self._digest.update(f"{now} {text}\n".encode())
        self._last.append((now, text))

    def fault(self, now: int, name: str, *told: object) -> None:
        self.fired[name] += 1
        self.note(now, f"fault: {name}", *told)

    @property
    def hash(self) -> str:
        return self._digest.hexdigest()

    def lines(self) -> list[str]:
        """The newest events, shortened."""
        return [f"{_clock(now)} {text[:WIDTH]}" for now, text in self._last]


def _clock(now: int) -> str:
    return f"{datetime.fromtimestamp(now / 1000, UTC):%d %H:%M:%S}.{now % 1000:03d}"
