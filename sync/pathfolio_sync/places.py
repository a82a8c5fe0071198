"""Places of ordered entries: fractional indexes, texts that always leave room for one more in between.

David Greenspan's "Implementing Fractional Indexing", by the `fractional-indexing` library, which agrees with the npm
package of that name; a random tail keeps two devices that insert at the same spot from making the same place.
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Protocol

from fractional_indexing import BASE_62_DIGITS, FIError, generate_key_between, validate_order_key

_SHAPE = re.compile(r"[A-Za-z][0-9A-Za-z]{1,511}")
SOMEWHERE = "a0"
"""For an entry that was never given a place; always the same, so that it matters not who comes first."""
_JITTER = 3  # 62**3: one in 238,328 that two devices draw the same


class Dice(Protocol):
    """Randomness that the caller owns; `random.Random` and `random.SystemRandom` are two."""

    def randrange(self, stop: int, /) -> int:
        """A whole number from 0 up to, but not including, `stop`."""


def between(before: str | None, after: str | None, random: Dice) -> str:
    """A new place after `before` and before `after` (None: the start, the end), with a random tail.

    Raises:
        ValueError: if one is not a place or they are not in order.
    """
    try:
        middle: str = generate_key_between(before, after)
    except (FIError, IndexError) as error:  # IndexError: an empty text
        raise ValueError(f"no place between {before} and {after}") from error
    digits: str = BASE_62_DIGITS
    tail = "".join(digits[random.randrange(len(digits))] for _ in range(_JITTER - 1))
    tail += digits[1 + random.randrange(len(digits) - 1)]  # a fraction never ends in zero
    # Where `after` begins with `middle`, the tail might lead beyond it: a lower middle does not.
    while after is not None and middle + tail >= after:
        middle = generate_key_between(before, middle)
    return middle + tail


def valid(place: object) -> bool:
    """Whether a device could work with this place: well formed, of at most 512 digits, room on both sides."""
    if not isinstance(place, str) or not _SHAPE.fullmatch(place):
        return False
    try:
        validate_order_key(place)
    except FIError:
        return False
    return True


def origin(place: str, key: str) -> str:
    """The place that was asked for, before `parted` may have moved the entry off one of the same place."""
    return place.removesuffix(_tail(key))


def parted(places: Mapping[str, str]) -> dict[str, str]:
    """New places for entries that stand on the place of another, `{key: place}` in and out.

    Of those that asked for the same place, the smallest key stays and each other one moves right behind it, by a tail
    made of its own key alone: whoever came first, the order by key is the same, and there is room in between.
    """
    families: dict[str, list[str]] = {}
    for key, place in places.items():
        families.setdefault(origin(place, key), []).append(key)
    return {
        key: place + _tail(key)
        for place, keys in families.items()
        for key in sorted(keys)[1:]
        if places[key] == place
    }


def _tail(key: str) -> str:
    plain = key.isascii() and key.isalnum() and len(key) <= 64
    return f"0{key if plain else sha256(key.encode()).hexdigest()}1"
