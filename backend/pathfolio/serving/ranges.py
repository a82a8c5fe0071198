"""The `Range` header (RFC 9110, section 14): one range of bytes; several are answered with the whole."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.http import parse_range_header


class BadRangeError(Exception):
    """The file does not have these bytes."""


@dataclass(frozen=True)
class Span:
    """`length` bytes from `start`."""

    start: int
    length: int


def wanted(text: str | None, unless: str | None, size: int, tag: str) -> Span | None:
    """What to send of a file of `size` bytes, asked by `Range` and `If-Range`; None: all of it.

    `tag` is the quoted ETag of the file.

    Raises:
        BadRangeError: answer 416.
    """
    if not text or (unless or tag) != tag:
        return None
    asked = parse_range_header(text)
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return None  # what can't be understood is ignored, as the standard wants
    found = asked.range_for_length(size)
    if found is None:
        raise BadRangeError(text)
    return Span(found[0], found[1] - found[0])
