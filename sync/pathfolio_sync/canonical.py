"""Canonical JSON (RFC 8785): one text per value, so that bodies and hashes are equal wherever they are made."""

from hashlib import sha256
from json.encoder import encode_basestring as _quoted
from typing import Any, Final

import rfc8785

from pathfolio_sync.types import Json

_EXACT: Final = 2**53 - 1


def canonical(value: Json) -> bytes:
    """The RFC 8785 form of a JSON value, in UTF-8.

    Raises:
        ValueError: for NaN, infinities, integers beyond 2**53 - 1, lone surrogates, keys that are not text, and
            anything that is not JSON.
    """
    return _text(value).encode()


def content_hash(value: Json) -> str:
    """SHA-256, in hex, of the canonical form."""
    return sha256(canonical(value)).hexdigest()


def _text(value: Any) -> str:  # noqa: ANN401 - a Json that is narrowed by its very type, without a call
    """What nearly every value is made of; the library has the word on floats and on what is no JSON."""
    kind = type(value)
    if kind is str:
        return _quoted(value)
    if kind is dict and _plain(value):
        pairs = sorted(value.items())
        return "{" + ",".join([f"{_quoted(key)}:{_text(each)}" for key, each in pairs]) + "}"
    if kind is list:
        return "[" + ",".join(map(_text, value)) + "]"
    if kind is int and -_EXACT <= value <= _EXACT:
        return str(value)
    return rfc8785.dumps(value).decode()


def _plain(keys: dict[str, Json]) -> bool:
    """Whether all keys are ASCII text, so that the order of UTF-16 is Python's own."""
    try:
        return "".join(keys).isascii()
    except TypeError:
        return False
