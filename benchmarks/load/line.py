"""One device's kept connection, on bare sockets: what asks must cost little beside what answers."""

from __future__ import annotations

import asyncio
import json
import resource
from dataclasses import dataclass
from typing import Any

import zstandard

TIMEOUT = 60.0


@dataclass(frozen=True)
class Answer:
    """Status, seconds to wait (of a 503 or 429, else 0), and the JSON of a good answer."""

    status: int
    wait: float
    body: bytes

    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


class Line:
    def __init__(self, port: int, token: str) -> None:
        self.port = port
        self.token = token
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def call(self, path: str, body: bytes | None = None) -> Answer:
        """POST `body`, or GET. Raises OSError, EOFError or TimeoutError where no answer comes."""
        try:
            return await asyncio.wait_for(self._call(path, body), TIMEOUT)
        except (OSError, EOFError, TimeoutError):
            self.close()
            raise

    async def _call(self, path: str, body: bytes | None) -> Answer:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self.port, limit=2**20)
        reader, writer = self._streams
        head = (
            f"{'GET' if body is None else 'POST'} {path} HTTP/1.1\r\nHost: localhost\r\n"
            f"Cookie: pathfolio-loopback={self.token}\r\nSec-Fetch-Site: same-origin\r\n"
            f"Accept-Encoding: zstd\r\nContent-Type: application/json\r\nContent-Length: {len(body or b'')}\r\n\r\n"
        )
        writer.write(head.encode() + (body or b""))
        told = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value for name, _, value in (each.partition(": ") for each in told)
        }
        data = await reader.readexactly(int(headers.get("content-length", "0")))
        if headers.get("content-encoding") == "zstd":
            data = zstandard.ZstdDecompressor().decompressobj().decompress(data)
        return Answer(int(told[0].split(" ")[1]), float(headers.get("retry-after", "0")), data)

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


def room_for_many() -> None:
    """As many open connections as this system allows."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
