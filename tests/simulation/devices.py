"""The Node process that hosts all simulated devices: one line in, what follows from it out."""

from __future__ import annotations

import atexit
import json
import os
import select
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.simulation.bundle import node
from tests.simulation.ledger import BrokenPromiseError

Json = dict[str, Any]
REST_SECONDS = 20.0
OPTIONS = ("--no-warnings", "--single-threaded-gc")
ENCODER = json.JSONEncoder(separators=(",", ":"))


class DeviceError(Exception):
    """What the engine threw; `slug` is that of a typed problem."""

    def __init__(self, told: Json) -> None:
        super().__init__(f"{told['name']}: {told['sentence']}")
        self.slug: str | None = told.get("slug")


@dataclass
class Pending:
    """A command whose answer waits for something else, such as the network."""

    id: int


class Devices:
    """Speaks to the process. After each line all promises are settled: only timers and requests wait."""

    def __init__(self, bundle: Path) -> None:
        self.bundle = bundle
        self._process = subprocess.Popen(
            [node(), *OPTIONS, str(bundle)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdin
        assert self._process.stdout
        self._in, self._out = self._process.stdin, self._process.stdout.fileno()
        self._read = bytearray()
        self.begin()

    def begin(self) -> None:
        """A new world with no device in it."""
        self._ids = 0
        self._results: dict[int, Json] = {}
        self.now = 0
        self.next: int | None = None
        self.requests: list[Json] = []
        self.crashed: list[str] = []
        self._say({"do": "begin"})

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _line(self) -> Json:
        """The next line that the process says. Raises BrokenPromiseError when it never comes to rest."""
        while (end := self._read.find(b"\n")) < 0:
            self._more()
        told: Json = json.loads(self._read[:end])
        del self._read[: end + 1]
        return told

    def _more(self) -> None:
        ready, _, _ = select.select([self._out], [], [], REST_SECONDS)
        if not ready:
            raise BrokenPromiseError(6, "the engine goes round in circles")
        more = os.read(self._out, 1 << 20)
        if not more:
            raise RuntimeError("the device process ended")
        self._read += more

    def _say(self, line: Json) -> None:
        line["now"] = self.now
        self._in.write(ENCODER.encode(line).encode("ascii") + b"\n")
        self._in.flush()
        while True:
            told = self._line()
            if "idle" in told:
                self.now, self.next = told["now"], told["next"]
                return
            if "request" in told:
                self.requests.append(told)
            elif "crashed" in told:
                self.crashed.append(told["crashed"])
            else:
                self._results[told["id"]] = told

    def advance(self, to: int) -> None:
        """Let time pass, with all timers that are due on the way."""
        self.must(self.ask("advance", to=to))

    def ask(self, do: str, device: str = "", *args: object, **more: object) -> Pending:
        """Give a command."""
        self._ids += 1
        line = {"id": self._ids, "do": do, "device": device, "args": list(args)}
        self._say(line | more)
        return Pending(self._ids)

    def done(self, pending: Pending) -> bool:
        return pending.id in self._results

    def must(self, pending: Pending) -> Any:  # noqa: ANN401 - JSON
        """The value of a command that is done. Raises DeviceError."""
        told = self._results.pop(pending.id)
        if "error" in told:
            raise DeviceError(told["error"])
        return told["value"]

    def call(self, do: str, device: str, *args: object, **more: object) -> Any:  # noqa: ANN401 - JSON
        """A command that needs nothing else to be done."""
        return self.must(self.ask(do, device, *args, **more))

    def answer(self, request: int, answer: Json) -> None:
        self._say({"answer": request} | answer)


_kept: Devices | None = None


def devices(bundle: Path) -> Devices:
    """The process of a bundle, in a new world: one is kept from seed to seed, as its start costs as much as a seed."""
    global _kept  # noqa: PLW0603 - a process is what is kept
    if _kept is not None and _kept.bundle == bundle:
        try:
            _kept.begin()
        except (BrokenPromiseError, RuntimeError, OSError):
            stop()
        else:
            return _kept
    stop()
    _kept = Devices(bundle)
    return _kept


@atexit.register
def stop() -> None:
    """End the process that is kept."""
    global _kept  # noqa: PLW0603 - as above
    if _kept is not None:
        _kept.stop()
    _kept = None
