"""A TCP relay between browser and server that can be cut, slowed and mended: a network that really fails.

Page-level emulation of the network does not reach a service worker's own requests; a relay reaches everything.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any, TypeVar

T = TypeVar("T")

PIECE = 4096


class Link:
    """The relay; all methods may be called from the test's thread."""

    def __init__(self, target: int, seed: int = 0) -> None:
        self.target = target
        self.port = 0
        self.cuts = 0
        self._random = Random(seed)
        self._open = True
        self._bytes_per_second: float | None = None
        self._cut_every: float | None = None
        self._pairs: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="link", daemon=True)

    def start(self) -> None:
        self._thread.start()

        async def listen() -> asyncio.Server:
            return await asyncio.start_server(self._accept, "127.0.0.1", 0)

        self._server = self._wait(listen())
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        async def end() -> None:
            self._drop()
            self._server.close()
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        self._wait(end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut(self) -> None:
        """No network from now on: open connections break, new ones are refused."""
        self._open = False
        self._loop.call_soon_threadsafe(self._drop)

    def mend(self) -> None:
        self._open = True
        self._cut_every = self._bytes_per_second = None

    def slow(self, bytes_per_second: float) -> None:
        """Every connection carries at most this much in each direction."""
        self._bytes_per_second = bytes_per_second

    def cut_every(self, seconds: float) -> None:
        """Breaks all connections again and again, at random moments about `seconds` apart."""
        self._cut_every = seconds
        asyncio.run_coroutine_threadsafe(self._cutting(), self._loop)

    async def _cutting(self) -> None:
        while self._cut_every:
            await asyncio.sleep(self._cut_every * self._random.uniform(0.5, 1.5))
            self.cuts += 1
            self._drop()

    def _drop(self) -> None:
        for writer in list(self._pairs):
            writer.transport.abort()
        self._pairs.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._open:
            writer.transport.abort()
            return
        try:
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        self._pairs |= {writer, up_writer}
        try:
            await asyncio.gather(self._carry(reader, up_writer), self._carry(up_reader, writer))
        except asyncio.CancelledError:
            return  # the relay is being stopped
        finally:
            for each in (writer, up_writer):
                self._pairs.discard(each)
                each.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while piece := await reader.read(PIECE):
                if self._bytes_per_second:
                    await asyncio.sleep(len(piece) / self._bytes_per_second)
                writer.write(piece)
                await writer.drain()
            writer.write_eof()
        except (OSError, RuntimeError):
            writer.transport.abort()

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)


@contextmanager
def link(target: int, seed: int = 0) -> Iterator[Link]:
    """A started relay to a port of this machine."""
    relay = Link(target, seed)
    relay.start()
    try:
        yield relay
    finally:
        relay.stop()
