"""The one clock of the server, replaceable, and the one form of time on the wire.

On the wire: RFC 3339, UTC, milliseconds, `Z`, for example `2026-11-23T14:52:11.123Z`.
In Python: aware datetimes in UTC, whole milliseconds, so that a round trip changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_WIRE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z")


def system_now() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = system_now


def now() -> datetime:
    """The time of the source in use, cut to whole milliseconds."""
    return _cut(_source())


def to_wire(moment: datetime) -> str:
    """`2026-11-23T14:52:11.123Z`. Raises ValueError for a time without zone."""
    if moment.tzinfo is None:
        raise ValueError("a time without zone has no meaning on the wire")
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z".rjust(24, "0")


def from_wire(text: str) -> datetime:
    """Raises ValueError where `text` is not exactly the wire form."""
    if _WIRE.fullmatch(text) is None:
        raise ValueError(f"not a time: {text[:40]!r}")
    return datetime.fromisoformat(text)


def use(source: Callable[[], datetime]) -> None:
    """Replace the clock, for the whole process."""
    global _source  # noqa: PLW0603 - a port of the process: the simulator decides it
    _source = source


@contextmanager
def using(source: Callable[[], datetime]) -> Iterator[None]:
    """Replace the clock for the length of a block."""
    before = _source
    use(source)
    try:
        yield
    finally:
        use(before)


def _cut(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
