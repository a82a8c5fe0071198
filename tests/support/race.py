"""A race for any record store: writers send batches as fast as they can, a reader follows the feed.

The same driver runs against Pathfolio and against other servers, each behind a `Store`. A store's ids are made here.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

Record = tuple[str, dict[str, Any]]
"""Id and fields of a record to be made."""

POLL_PAUSE = 0.02
REFUSED_PAUSE = 0.05
LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


class RefusedError(Exception):
    """The store asks to come back later, in its own proper way (such as 503 with Retry-After)."""


class Writer(Protocol):
    def write(self, batch: list[Record]) -> set[str]:
        """Send all in one request; the ids that were acknowledged. Raises RefusedError, OSError."""
        ...


class Reader(Protocol):
    def poll(self) -> set[str]:
        """The ids that the feed gave since the last poll, by the store's own cursor."""
        ...

    def everything(self) -> set[str]:
        """The ids of all that is there, read from the beginning."""
        ...


class Store(Protocol):
    def writer(self, number: int) -> Writer:
        """A client of its own, with its own connection."""
        ...

    def reader(self) -> Reader: ...


@dataclass
class Outcome:
    """What came of a race. `polls` counts those while writers were at work."""

    acknowledged: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    whole: set[str] = field(default_factory=set)
    batches: int = 0
    polls: int = 0
    refused: int = 0
    broken: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)

    @property
    def missed(self) -> set[str]:
        """In the store, and never told to the one who followed along."""
        return self.whole - self.seen

    @property
    def absent(self) -> set[str]:
        """Acknowledged, and not in the store."""
        return self.acknowledged - self.whole


def new_id() -> str:
    """130 random bits as 26 characters."""
    return "".join(secrets.choice(LETTERS) for _ in range(26))


def records(count: int, number: int) -> list[Record]:
    """A batch of a student's small works."""
    return [
        (
            new_id(),
            {"title": f"Work {number}.{each}", "words": f"Some words about it, {each}. " * 8},
        )
        for each in range(count)
    ]


def race(
    store: Store,
    *,
    writers: int = 8,
    seconds: float = 60.0,
    batch: int = 25,
    quiet: float = 5.0,
    on_begin: Callable[[], None] = lambda: None,
    on_end: Callable[[], None] = lambda: None,
) -> Outcome:
    """Let `writers` and one reader at the store for so long, then read it all.

    `on_begin` is called when everybody has signed in, `on_end` when the writers have ended (take CPU readings there).
    Then the reader goes on until `quiet` seconds brought nothing.
    """
    outcome, lock, end = Outcome(), threading.Lock(), threading.Event()

    def work(client: Writer) -> None:
        count = 0
        while not end.is_set():
            sent, count = records(batch, count), count + 1
            while not _send(client, sent, outcome, lock):
                if end.wait(REFUSED_PAUSE):
                    return

    def guarded(number: int, client: Writer) -> None:
        try:
            work(client)
        except Exception as problem:  # noqa: BLE001 - whoever runs the race must hear of it
            with lock:
                outcome.faults.append(f"writer {number}: {problem!r}")

    reader, clients = store.reader(), [store.writer(number) for number in range(writers)]
    outcome.seen |= reader.poll()
    threads = [
        threading.Thread(target=guarded, args=each, daemon=True) for each in enumerate(clients)
    ]
    on_begin()
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    while time.monotonic() - begun < seconds:
        outcome.seen |= reader.poll()
        outcome.polls += 1
        end.wait(POLL_PAUSE)
    end.set()
    for thread in threads:
        thread.join()
    outcome.seconds = time.monotonic() - begun
    on_end()
    _follow(reader, outcome, quiet)
    outcome.whole = reader.everything()
    return outcome


def _send(client: Writer, sent: list[Record], outcome: Outcome, lock: threading.Lock) -> bool:
    """Is this batch done with? A broken connection leaves open whether it was taken: it is sent again."""
    try:
        taken = client.write(sent)
    except RefusedError:
        with lock:
            outcome.refused += 1
        return False
    except OSError:
        with lock:
            outcome.broken += 1
        return False
    with lock:
        outcome.acknowledged |= taken
        outcome.batches += 1
    return True


def _follow(reader: Reader, outcome: Outcome, quiet: float) -> None:
    last = time.monotonic()
    while time.monotonic() - last < quiet:
        before = len(outcome.seen)
        outcome.seen |= reader.poll()
        if len(outcome.seen) > before:
            last = time.monotonic()
        time.sleep(POLL_PAUSE)
