"""Keeps a few programs running: starts them, restarts what dies, stops all of them in order."""

from __future__ import annotations

import http.client
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

STOP_SECONDS = 25
START_SECONDS = 60
QUICK_DEATH_SECONDS = 5
MOST_QUICK_DEATHS = 5


def program(*words: str) -> list[str]:
    """The command line of another `pathfolio` word in this very installation."""
    return [sys.executable, "-m", "pathfolio.cli", *words]


@dataclass
class Program:
    """One supervised program; a new one waits longer after each quick death."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    begun: float = 0.0
    quick_deaths: int = 0
    not_before: float = field(default=0.0)

    def start(self) -> None:
        self.begun = time.monotonic()
        # Its own group: Ctrl-C reaches the supervisor alone, which then stops its programs in order.
        self.process = subprocess.Popen(self.command, start_new_session=True)

    def tend(self) -> None:
        """Restarts the program when it has died. Raises RuntimeError when it dies again and again."""
        now = time.monotonic()
        if self.process and self.process.poll() is not None:
            status, self.process = self.process.returncode, None
            quick = now - self.begun < QUICK_DEATH_SECONDS
            self.quick_deaths = self.quick_deaths + 1 if quick else 0
            if self.quick_deaths >= MOST_QUICK_DEATHS:
                raise RuntimeError(
                    f"The {self.name} stops at every start (status {status}); see the lines above."
                )
            self.not_before = now + 0.2 * 2**self.quick_deaths
            say(f"The {self.name} stopped (status {status}); starting it again.")
        if self.process is None and now >= self.not_before:
            self.start()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def wait(self, until: float) -> None:
        if self.process:
            try:
                self.process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201 - the supervisor's words are for its terminal


class Supervisor:
    """Runs programs until SIGTERM or SIGINT; then lets each finish what it holds."""

    def __init__(self, programs: list[Program]) -> None:
        self.programs = programs
        self.stopping = threading.Event()

    def run(self, health: str, ready: Callable[[], None], authority: Path | None = None) -> None:
        """Blocks; calls `ready` once `health` answers 200. Exits the process with status 1 on failure."""
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, self._on_signal)
        for each in self.programs:
            each.start()
        failure = ""
        try:
            self._tend(health, ready, authority)
        except RuntimeError as problem:
            failure = str(problem)
        finally:
            self._stop()
        if failure:
            sys.exit(failure)

    def _on_signal(self, signum: int, frame: FrameType | None) -> None:
        del signum, frame
        self.stopping.set()

    def _tend(self, health: str, ready: Callable[[], None], authority: Path | None) -> None:
        told, begun = False, time.monotonic()
        while not self.stopping.wait(0.05 if not told else 0.5):
            for each in self.programs:
                each.tend()
            if not told and healthy(health, authority):
                ready()
                sys.stdout.flush()
                told = True
            if not told and time.monotonic() - begun > START_SECONDS:
                raise RuntimeError(f"The web server did not answer within {START_SECONDS} seconds.")

    def _stop(self) -> None:
        until = time.monotonic() + STOP_SECONDS
        for each in self.programs:
            each.stop()
        for each in self.programs:
            each.wait(until)


def healthy(address: str, authority: Path | None) -> bool:
    """Does the health page answer 200? A wrong certificate counts as no."""
    where = urlsplit(address)
    try:
        if where.scheme == "https":
            context = ssl.create_default_context(cafile=str(authority) if authority else None)
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                where.netloc, timeout=2, context=context
            )
        else:
            connection = http.client.HTTPConnection(where.netloc, timeout=2)
        connection.request("GET", where.path)
        return connection.getresponse().status == 200
    except OSError:
        return False
