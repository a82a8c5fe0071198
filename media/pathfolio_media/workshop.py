"""Pictures in, renditions out, through a child process that can do no harm.

The worker holds one `Workshop`; it starts the zygote at the first picture, and anew when it is gone. The picture
is handed over as an open file, so that the child needs to see no other file of the school.
"""

import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pathfolio_media import jail
from pathfolio_media.files import open_plain
from pathfolio_media.limits import Limits
from pathfolio_media.render import ORIGINAL, Original, Report

# `-I` ignores the environment and the current folder; where the packages are is told explicitly.
_START = "import sys; sys.path[:] = sys.argv[1:]; from pathfolio_media.zygote import main; main()"
_START_SECONDS = 30

_DEATHS = {
    "time": ("too_slow", "This picture took too long to open."),
    "signal 24": ("too_slow", "This picture took too long to open."),
    "signal 25": ("too_large", "This picture needs more room than this school gives it."),
    "exit 9": ("too_large", "This picture needs more memory than this school gives it."),
}
_BROKEN = ("unreadable", "This picture can't be opened: the file is broken.")


@dataclass(frozen=True)
class Made:
    """Renditions as files in a folder that goes with the context, and what they are."""

    folder: Path
    report: Report


class Workshop:
    """Not for several threads at once. Close it, or use it as a context, to end the child process.

    `jailed` tells, once a picture was rendered, whether the child has a room of its own (see `jail`).
    """

    def __init__(self, limits: Limits | None = None, scratch: Path | None = None) -> None:
        """`scratch`: a folder that somebody sweeps, since a killed worker leaves its last renditions behind."""
        self.limits = limits or Limits()
        self.jailed = True
        self._parent = scratch
        self._scratch = self._new_scratch()
        self._zygote: _Zygote | None = None

    @contextmanager
    def rendered(self, source: Path, mime: str) -> Iterator[Made]:
        """Renders the picture at `source`, which is of the sniffed type `mime`.

        A picture that is refused, broken, or takes its child process down says so in `report.refused`.
        """
        if not Path(self._scratch.name).is_dir():  # swept while nothing was to do
            self._end()
            self._scratch.cleanup()
            self._scratch = self._new_scratch()
        with tempfile.TemporaryDirectory(dir=self._scratch.name) as name:
            request = {"target": name, "mime": mime, "limits": asdict(self.limits)}
            answer = self._ask(request, source)
            yield Made(Path(name), _report(answer, Path(name)))

    def close(self) -> None:
        """Ends the child process and removes what it left."""
        self._end()
        self._scratch.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def _new_scratch(self) -> "tempfile.TemporaryDirectory[str]":
        return tempfile.TemporaryDirectory(
            prefix="render-", dir=self._parent, ignore_cleanup_errors=True
        )

    def _ask(self, request: dict[str, Any], source: Path) -> dict[str, Any]:
        answer = self._running().ask(request, source)
        if (
            answer is None
        ):  # the zygote itself is gone, which no picture can cause: it never opens one
            self._end()
            raise RuntimeError("the process that renders pictures ended")
        return answer

    def _running(self) -> "_Zygote":
        if self._zygote is not None and not self._zygote.is_alive():
            self._end()
        if self._zygote is None and self.jailed:
            self._zygote = _started(jail.command(Path(self._scratch.name)))
            self.jailed = self._zygote is not None
        if self._zygote is None:
            self._zygote = _started([])
        if self._zygote is None:
            raise RuntimeError("the process that renders pictures does not start")
        return self._zygote

    def _end(self) -> None:
        zygote, self._zygote = self._zygote, None
        if zygote is not None:
            zygote.close()


class _Zygote:
    """The process and the socket on which requests, with an open file each, and answers travel as lines."""

    def __init__(self, prefix: list[str]) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 -- our own interpreter and module
                [*prefix, sys.executable, "-I", "-c", _START, *filter(None, sys.path)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={},
            )
        self._lines = self._socket.makefile("r")

    def is_ready(self) -> bool:
        """Whether it came up; a room that can't be made ends at once."""
        self._socket.settimeout(_START_SECONDS)
        try:
            ready = self._lines.readline() == "ready\n"
        except TimeoutError:
            ready = False
        self._socket.settimeout(None)
        return ready

    def is_alive(self) -> bool:
        return self.process.poll() is None

    def ask(self, request: dict[str, Any], source: Path) -> dict[str, Any] | None:
        try:
            with source.open("rb") as file:
                socket.send_fds(
                    self._socket, [json.dumps(request).encode() + b"\n"], [file.fileno()]
                )
            line = self._lines.readline()
        except (BrokenPipeError, ConnectionResetError):
            return None
        found: dict[str, Any] | None = json.loads(line) if line else None
        return found

    def close(self) -> None:
        self._lines.close()
        self._socket.close()  # the zygote ends when nobody can ask it any more
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _started(prefix: list[str] | None) -> _Zygote | None:
    if prefix is None:
        return None
    zygote = _Zygote(prefix)
    if zygote.is_ready():
        return zygote
    zygote.process.kill()
    zygote.close()
    return None


def _report(answer: dict[str, Any], folder: Path) -> Report:
    if "died" in answer:
        refused = _DEATHS.get(answer["died"], _BROKEN)
        return Report(original=_known_original(folder), refused=refused)
    report = Report(**answer["ok"])
    report.refused = (report.refused[0], report.refused[1]) if report.refused else None
    report.sizes = {name: (size[0], size[1], size[2]) for name, size in report.sizes.items()}
    return report


def _known_original(folder: Path) -> Original:
    """What the child found out before it died; nothing at all means that nothing may be given out."""
    try:
        with open_plain(folder / ORIGINAL) as file:
            found = file.read(len("withheld"))
    except OSError:
        return "withheld"
    return "as_is" if found == b"as_is" else "clean" if found == b"clean" else "withheld"
