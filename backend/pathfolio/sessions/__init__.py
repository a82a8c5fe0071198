"""Who is signed in on which device."""

from __future__ import annotations

from flask import g

from pathfolio.access.actor import Actor
from pathfolio.errors import SignIn

__all__ = ["Actor", "current"]


def current() -> Actor:
    """The actor of this request. Raises SignIn on a route that is open and has none."""
    actor: Actor | None = g.get("actor")
    if actor is None:
        raise SignIn("Please sign in. What you made on this device is kept.")
    return actor
