"""One open stream of server-sent events on a bare protocol: no task, no buffer and no parser stay with it.

Measured with 5,000 idle streams (docs/decisions/0012-pokes.md): 2 kB each, where ASGI servers take 10 kB.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from pathfolio.pokes.asking import MOST_HEAD, Asked, UnreadableError, read

if TYPE_CHECKING:
    from pathfolio.pokes.side import Side

HEAD_SECONDS = 10
# A reader who takes nothing for so long that this much waits is gone, or might as well be.
MOST_WAITING = 16 * 1024
REASONS = {
    200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 431: "Request Header Fields Too Large", 503: "Service Unavailable",
}  # fmt: skip
COMMON = "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nPathfolio: 1\r\nConnection: close\r\n"


class Stream(asyncio.Protocol):
    """A connection: first the head of its request, then events until either side has enough."""

    __slots__ = ("_head", "_limit", "_side", "_transport", "session")

    def __init__(self, side: Side) -> None:
        self._side = side
        self._head: bytes | None = b""
        self._limit: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None
        self.session = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._limit = asyncio.get_running_loop().call_later(HEAD_SECONDS, self.cut)

    def data_received(self, data: bytes) -> None:
        if self._head is None:
            return  # nothing more is expected of it
        self._head += data
        if b"\r\n\r\n" in self._head:
            head, self._head = self._head, None
            self._asked(head)
        elif len(self._head) > MOST_HEAD:
            self._head = None
            self.refuse(431)

    def _asked(self, head: bytes) -> None:
        self._stop_limit()
        assert self._transport is not None  # noqa: S101 - it is connected
        peer = self._transport.get_extra_info("peername")
        secure = self._transport.get_extra_info("sslcontext") is not None
        try:
            asked = read(
                head, str(peer[0]) if isinstance(peer, tuple) and peer else "", secure=secure
            )
        except UnreadableError:
            self.refuse(400)
            return
        self._side.asked(self, asked)

    def begin(self, session: str, asked: Asked, person: str) -> None:
        """Answer with a stream, and say for whom it is."""
        self.session = session
        self._write(
            f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Accel-Buffering: no\r\n"
            f"{shared(asked)}{COMMON}\r\n".encode("latin-1")
            + event("hello", {"person": person})
        )

    def tell(self, event: bytes) -> None:
        """Send an event, or cut a stream whose reader takes nothing."""
        self._write(event)

    def refuse(self, status: int, asked: Asked | None = None, body: bytes = b"") -> None:
        """Answer without a stream."""
        also = shared(asked) if asked else ""
        also += "Retry-After: 30\r\n" if status == 503 else ""
        head = (
            f"HTTP/1.1 {status} {REASONS[status]}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n{also}{COMMON}\r\n"
        )
        self._write(head.encode("latin-1") + body)
        self.end()

    def end(self) -> None:
        """Close after what was written."""
        if self._transport is not None:
            self._transport.close()

    def cut(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._stop_limit()
        self._transport = None
        self._side.gone(self)

    def _write(self, data: bytes) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if transport.get_write_buffer_size() > MOST_WAITING:
            self.cut()
        else:
            transport.write(data)

    def _stop_limit(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None


def shared(asked: Asked) -> str:
    """What lets our own page read the answer when it came through another port; the origin was judged before."""
    origin = asked.header("Origin")
    if not origin or not origin.isprintable():
        return ""
    return f"Access-Control-Allow-Origin: {origin}\r\nAccess-Control-Allow-Credentials: true\r\nVary: Origin\r\n"


def event(name: str, data: Mapping[str, Any]) -> bytes:
    """One server-sent event."""
    return f"event: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n".encode("ascii")
