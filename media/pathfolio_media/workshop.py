"""Pictures in, renditions out, through a child process that can do no harm.

The worker holds one `Workshop`; it starts the zygote at the first picture, and anew when it is gone.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pathfolio_media.limits import Limits
from pathfolio_media.render import ORIGINAL, Original, Report

PACKAGES = [path for path in sys.path if path]

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
    """Not for several threads at once. Close it, or use it as a context, to end the child process."""

    def __init__(self, limits: Limits | None = None, scratch: Path | None = None) -> None:
        self.limits = limits or Limits()
        self._scratch = scratch
        self._zygote: subprocess.Popen[str] | None = None

    @contextmanager
    def rendered(self, source: Path, mime: str) -> Iterator[Made]:
        """Renders the picture at `source`, which is of the sniffed type `mime`.

        A picture that is refused, broken, or takes its child process down says so in `report.refused`.
        """
        with tempfile.TemporaryDirectory(dir=self._scratch, prefix="render-") as name:
            folder = Path(name)
            answer = self._ask({"source": str(source.resolve()), "target": name, "mime": mime})
            yield Made(folder, _report(answer, folder))

    def close(self) -> None:
        """Ends the child process; the next picture starts another."""
        zygote, self._zygote = self._zygote, None
        if zygote is None:
            return
        for pipe in (zygote.stdin, zygote.stdout):
            if pipe:
                pipe.close()
        try:
            zygote.wait(timeout=5)
        except subprocess.TimeoutExpired:
            zygote.kill()
            zygote.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        line = json.dumps({**request, "limits": asdict(self.limits)})
        zygote = self._running()
        try:
            _write_line(zygote, line)
            answer = zygote.stdout.readline() if zygote.stdout else ""
        except BrokenPipeError:
            answer = ""
        if not answer:  # the zygote itself is gone, which no picture can cause: it never opens one
            self.close()
            raise RuntimeError("the process that renders pictures ended")
        found: dict[str, Any] = json.loads(answer)
        return found

    def _running(self) -> subprocess.Popen[str]:
        if self._zygote is not None and self._zygote.poll() is not None:
            self.close()
        if self._zygote is None:
            self._zygote = subprocess.Popen(  # noqa: S603 -- our own interpreter and module
                [sys.executable, "-I", "-c", _START, *PACKAGES],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={},
                text=True,
                close_fds=True,
            )
        return self._zygote


# `-I` ignores the environment and the current folder; where the packages are is told explicitly.
_START = "import sys; sys.path[:] = sys.argv[1:]; from pathfolio_media.zygote import main; main()"


def _write_line(zygote: subprocess.Popen[str], line: str) -> None:
    if zygote.stdin is None:
        raise BrokenPipeError
    zygote.stdin.write(line + "\n")
    zygote.stdin.flush()


def _report(answer: dict[str, Any], folder: Path) -> Report:
    if "died" in answer:
        return Report(
            original=_known_original(folder), refused=_DEATHS.get(answer["died"], _BROKEN)
        )
    report = Report(**answer["ok"])
    report.refused = (report.refused[0], report.refused[1]) if report.refused else None
    report.sizes = {
        name: (width, height, size) for name, (width, height, size) in report.sizes.items()
    }
    return report


def _known_original(folder: Path) -> Original:
    """What the child found out before it died; nothing at all means that nothing may be given out."""
    try:
        found = (folder / ORIGINAL).read_text()
    except FileNotFoundError:
        return "withheld"
    return "as_is" if found == "as_is" else "clean" if found == "clean" else "withheld"
