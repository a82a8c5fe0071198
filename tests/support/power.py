"""What a disk may hold after the power failed: from a record of writes and flushes, every state that is possible.

The model is the harshest that SQLite's documentation allows (https://sqlite.org/atomiccommit.html, part 2.0): of
what was written to a file and not flushed, each 512-byte sector may be there, be lost, or hold rubbish, in any order; a
file may have grown by zeros instead of its data. Flushed is there.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.support.vfs import OK

SECTOR = 512


@dataclass(frozen=True)
class Change:
    """`data` at `offset`; without data: the file is cut to `offset` bytes."""

    path: str
    offset: int
    data: bytes | None


@dataclass(frozen=True)
class Flush:
    """All changes of the file before event `upto` are on the disk."""

    path: str
    upto: int


@dataclass
class DiskLog:
    """Watches SQLite's files (`vfs.Watcher`), and keeps their events in order."""

    events: list[Change | Flush | object] = field(default_factory=list)
    base: dict[str, bytes] = field(default_factory=dict)
    lying: bool = False
    """Says that flushing is done and never does it: what the harness must then find is lost work."""
    _begun: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> int:
        """How many events there were."""
        return len(self.events)

    def add(self, event: object) -> None:
        with self._lock:
            self.events.append(event)

    def _know(self, path: str) -> None:
        if path not in self.base:
            file = Path(path)
            self.base[path] = file.read_bytes() if file.exists() else b""

    def write(self, path: str, offset: int, data: bytes) -> int:
        self._know(path)
        self.add(Change(path, offset, data))
        return OK

    def truncate(self, path: str, size: int) -> int:
        self._know(path)
        self.add(Change(path, size, None))
        return OK

    def sync(self, path: str) -> int:
        self._begun[path] = self.now()
        return OK

    def synced(self, path: str) -> None:
        if not self.lying:
            self.add(Flush(path, self._begun[path]))

    def delete(self, path: str) -> int:
        # An empty log and none are the same to SQLite.
        return self.truncate(path, 0)


@dataclass
class Disk:
    """SQLite's files at a moment: what is flushed, and the changes that are not."""

    flushed: dict[str, bytearray]
    waiting: dict[str, list[tuple[int, Change]]] = field(default_factory=dict)

    def take(self, number: int, event: object) -> None:
        if isinstance(event, Change):
            self.waiting.setdefault(event.path, []).append((number, event))
        elif isinstance(event, Flush):
            waiting = self.waiting.get(event.path, [])
            done = bisect_left(waiting, event.upto, key=lambda each: each[0])
            for _, change in waiting[:done]:
                apply(self.flushed.setdefault(event.path, bytearray()), change)
            self.waiting[event.path] = waiting[done:]

    def after_power_cut(self, random: Random) -> dict[str, bytes]:
        found = {path: bytearray(data) for path, data in self.flushed.items()}
        for path, waiting in sorted(self.waiting.items()):
            content = found.setdefault(path, bytearray())
            for change in survivors([each for _, each in waiting], random):
                apply(content, change)
        return {path: bytes(data) for path, data in found.items()}


def moments(log: DiskLog, crashes: Iterable[int]) -> Iterator[tuple[int, Disk]]:
    """The disk after so many events, for each of the sorted `crashes`."""
    disk, number = Disk({path: bytearray(data) for path, data in log.base.items()}), 0
    for crash in crashes:
        while number < crash:
            disk.take(number, log.events[number])
            number += 1
        yield crash, disk


def apply(content: bytearray, change: Change) -> None:
    if change.data is None:
        del content[change.offset :]
        return
    if len(content) < change.offset:
        content.extend(bytes(change.offset - len(content)))
    content[change.offset : change.offset + len(change.data)] = change.data


def survivors(waiting: list[Change], random: Random) -> Iterator[Change]:
    """Some of the changes that were not flushed, whole or torn."""
    way = random.randrange(4)
    if way == 0:
        return
    if way == 1:
        count = random.randint(0, len(waiting))
        yield from waiting[:count]
        if count < len(waiting):
            yield from torn(waiting[count], random)
        return
    chance = random.choice((0.1, 0.5, 0.9))
    for change in waiting:
        if random.random() < chance:
            yield from torn(change, random) if way == 3 else (change,)


def torn(change: Change, random: Random) -> Iterator[Change]:
    """The sectors of a write that reached the disk, and perhaps rubbish in one that was being written."""
    if change.data is None:
        yield change
        return
    chance = random.choice((0.2, 0.8))
    start, end = change.offset, change.offset + len(change.data)
    while start < end:
        stop = min(end, (start // SECTOR + 1) * SECTOR)
        piece = change.data[start - change.offset : stop - change.offset]
        if random.random() < chance:
            yield Change(change.path, start, piece)
        elif random.random() < 0.1:
            yield Change(change.path, start, random.randbytes(stop - start))
        start = stop
