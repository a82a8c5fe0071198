"""HTTP of one client that counts: bytes as they pass the socket, headers included, and the time spent waiting."""

from __future__ import annotations

import gzip
import http.client
import socket
import time
from dataclasses import dataclass
from typing import Any

import brotli
import zstandard

TIMEOUT = 120
BROWSERS_ASK_FOR = "gzip, deflate, br, zstd"


class CountingSocket(socket.socket):
    """Counts what passes. Only the two calls that `http.client` makes are counted."""

    sent = 0
    received = 0

    def sendall(self, data: Any, flags: int = 0, /) -> None:  # noqa: ANN401 - any buffer, as in the standard library
        super().sendall(data, flags)
        self.sent += len(data)

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0, /) -> int:  # noqa: ANN401
        count = super().recv_into(buffer, nbytes, flags)
        self.received += count
        return count


class CountingConnection(http.client.HTTPConnection):
    """Counts over all sockets that it opens one after the other: a server may close after each answer."""

    def __init__(self, port: int) -> None:
        super().__init__("127.0.0.1", port, timeout=TIMEOUT)
        self._closed = (0, 0)
        self._counting: CountingSocket | None = None

    def connect(self) -> None:
        super().connect()
        self._closed = self.counted
        self._counting = CountingSocket(fileno=self.sock.detach())
        self._counting.settimeout(TIMEOUT)
        self.sock = self._counting

    @property
    def counted(self) -> tuple[int, int]:
        """Bytes sent and received since the beginning."""
        sent, received = self._closed
        open_now = self._counting
        return (
            (sent + open_now.sent, received + open_now.received) if open_now else (sent, received)
        )


@dataclass(frozen=True)
class Told:
    """A whole answer, its body as it was before it was made smaller."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


@dataclass
class Wire:
    """Of one thread only. `encodings` is what the client says it can read; empty: no compression.

    `keeps`: does the connection stay open between requests? Not before servers that close it without a word.
    """

    port: int
    keeps: bool = True
    encodings: str = BROWSERS_ASK_FOR
    requests: int = 0
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self._connection = CountingConnection(self.port)

    def exchange(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Told:
        """Raises OSError and http.client.HTTPException; the next call opens a new connection then."""
        connection = self._connection
        asked = {"Accept-Encoding": self.encodings or "identity"} | headers
        begun = time.perf_counter()
        try:
            answer, raw = self._once(method, path, body, asked)
        except (OSError, http.client.HTTPException):
            connection.close()
            raise
        if not self.keeps:
            connection.close()
        self.seconds += time.perf_counter() - begun
        self.requests += 1
        return Told(answer.status, answer.headers, plain(raw, answer.headers["Content-Encoding"]))

    def _once(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """As browsers do: when a server closed the connection while nothing was asked, on a new one."""
        connection, was_idle = self._connection, self._connection.sock is not None
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
        except ConnectionError:
            if not was_idle:
                raise
            connection.close()
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
        return answer, answer.read()

    @property
    def sent(self) -> int:
        return self._connection.counted[0]

    @property
    def received(self) -> int:
        return self._connection.counted[1]


def plain(raw: bytes, encoding: str | None) -> bytes:
    """Raises KeyError for an encoding that nobody asked for."""
    if not encoding or not raw:
        return raw
    if encoding == "zstd":
        return zstandard.ZstdDecompressor().decompressobj().decompress(raw)
    unpack = {"gzip": gzip.decompress, "br": brotli.decompress, "identity": bytes}[encoding]
    return bytes(unpack(raw))
