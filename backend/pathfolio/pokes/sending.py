"""Telling the side process what a commit moved: after it, from a thread of its own, several commits in one notice.

Nothing here can fail or delay a request: whatever goes wrong, devices see the change at their next pull.
"""

from __future__ import annotations

import atexit
import contextlib
import socket
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from flask import current_app
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from pathfolio import settings
from pathfolio.db import db
from pathfolio.log import log
from pathfolio.pokes.notices import CHANNEL, SOCKET, Notice, encode, socket_path

TOGETHER_SECONDS = 0.02
LAST_SECONDS = 2.0
_EXTENSION = "pathfolio.pokes"

Deliver = Callable[[list[str]], None]


class Sender:
    """What waits to be told, and the thread that tells it; the thread lives only while something waits."""

    def __init__(self, deliver: Deliver) -> None:
        self._deliver = deliver
        self._waiting: dict[str, Notice] = {}
        self._lock = threading.Lock()
        self._pause = threading.Event()
        self._thread: threading.Thread | None = None

    def note(self, school: str, spaces: Mapping[str, int | None], people: set[str]) -> None:
        """Tell soon. Never raises."""
        with self._lock:
            self._waiting.setdefault(school, Notice(school)).join(spaces, people)
            if self._thread is not None:
                return
            thread = threading.Thread(target=self._run, name="pokes", daemon=True)
            with contextlib.suppress(
                RuntimeError
            ):  # no thread to be had: it waits for the next commit
                thread.start()
                self._thread = thread

    def finish(self) -> None:
        """Let what waits go out before the process ends."""
        self._pause.set()
        thread = self._thread
        if thread is not None:
            thread.join(LAST_SECONDS)

    def _run(self) -> None:
        while True:
            with self._lock:
                waiting, self._waiting = self._waiting, {}
                if not waiting:
                    self._thread = None
                    return
            try:
                self._deliver([part for notice in waiting.values() for part in encode(notice)])
            except (OSError, SQLAlchemyError) as problem:
                log.info("poke_lost", kind=type(problem).__name__)
            self._pause.wait(TOGETHER_SECONDS)


def by_socket(data: Path) -> Deliver:
    """To the side process on this machine; quietly nowhere when none is there."""

    def deliver(texts: list[str]) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.settimeout(1.0)  # a side process that is busy for long is as good as none
            with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
                out.connect(str(socket_path(data)))
                for each in texts:
                    out.send(each.encode("ascii"))

    return deliver


def by_notify(engine: Engine) -> Deliver:
    """Through PostgreSQL, outside of any transaction of ours: a NOTIFY inside one makes all commits wait in line."""

    def deliver(texts: list[str]) -> None:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for each in texts:
                connection.execute(
                    text("SELECT pg_notify(:channel, :text)"), {"channel": CHANNEL, "text": each}
                )

    return deliver


def note(
    school: str, spaces: Mapping[str, int | None] | None = None, people: set[str] | None = None
) -> None:
    """Called after a commit: these spaces moved, these people's sessions may have ended."""
    if not listened():
        return
    sender = current_app.extensions.get(_EXTENSION)
    if sender is None:
        postgres = db.engine.dialect.name == "postgresql"
        data = settings.current().data
        sender = Sender(by_notify(db.engine) if postgres else by_socket(data))
        current_app.extensions[_EXTENSION] = sender
        atexit.register(sender.finish)
    sender.note(school, spaces or {}, people or set())


def listened() -> bool:
    """Whether a side process may be there: PostgreSQL's may be on any machine, so there the setting tells."""
    found = settings.current()
    if db.engine.dialect.name == "postgresql":
        return found.pokes != ""
    return (found.data / SOCKET).exists()
