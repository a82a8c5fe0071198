"""Keeps a few programs running: starts them, restarts what dies, stops all of them in order."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from pathfolio.commands.signals import stop_event

STOP_SECONDS = 25
START_SECONDS = 60
QUICK_DEATH_SECONDS = 20
MOST_QUICK_DEATHS = 5
LONGEST_PAUSE = 60
SUPERVISED = "PATHFOLIO_SUPERVISED"


def program(*words: str) -> list[str]:
    """The command line of another `pathfolio` word in this very installation."""
    return [sys.executable, "-m", "pathfolio.cli", *words]


@dataclass
class Program:
    """One supervised program; a new one waits longer after each quick death.

    Without one that is `needed` nothing goes on; the others are tried for ever.
    """

    name: str
    command: list[str]
    needed: bool = True
    process: subprocess.Popen[bytes] | None = None
    begun: float = 0.0
    quick_deaths: int = 0
    not_before: float = field(default=0.0)

    def start(self) -> None:
        self.begun = time.monotonic()
        # Its own group: Ctrl-C reaches the supervisor alone, which then stops its programs in order.
        # Its input: a pipe of which only the supervisor holds the other end, see `end_with_supervisor`.
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, SUPERVISED: "1"},
        )

    def tend(self) -> None:
        """Restarts the program when it has died. Raises RuntimeError when one that is needed dies again and again."""
        now = time.monotonic()
        if self.process and self.process.poll() is not None:
            status = self.process.returncode
            self._clear()
            quick = now - self.begun < QUICK_DEATH_SECONDS
            self.quick_deaths = self.quick_deaths + 1 if quick else 0
            if self.needed and self.quick_deaths >= MOST_QUICK_DEATHS:
                raise RuntimeError(
                    f"The {self.name} stops at every start (status {status}); see the lines above."
                )
            pause = min(LONGEST_PAUSE, 0.2 * 2**self.quick_deaths)
            self.not_before = now + pause
            say(f"The {self.name} stopped (status {status}); starting it again in {pause:.1f} s.")
        if self.process is None and now >= self.not_before:
            self.start()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def wait(self, until: float) -> None:
        if self.process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(max(0.1, until - time.monotonic()))
            self._clear()

    def _clear(self) -> None:
        """Ends what the program left of its group, such as a child that still listens on the port."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self.process.stdin:
            self.process.stdin.close()
        self.process = None


def end_with_supervisor() -> None:
    """Called by a supervised program: should the supervisor be killed, its end of our input closes, and we stop."""
    if not os.environ.pop(SUPERVISED, ""):
        return

    def watch() -> None:
        os.read(0, 1)  # not `sys.stdin`, whose lock would outlive us in forked children
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="supervisor watch", daemon=True).start()


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201 - the supervisor's words are for its terminal


class Supervisor:
    """Runs programs, the first one first, until SIGTERM or SIGINT; then lets each finish what it holds."""

    def __init__(self, programs: list[Program]) -> None:
        self.programs = programs

    def run(self, health: str, ready: Callable[[], None], authority: Path | None = None) -> None:
        """Blocks; calls `ready` once `health` answers 200. Exits the process with status 1 on failure."""
        stop = stop_event()
        failure = ""
        try:
            self._tend(stop, health, ready, authority)
        except RuntimeError as problem:
            failure = str(problem)
        finally:
            self._stop()
        if failure:
            sys.exit(failure)

    def _tend(
        self,
        stop: threading.Event,
        health: str,
        ready: Callable[[], None],
        authority: Path | None,
    ) -> None:
        told = False
        while not stop.wait(0.05 if not told else 0.5):
            # The first one answers sooner when the others do not start beside it.
            for each in self.programs if told else self.programs[:1]:
                each.tend()
            if not told and healthy(health, authority):
                ready()
                sys.stdout.flush()
                told = True
            if not told and time.monotonic() - self.programs[0].begun > START_SECONDS:
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
