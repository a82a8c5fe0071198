"""Codes that people read out and type: one-time sign-in codes and class codes."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata

# No 0 O 1 I L U: nothing that is read in two ways.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CLASS_LENGTH = 8
ONCE_LENGTH = 10


def new(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def normal(typed: str) -> str:
    """What was typed without spaces and dashes, in capitals."""
    text = unicodedata.normalize("NFKC", typed).upper()
    return "".join(letter for letter in text if letter.isalnum())


def digest(code: str) -> str:
    return hashlib.sha256(normal(code).encode("utf-8", "replace")).hexdigest()
