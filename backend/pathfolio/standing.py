"""Whether a device's session lets its bearer in: the rules alone, shared by the API and the side process of pokes.

Nothing here knows a web framework or a database.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathfolio.settings import Settings

COOKIE = "__Host-pathfolio"
# WebKit and most HTTP libraries refuse Secure cookies on plain http, even on loopback, where a
# Pathfolio of one's own runs. There, and only there, the token travels under this name as well.
LOOPBACK_COOKIE = "pathfolio-loopback"
LOOPBACK = {"localhost", "127.0.0.1", "[::1]"}
# A proxy beside us talks plain http over loopback too; any of these tells that the request came from elsewhere.
FORWARDED = (
    "Forwarded",
    "Via",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Real-IP",
)


class Opened(Protocol):
    """A session as it is stored; tokens are SHA-256 in hex."""

    @property
    def token(self) -> str: ...
    @property
    def previous_until(self) -> datetime | None: ...
    @property
    def last_seen(self) -> datetime: ...
    @property
    def shared(self) -> bool: ...
    @property
    def ended(self) -> datetime | None: ...


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def has_form(token: str) -> bool:
    """Whether a text could be a token at all."""
    return 20 <= len(token) <= 100 and token.isascii()


def is_open(found: Opened, now: datetime, settings: Settings) -> bool:
    """Whether the session goes on: it was not ended, and its device was here not too long ago."""
    idle = (
        timedelta(hours=settings.shared_session_hours)
        if found.shared
        else timedelta(days=settings.session_days)
    )
    return found.ended is None and now - found.last_seen <= idle


def admits(found: Opened, seen: str, now: datetime, settings: Settings) -> bool:
    """Whether the session still lets in the token whose digest is `seen`."""
    old = found.token != seen
    late = old and found.previous_until is not None and now > found.previous_until
    return is_open(found, now, settings) and not late


def is_closed(status: str, left: datetime | None, now: datetime, settings: Settings) -> bool:
    """Whether somebody left so long ago that they may not even read their own work any more."""
    return (
        status == "inactive"
        and left is not None
        and now - left > timedelta(days=settings.leaver_days)
    )


def is_loopback(
    host: str, peer: str, headers: Collection[str], *, secure: bool, settings: Settings
) -> bool:
    """Plain http from this very machine to itself, by no proxy and no public address.

    `host` is the Host header, `headers` holds the names of those that came (any case that FORWARDED has).
    """
    if settings.proxies or settings.origin.startswith("https:") or secure:
        return False
    try:
        here = ipaddress.ip_address(peer).is_loopback
    except ValueError:
        return False
    return here and bare(host) in LOOPBACK and not any(name in headers for name in FORWARDED)


def bare(host: str) -> str:
    """A Host header without its port."""
    return (
        host[: host.index("]") + 1]
        if host.startswith("[") and "]" in host
        else host.partition(":")[0]
    )
