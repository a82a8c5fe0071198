"""Canonical JSON (RFC 8785): one text per value, so that bodies and hashes are equal wherever they are made."""

from hashlib import sha256
from typing import cast

import rfc8785

from pathfolio_sync.types import Json


def canonical(value: Json) -> bytes:
    """The RFC 8785 form of a JSON value, in UTF-8.

    Raises:
        ValueError: for NaN, infinities, integers beyond 2**53 - 1, lone surrogates, keys that are not text, and
            anything that is not JSON.
    """
    return rfc8785.dumps(cast("dict[str, None]", value))


def content_hash(value: Json) -> str:
    """SHA-256, in hex, of the canonical form."""
    return sha256(canonical(value)).hexdigest()
