"""What the measurements need to know of a server, whichever it is."""

from __future__ import annotations

import http.client
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from benchmarks.peers.wire import Wire
from tests.support.race import Reader, Writer

START_SECONDS = 60
STUDENTS = ("leo", "maya", "noor")
TEACHER = "ada"


class CountedReader(Reader, Protocol):
    @property
    def wire(self) -> Wire: ...


class CountedStore(Protocol):
    """A `tests.support.race.Store` whose clients' wires can be looked at."""

    wires: list[Wire]

    def writer(self, number: int) -> Writer: ...

    def reader(self) -> CountedReader: ...


@dataclass
class Peer:
    """One started server with three students' portfolios and a teacher who follows all of them.

    `roots` are the processes whose CPU counts, with all their descendants: web server and database. `notes` say how it
    runs and what it promises.
    """

    name: str
    store: CountedStore
    roots: list[int]
    notes: str
    batch: int = 25
    refused: list[str] = field(default_factory=list)


@contextmanager
def program(
    command: list[str], port: int, log: Path, environment: dict[str, str] | None = None
) -> Iterator[int]:
    """A server process until the end; its id. Raises RuntimeError with its log when it does not answer."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=log.parent, env=environment, stdout=output, stderr=output
        )
    try:
        wait_for(process, port, log)
        yield process.pid
    finally:
        # A uWSGI master takes SIGINT as "stop", and SIGTERM as "start anew".
        process.send_signal(2)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/")
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)
        else:
            return
        finally:
            connection.close()
    raise RuntimeError(f"a peer did not start:\n{log.read_text(errors='replace')[-4000:]}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
