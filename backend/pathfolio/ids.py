"""Identifiers: 128 random bits as 26 characters of RFC 4648 base32, lower case, no padding.

Persons, classes, records, mutations, uploads, clients and schools all use this one form.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LENGTH = 26
PATTERN = r"^[a-z2-7]{26}$"
_ID = re.compile(r"[a-z2-7]{26}")


def _encode(raw: bytes) -> str:
    return base64.b32encode(raw).decode("ascii").rstrip("=").lower()


def random_id() -> str:
    return _encode(secrets.token_bytes(16))


_source: Callable[[], str] = random_id


def new_id() -> str:
    """A fresh id from the source in use (random bits, or what a simulation decides)."""
    return _source()


def derived_id(text: str) -> str:
    """The id that every device derives alike from `text` (for example a person's settings)."""
    return _encode(hashlib.sha256(text.encode("utf-8")).digest()[:17])[:LENGTH]


def is_id(value: object) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def use(source: Callable[[], str]) -> None:
    """Replace where ids come from, for the whole process."""
    global _source  # noqa: PLW0603 - a port of the process: the simulator decides it
    _source = source


@contextmanager
def using(source: Callable[[], str]) -> Iterator[None]:
    """Replace where ids come from for the length of a block."""
    before = _source
    use(source)
    try:
        yield
    finally:
        use(before)
