"""The same real programs as `running`, forked from a process that has imported everything: started in a moment.

Python's imports are most of a start. Where a server is started hundreds of times, they are done once; all else
(settings, database, locks, sockets, granian's own processes) begins anew each time, as in a fresh process.
"""

from __future__ import annotations

import atexit
import io
import multiprocessing
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.context import ForkServerContext, ForkServerProcess

from tests.support.running import Running

BEFORE = "TESTS_BEFORE"
"""Names a module whose `install()` a program calls before it begins, to meet with faults."""

_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT
_context: ForkServerContext | None = None


def context() -> ForkServerContext:
    """Starts the process with the imports at first use; it ends with this one."""
    global _context  # noqa: PLW0603 - one for the whole process
    if _context is None:
        _context = multiprocessing.get_context("forkserver")
        _context.set_forkserver_preload(["__main__", "tests.support.warm_imports"])
    return _context


def _run(words: list[str], environment: dict[str, str], files: tuple[str, str, str]) -> None:
    """What the child does: become a program of its own, then `pathfolio WORDS`."""
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    for descriptor, (path, flags) in enumerate(
        zip(files, (os.O_RDONLY, _APPEND, _APPEND), strict=True)
    ):
        if path:
            os.dup2(os.open(path, flags, 0o600), descriptor)
    if before := environment.get(BEFORE):
        import_module(before).install()
    sys.stdin = io.TextIOWrapper(io.FileIO(0, closefd=False))
    # granian asks for the way of starting processes that a program of its own would have.
    multiprocessing.set_start_method("fork", force=True)
    try:
        import_module("pathfolio.cli").main(words, prog_name="pathfolio")
    finally:
        atexit._run_exitfuncs()  # a process of multiprocessing ends without them
        sys.stdout.flush()
        sys.stderr.flush()


class Forked:
    """A forked program with the face of `subprocess.Popen`."""

    def __init__(
        self, words: tuple[str, ...], environment: dict[str, str], files: tuple[str, str, str]
    ) -> None:
        self._process: ForkServerProcess = context().Process(
            target=_run, args=(list(words), environment, files)
        )
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def terminate(self) -> None:
        self._process.terminate()

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("pathfolio", timeout or 0)
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode


@dataclass
class WarmRunning(Running):
    """`Running` whose programs start in a moment. `output`: the file to which they say what they have to say."""

    output: str = ""

    def _launch(self, *words: str) -> Forked:
        return Forked(words, self.environment(), (os.devnull, self.output, self.output))

    def _word(self, *words: str, says: str) -> subprocess.CompletedProcess[str]:
        with (
            tempfile.NamedTemporaryFile("w+") as given,
            tempfile.NamedTemporaryFile("r") as out,
            tempfile.NamedTemporaryFile("r") as err,
        ):
            given.write(says)
            given.flush()
            program = Forked(words, self.environment(), (given.name, out.name, err.name))
            code = program.wait()
            return subprocess.CompletedProcess(words, code, out.read(), err.read())
