"""Rate limits that know that a whole school shares one address.

Calls are counted in memory per process (a flood is met where it arrives). Guesses at passwords and
codes are counted in the database, so that neither a restart nor a second process forgives them.
"""

from __future__ import annotations

import hashlib
import ipaddress
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app, request
from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from pathfolio import clock, db, settings
from pathfolio.errors import TooMany

MINUTE = timedelta(minutes=1)
GUESSES = timedelta(minutes=15)
HOUR = timedelta(hours=1)
MOST_KEYS = 50_000


class Guess(db.Base):
    """Wrong guesses within a window; `key` is a hash, so that no address or name is stored."""

    __tablename__ = "guess"

    key: Mapped[str] = mapped_column(db.Key(64), primary_key=True)
    window: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int]
    until: Mapped[datetime]


@dataclass(frozen=True)
class Limit:
    """At most `most` wrong guesses of `kind` at `subject` in a `span`."""

    kind: str
    subject: str
    most: int
    span: timedelta = GUESSES

    @property
    def key(self) -> str:
        return hashlib.sha256(f"{self.kind}:{self.subject}".encode()).hexdigest()

    def window(self) -> int:
        return int(clock.now().timestamp() // self.span.total_seconds())

    def left_seconds(self) -> int:
        span = self.span.total_seconds()
        return int((self.window() + 1) * span - clock.now().timestamp()) + 1


def check(session: Session, limits: Iterable[Limit]) -> None:
    """Raises TooMany when one of the limits is used up."""
    for limit in limits:
        row = session.get(Guess, (limit.key, limit.window()))
        if row is not None and row.count >= limit.most:
            raise TooMany(
                "There were too many wrong tries. Wait a little, then try again.",
                seconds=limit.left_seconds(),
            )


def wrong(session: Session, limits: Iterable[Limit]) -> None:
    """Count one wrong guess against each limit."""
    session.execute(delete(Guess).where(Guess.until < clock.now()))
    for limit in sorted(limits, key=lambda each: each.key):
        row = session.scalar(
            select(Guess)
            .where(Guess.key == limit.key, Guess.window == limit.window())
            .with_for_update()
        )
        if row is None:
            until = clock.now() + limit.span
            row = Guess(key=limit.key, window=limit.window(), count=0, until=until)
            session.add(row)
        row.count += 1


def address() -> str:
    """The address that asks; the /64 network for IPv6, where one machine has many."""
    found = request.remote_addr or "unknown"
    try:
        told = ipaddress.IPv6Address(found.partition("%")[0])
    except ValueError:
        return found
    if told.ipv4_mapped is not None:
        return str(told.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(told), 64), strict=False).network_address)


class Calls:
    """Requests per key and minute, in memory."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minute = 0
        self._counts: dict[str, int] = {}

    def add(self, key: str) -> int:
        """Count one call and return how many this minute had."""
        minute = int(clock.now().timestamp() // 60)
        with self._lock:
            if minute != self._minute:
                self._minute, self._counts = minute, {}
            if len(self._counts) >= MOST_KEYS and key not in self._counts:
                return 1  # made-up keys must not make us forget the count of the address they come from
            self._counts[key] = self._counts.get(key, 0) + 1
            return self._counts[key]


def count_call() -> None:
    """Raises TooMany for a device or an address far beyond any honest use."""
    calls: Calls = current_app.extensions.setdefault("pathfolio.calls", Calls())
    found = settings.current()
    keys = [("address:" + address(), found.address_calls)]
    token = next((value for name, value in request.cookies.items() if "pathfolio" in name), "")
    if token:
        keys.append(("device:" + token[:100], found.device_calls))
    for key, most in keys:
        if calls.add(key) > most:
            raise TooMany("Too many requests. Please wait a minute.", seconds=60)
