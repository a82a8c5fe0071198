"""Short fingerprints by which device and server notice that they differ."""

from base64 import b32encode
from collections.abc import Iterable, Mapping
from hashlib import sha256

from pathfolio_sync.canonical import content_hash
from pathfolio_sync.types import Json

CHAIN_START = "0" * 16
"""The chain of a space at seq 0."""
CONSUMED_START = "0" * 32
"""The running hash of a client that has sent nothing."""


def chain_next(previous: str, record: str, mutation: str) -> str:
    """The chain value (16 hex digits) of a space after `mutation` touched `record`; never of content."""
    return _hex(previous + record + mutation)[:16]


def consumed_hash(previous: str, mutation: str) -> str:
    """The running hash (32 hex digits) of the mutation ids that a client's outbox has had consumed, in order."""
    return _hex(previous + mutation)[:32]


def digest(rows: Iterable[tuple[str, int, int, str]]) -> str:
    """The digest `"count:hex16"` of a space's live rows, each `(record id, seq, rev number, rev mutation id)`.

    The order of the rows does not matter: their 8-byte hashes are joined by exclusive or.
    """
    count = total = 0
    for record, seq, rev, mutation in rows:
        count += 1
        total ^= int(_hex(f"{record}:{seq}:{rev}:{mutation}")[:16], 16)
    return f"{count}:{total:016x}"


def vector_hash(vector: Mapping[str, Json]) -> str:
    """The short name (32 hex digits) of a device's vector `{space: [seq, chain, floor]}`."""
    return content_hash(vector)[:32]


def derived_id(text: str) -> str:
    """An id (26 base32 characters) that every device derives alike, such as `derived_id("seen:" + artifact + ...)`."""
    return b32encode(sha256(text.encode()).digest()).decode().lower()[:26]


def _hex(text: str) -> str:
    return sha256(text.encode()).hexdigest()
