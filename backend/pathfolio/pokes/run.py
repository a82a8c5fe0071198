"""The life of the side process: listen for notices, then for devices, until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import resource
import signal
import socket
import ssl
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from pathfolio.pokes.notices import decode, socket_path
from pathfolio.pokes.side import Side
from pathfolio.pokes.standing import Database, Judge, SqliteDatabase, UnreachableError
from pathfolio.pokes.streams import Stream
from pathfolio.settings import Settings

BACKLOG = 1024
KEPT_FILES = 64
AGAIN_SECONDS = 2.0
BUFFER_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Place:
    """Where devices reach it."""

    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None

    def context(self) -> ssl.SSLContext | None:
        if self.certificate is None:
            return None
        made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        made.load_cert_chain(self.certificate, self.key)
        return made


def serve(settings: Settings, place: Place) -> None:
    """Blocks until SIGTERM or SIGINT. Raises OSError when the address is taken."""
    asyncio.run(_serve(settings, place))


async def _serve(settings: Settings, place: Place) -> None:
    side = Side(Judge(database(settings), settings), most_streams())
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stop.set)
    server = await loop.create_server(
        lambda: Stream(side), place.host, place.port, backlog=BACKLOG, ssl=place.context()
    )
    tasks = [loop.create_task(_hear(side, settings)), loop.create_task(side.go_round())]
    # What is here now stays for good: no reason to look through it at every collection.
    gc.collect()
    gc.freeze()
    await stop.wait()
    server.close()
    for task in tasks:
        task.cancel()
    side.drop_all()
    await asyncio.gather(*tasks, return_exceptions=True)
    await side.judge.database.close()


def database(settings: Settings) -> Database:
    url = settings.url()
    if url.startswith("sqlite"):
        return SqliteDatabase(url.removeprefix("sqlite:///"))
    from pathfolio.pokes.postgres import PostgresDatabase  # noqa: PLC0415 - 14 MB that SQLite does not need

    return PostgresDatabase(url)


async def _hear(side: Side, settings: Settings) -> None:
    """Hands notices on; while none can be heard, devices are turned away so that they ask by themselves."""
    while True:
        try:
            async for text in _texts(settings):
                side.hears = True
                notice = decode(text) if text is not None else None
                if notice is not None:
                    side.heard(notice)
        except (UnreachableError, OSError) as problem:
            print(f"No notices can be heard: {problem}", file=sys.stderr, flush=True)  # noqa: T201
        side.hears = False
        side.drop_all()
        await asyncio.sleep(AGAIN_SECONDS)


def _texts(settings: Settings) -> AsyncIterator[str | bytes | None]:
    if settings.url().startswith("sqlite"):
        return datagrams(settings.data)
    from pathfolio.pokes.postgres import notifications  # noqa: PLC0415

    return notifications(settings.url())


async def datagrams(data: Path) -> AsyncIterator[bytes | None]:
    """What processes on this machine send to the socket in the data folder; first None, once it is there."""
    path = socket_path(data)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.setblocking(False)
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        path.unlink(
            missing_ok=True
        )  # of one that was killed; two at once are told apart by who came last
        ear.bind(str(path))
        mine = path.stat().st_ino
        try:
            yield None
            while True:
                yield await asyncio.get_running_loop().sock_recv(ear, BUFFER_BYTES)
        finally:
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_ino == mine:
                    path.unlink()


def most_streams() -> int:
    """Lets this process open as many files as it may at all; how many streams that makes."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(
        16, (soft if soft != resource.RLIM_INFINITY else os.sysconf("SC_OPEN_MAX")) - KEPT_FILES
    )
