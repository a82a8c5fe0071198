"""Passwords: argon2id, 19 MiB, two passes (OWASP's minimum), few at a time."""

from __future__ import annotations

import threading
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

from pathfolio import settings
from pathfolio.errors import Busy, Invalid

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
SHORTEST, LONGEST = 8, 200
WAIT_SECONDS = 20
COMMON = {
    "password", "password1", "passwort", "contrasena", "contraseña", "12345678", "123456789",
    "1234567890", "87654321", "qwertyui", "qwertyuiop", "iloveyou", "letmein1", "welcome1",
    "football", "baseball", "princess", "sunshine", "computer", "pathfolio", "abcdefgh", "abcd1234",
    "11111111", "00000000", "school123", "student1", "teacher1",
}  # fmt: skip


def gate() -> threading.BoundedSemaphore:
    """How many passwords this process hashes at once: memory and CPU stay bounded in the rush at eight."""
    found: threading.BoundedSemaphore = current_app.extensions.setdefault(
        "pathfolio.passwords", threading.BoundedSemaphore(settings.current().password_workers)
    )
    return found


def normal(password: str) -> str:
    """The same password from every keyboard (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def check_new(password: str, *, username: str, field: str = "password") -> None:
    """Raises Invalid with a sentence for a password that would be guessed first."""
    text = normal(password)
    sentence = ""
    if len(text) < SHORTEST:
        sentence = f"Please take a password of {SHORTEST} characters or more."
    elif len(text) > LONGEST:
        sentence = f"Please take a password of at most {LONGEST} characters."
    elif text.casefold() in COMMON or len(set(text)) < 4 or text.casefold() == username.casefold():
        sentence = "This password is too easy to guess. Three words in a row are a good one."
    if sentence:
        raise Invalid(sentence, errors={field: [sentence]})


def hashed(password: str) -> str:
    """Raises Busy when too many others wait."""
    with turn():
        return HASHER.hash(normal(password))


def matches(password: str, kept: str | None) -> bool:
    """Whether `password` is the one kept; as slow for nobody's password. Raises Busy."""
    with turn():
        try:
            HASHER.verify(kept or nobodys(), normal(password))
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


@cache
def nobodys() -> str:
    """A hash to compare with when there is no such account, so that time tells nothing."""
    return HASHER.hash("nobody has this password")


class turn:  # noqa: N801 - reads as what it is: `with turn():`
    """One of the few places in which a password is worked on."""

    def __enter__(self) -> None:
        self._gate = gate()
        if not self._gate.acquire(timeout=WAIT_SECONDS):
            raise Busy("Many people are signing in right now. Please try again in a moment.")

    def __exit__(self, *_: object) -> None:
        self._gate.release()
