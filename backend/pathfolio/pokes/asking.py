"""The head of a request for a stream: read by the standard library, judged as the API would judge it."""

from __future__ import annotations

import http.client
import io
from dataclasses import dataclass
from email.message import Message
from urllib.parse import urlsplit

from pathfolio import standing
from pathfolio.settings import Settings

PATH = "/api/pokes"
HEALTH = "/api/health"
MOST_HEAD = 16 * 1024


class UnreadableError(ValueError):
    """Not a request that this server understands."""


@dataclass(frozen=True)
class Asked:
    """A request's head; `peer` is the address it came from, `secure` whether over our own TLS."""

    method: str
    path: str
    headers: Message
    peer: str
    secure: bool

    def header(self, name: str) -> str:
        return str(self.headers.get(name, ""))


def read(head: bytes, peer: str, *, secure: bool) -> Asked:
    """Raises UnreadableError."""
    line, _, rest = head.partition(b"\r\n")
    parts = line.decode("latin-1").split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise UnreadableError(parts[0][:10])
    try:
        headers = http.client.parse_headers(io.BytesIO(rest))
    except http.client.HTTPException as problem:
        raise UnreadableError(str(problem)) from None
    return Asked(parts[0], parts[1].partition("?")[0], headers, peer, secure)


def token(asked: Asked, settings: Settings) -> str | None:
    """The session token that came along, as `sessions.tokens.presented` finds it."""
    found = cookie(asked, standing.COOKIE)
    came = [name for name in standing.FORWARDED if name in asked.headers]
    if not found and standing.is_loopback(
        asked.header("Host"), asked.peer, came, secure=asked.secure, settings=settings
    ):
        found = cookie(asked, standing.LOOPBACK_COOKIE)
    return found if standing.has_form(found) else None


def cookie(asked: Asked, name: str) -> str:
    for header in asked.headers.get_all("Cookie", []):
        for pair in str(header).split(";"):
            key, _, value = pair.strip().partition("=")
            if key == name:
                return value
    return ""


def is_own_page(asked: Asked, settings: Settings) -> bool:
    """Whether a page of ours asks: from our own address, be it through another port. Others hold no cookie of ours."""
    origin = asked.header("Origin")
    if not origin:
        return asked.header("Sec-Fetch-Site") in {"", "same-origin", "none"}
    if settings.origin:
        return origin == settings.origin
    return urlsplit(origin).hostname == urlsplit(f"//{asked.header('Host')}").hostname
