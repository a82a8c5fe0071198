"""`pathfolio serve` as an operator starts it: without a terminal, with everything below it in view."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.running import answers, free_port

READY_SECONDS = 240  # only ends what hangs; how long it takes is measured, not tested
CHANGE_SECONDS = 60


@dataclass
class Served:
    """A started supervisor; `ready` is the wall time in seconds until it said so."""

    process: subprocess.Popen[str]
    port: int
    said: list[str] = field(default_factory=list)
    ready: float = 0.0

    def wait_until_ready(self) -> None:
        begun, end = time.monotonic(), threading.Timer(READY_SECONDS, self.process.kill)
        end.start()
        assert self.process.stdout
        for line in self.process.stdout:
            self.said.append(line.rstrip("\n"))
            if line.startswith("Ready:"):
                break
        end.cancel()
        assert self.said, "it ended without a word"
        assert self.said[-1].startswith("Ready:"), self.said
        self.ready = time.monotonic() - begun

    def below(self) -> dict[int, str]:
        """Every process that it started, and theirs: id -> command line."""
        return family(self.process.pid)

    def one(self, word: str) -> int:
        """The program `pathfolio word` directly below."""
        mine = processes()
        (found,) = [
            pid
            for pid, (parent, command) in mine.items()
            if parent == self.process.pid and f"pathfolio.cli {word}" in command
        ]
        return found

    def end(self, signum: int = signal.SIGTERM) -> int:
        """The exit status after a signal."""
        self.process.send_signal(signum)
        return self.process.wait(60)


def processes() -> dict[int, tuple[int, str]]:
    """All living processes: id -> (parent, command line)."""
    told = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,stat=,args="], check=True, capture_output=True, text=True
    )
    found = {}
    for line in told.stdout.splitlines():
        pid, parent, state, *command = line.split(None, 3)
        if not state.startswith("Z"):
            found[int(pid)] = (int(parent), command[0] if command else "")
    return found


def family(of: int) -> dict[int, str]:
    alive, found, new = processes(), {}, {of}
    while new:
        new = {pid for pid, (parent, _) in alive.items() if parent in new}
        found.update({pid: alive[pid][1] for pid in new})
    return found


def until(true: object, what: str) -> None:
    """Waits until the call is true. Raises AssertionError."""
    assert callable(true)
    pause, end = threading.Event(), time.monotonic() + CHANGE_SECONDS
    while not true():
        assert time.monotonic() < end, f"not within {CHANGE_SECONDS} s: {what}"
        pause.wait(0.05)


@contextmanager
def serving(
    data: Path | None,
    *words: str,
    port: int | None = None,
    before: tuple[str, ...] = (),
    folder: Path | None = None,
) -> Iterator[Served]:
    """Ready when the block begins; ended when it ends.

    `before`: what the command line begins with. `folder`: where it is started; data None: as its default says.
    """
    port = port or free_port()
    served = Served(start(data, *words, port=port, before=before, folder=folder), port)
    try:
        served.wait_until_ready()
        yield served
    finally:
        below = served.below()
        if served.process.poll() is None:
            served.process.terminate()
        served.process.communicate(timeout=60)
        for pid in below:
            if pid in processes():
                os.kill(pid, signal.SIGKILL)


def start(
    data: Path | None,
    *words: str,
    port: int,
    before: tuple[str, ...] = (),
    folder: Path | None = None,
) -> subprocess.Popen[str]:
    place = {"PATHFOLIO_DATA": str(data)} if data else {}
    return subprocess.Popen(
        [*before, sys.executable, "-m", "pathfolio.cli", "serve", *words],
        env={**os.environ, "PATHFOLIO_LOG_LEVEL": "ERROR", "PORT": str(port)} | place,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )  # fmt: skip


def healthy(port: int) -> bool:
    return answers(port)
