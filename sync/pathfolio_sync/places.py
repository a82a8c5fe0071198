"""Places of ordered entries: fractional indexes, texts that always leave room for one more in between."""

from typing import Protocol


class Dice(Protocol):
    """Randomness that the caller owns; `random.Random` and `random.SystemRandom` are two."""

    def randrange(self, stop: int, /) -> int:
        """A whole number from 0 up to, but not including, `stop`."""


def between(before: str | None, after: str | None, random: Dice) -> str:
    """A new place after `before` and before `after` (None: the start, the end), with a random tail.

    Raises:
        ValueError: if one is not a place or they are not in order.
    """
    raise NotImplementedError


def valid(place: object) -> bool:
    """Whether a device could work with this place."""
    raise NotImplementedError
