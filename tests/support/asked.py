"""One plain request to an address that a school gives out, whoever serves it."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: dict[str, str]


def asked(method: str, url: str, headers: dict[str, str], body: bytes | None) -> Answer:
    """What the server at an address says to one request."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    try:
        connection.request(method, path_of(url), body, headers)
        got = connection.getresponse()
        return Answer(got.status, got.read(), dict(got.getheaders()))
    finally:
        connection.close()


def path_of(url: str) -> str:
    """Path and query."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"
