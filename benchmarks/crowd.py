"""A crowd of idle listeners: 5,000 open streams held by one small program, which tells when each heard a word."""

from __future__ import annotations

import asyncio
import re
import resource
import threading
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")
AT_ONCE = 200
_MOVED = re.compile(rb"event: moved\ndata: (\{[^\n]*\})\n\n")


@dataclass
class Crowd:
    """Listeners by token; `heard` has the moment (monotonic) and data of each word of each of them."""

    port: int
    heard: dict[str, list[tuple[float, bytes]]] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._tasks: list[asyncio.Task[None]] = []

    def come(self, tokens: list[str]) -> float:
        """Open a stream for each; the seconds it took until all had their first word."""
        begun = time.monotonic()

        async def all_of_them() -> None:
            for start in range(0, len(tokens), AT_ONCE):
                part = tokens[start : start + AT_ONCE]
                await asyncio.gather(*(self._come(token) for token in part))

        self._wait(all_of_them())
        return time.monotonic() - begun

    async def _come(self, token: str) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2048)
        writer.write(
            b"GET /api/pokes HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nUser-Agent: Mozilla/5.0 (X11; "
            b"Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36\r\n"
            b"Cookie: __Host-pathfolio=" + token.encode() + b"\r\n\r\n"
        )
        await reader.readuntil(b"event: hello\n")
        await reader.readuntil(b"\n\n")
        self.heard[token] = []
        self.open.add(token)
        self._tasks.append(
            asyncio.get_running_loop().create_task(self._listen(token, reader, writer))
        )

    async def _listen(
        self, token: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            while True:
                word = await reader.readuntil(b"\n\n")
                if found := _MOVED.search(word):
                    self.heard[token].append((time.monotonic(), found[1]))
        except (asyncio.IncompleteReadError, OSError):
            self.open.discard(token)
        finally:
            writer.close()

    def moments(self) -> list[float]:
        """When each listener heard its last word."""
        return [words[-1][0] for words in list(self.heard.values()) if words]

    def forget(self) -> None:
        for words in self.heard.values():
            words.clear()

    def leave(self) -> None:
        async def end() -> None:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

        self._wait(end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(600)
