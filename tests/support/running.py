"""A real Pathfolio of web server and worker, as processes of their own, for browsers and for kill -9."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tests.support.databases import Databases, Prepare

START_SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    """Is a healthy server there?"""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/api/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def is_group(leader: int) -> bool:
    """Whether any process of the group is still there."""
    try:
        os.killpg(leader, 0)
    except ProcessLookupError:
        return False
    return True


class Program(Protocol):
    """As much of `subprocess.Popen` as is needed here."""

    @property
    def pid(self) -> int: ...

    def terminate(self) -> None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def poll(self) -> int | None: ...


@dataclass
class Running:
    """Started with `start()`; `kill(name)` is kill -9, `start()` brings back whatever is not running."""

    url: str
    data: Path
    port: int = field(default_factory=free_port)
    settings: dict[str, str] = field(default_factory=dict)
    programs: dict[str, Program] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PATHFOLIO_DATA": str(self.data),
            "PATHFOLIO_DATABASE_URL": self.url,
            "PATHFOLIO_THROWAWAY": "1",
            "PATHFOLIO_LOG_LEVEL": "WARNING",
            **self.settings,
        }

    def start(self, *names: str) -> None:
        words = {"web": ["web", "--port", str(self.port)], "worker": ["worker"]}
        for name in names or words:
            if name not in self.programs:
                self.programs[name] = self._launch(*words[name])
        self.wait()

    def _launch(self, *words: str) -> Program:
        """A word of the command line that goes on, in a session of its own."""
        command = [sys.executable, "-m", "pathfolio.cli", *words]
        return subprocess.Popen(command, env=self.environment(), start_new_session=True)

    def wait(self) -> None:
        """Until health answers 200. Raises TimeoutError."""
        end = time.monotonic() + START_SECONDS
        while "web" in self.programs and time.monotonic() < end:
            if answers(self.port):
                return
            if self.programs["web"].poll() is not None:
                raise TimeoutError("the web server ended instead of starting")
            time.sleep(0.05)
        if "web" in self.programs:
            raise TimeoutError("the web server did not answer")

    def kill(self, name: str) -> None:
        """Ends a program and its children at once, as a power cut would."""
        program = self.programs.pop(name)
        os.killpg(program.pid, signal.SIGKILL)
        program.wait()
        # A child may outlive it for a moment on a busy machine, and would answer for the one that is started next.
        pause, end = threading.Event(), time.monotonic() + START_SECONDS
        while is_group(program.pid):
            assert time.monotonic() < end, "a killed program goes on"
            pause.wait(0.01)

    def stop(self, name: str) -> None:
        program = self.programs.pop(name)
        program.terminate()
        program.wait(30)

    def run(self, *words: str, says: str = "") -> str:
        """Another word of the command line on the same data, answering its questions; what it prints."""
        done = self._word(*words, says=says)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def refuses(self, *words: str, says: str = "") -> str:
        """A word that must fail; the sentence it fails with."""
        done = self._word(*words, says=says)
        assert done.returncode != 0, done.stdout
        assert "Traceback" not in done.stderr, done.stderr
        return done.stderr

    def refuses_with_output(self, *words: str) -> str:
        """The same for a word that tells what it found on its ordinary output."""
        done = self._word(*words, says="")
        assert done.returncode != 0, done.stdout
        assert done.stderr == ""
        return done.stdout

    def _word(self, *words: str, says: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pathfolio.cli", *words],
            env=self.environment(),
            input=says,
            capture_output=True,
            text=True,
            check=False,
        )


@contextmanager
def running(url: str, data: Path, **settings: str) -> Iterator[Running]:
    """A started server on a prepared database; everything is gone afterwards."""
    data.mkdir(parents=True, exist_ok=True)
    server = Running(url, data, settings=settings)
    try:
        server.start()
        yield server
    finally:
        for name in list(server.programs):
            server.kill(name)


@contextmanager
def stopped(databases: Databases, data: Path, prepare: Prepare | None = None) -> Iterator[Running]:
    """An installation of which nothing runs yet: an empty data folder, and a database as prepared."""
    data.mkdir(parents=True)
    place = Running(databases.fresh(prepare), data)
    try:
        yield place
    finally:
        for name in list(place.programs):
            place.kill(name)
        databases.drop(place.url)
