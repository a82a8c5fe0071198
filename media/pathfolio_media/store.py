"""The storage port: what any place that keeps files must be able to do.

A *key* names an object: `{school}/{yyyy}/{upload}-{person}` for an original, with a suffix for what was made
from it. A *session* is one unfinished multipart upload to a key, named by a handle of the store's own.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

KEY = re.compile(r"[a-z0-9]{1,40}/[0-9]{4}/[a-z0-9]{1,60}(-[a-z0-9]{1,60})?(\.[a-z0-9]{1,12}){0,2}")


class StoreError(Exception):
    """The store could not do what was asked; trying again later may help."""


class StoreAwayError(StoreError):
    """The store is out of reach, or in trouble that passes: ask again in a while."""


class StoreRefusesError(StoreError):
    """The store does not let us in, or lacks what it must have: whoever runs it has to help."""


class NoSuchObjectError(StoreError):
    """There is no object under this key."""


class LostSessionError(StoreError):
    """The unfinished upload is gone from the store: it must be started anew."""


class AlreadyStoredError(StoreError):
    """An object is there under this key; originals are never overwritten."""


class WrongBytesError(StoreError):
    """What arrived is not what the address was signed for."""


@dataclass(frozen=True)
class Part:
    """One part of an upload: its number from 1, its size in bytes."""

    n: int
    size: int


@dataclass(frozen=True)
class SignedRequest:
    """What a client needs to send or fetch bytes: nothing else about the store reaches it."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """An object met while listing: size in bytes, time of the last change (aware)."""

    key: str
    size: int
    modified: datetime


@dataclass(frozen=True)
class Unfinished:
    """A multipart session met while listing."""

    key: str
    handle: str
    started: datetime


class Store(Protocol):
    """Implementations pass the one contract suite in `tests/media/test_store_contract.py`."""

    @property
    def part_floor(self) -> int:
        """Smallest size, in bytes, of every part but the last."""

    def begin(self, key: str) -> str:
        """Opens a session and returns its handle.

        Raises:
            AlreadyStoredError: the key holds an object.
        """

    def sign_part(
        self, key: str, handle: str, part: Part, sha256: str, expires: datetime
    ) -> SignedRequest:
        """An address that takes exactly these bytes as this part until `expires`."""

    def take_part(
        self, key: str, handle: str, part: Part, sha256: str, body: Iterable[bytes]
    ) -> None:
        """Keeps a part that came to the server itself, if it is what was said of it.

        Raises:
            LostSessionError: the session is gone.
            WrongBytesError: length or hash differ; nothing is kept.
        """

    def parts(self, key: str, handle: str) -> list[Part]:
        """The parts that the store holds, by number.

        Raises:
            LostSessionError: the store does not know the session.
        """

    def complete(self, key: str, handle: str, count: int) -> None:
        """Joins parts 1..count into the object, durably. Repeating it after success changes nothing.

        Raises:
            LostSessionError: the session is gone and so is the object.
            StoreError: a part is missing.
        """

    def abort(self, key: str, handle: str) -> None:
        """Forgets a session and its parts; nothing happens when it is gone already."""

    def put(self, key: str, source: Path, *, mime: str) -> None:
        """Stores a whole file made by the server, replacing an earlier one (renditions only)."""

    def size(self, key: str) -> int | None:
        """Size of the object in bytes, or None."""

    def read(self, key: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """The bytes from `start`, in pieces of at most 1 MiB.

        Raises:
            NoSuchObjectError: nothing is stored under the key.
        """

    def local(self, key: str) -> AbstractContextManager[Path]:
        """A readable file with the object's bytes, for the time of the context.

        Raises:
            NoSuchObjectError: nothing is stored under the key.
        """

    def sign_get(self, key: str, *, mime: str, filename: str | None, expires: datetime) -> str:
        """An address to fetch the object from; with a file name it is offered as a download."""

    def delete(self, key: str) -> None:
        """Removes the object; nothing happens when it is gone already."""

    def found(self, prefix: str = "") -> Iterator[Found]:
        """Every object below a school's prefix, in no particular order."""

    def unfinished(self) -> Iterator[Unfinished]:
        """Every multipart session the store holds."""

    def sweep(self, before: datetime) -> int:
        """Removes what crashes left behind before that time; how many pieces."""


def check_key(key: str) -> str:
    """Returns the key.

    Raises:
        ValueError: it could mean something to a file system or another store.
    """
    if not KEY.fullmatch(key):
        raise ValueError(f"not a storage key: {key!r}")
    return key
