"""The process that children are forked from: decoders loaded, nothing else in memory.

Started by `workshop` with an empty environment. It reads one JSON request per line, forks a child that limits
itself before it touches the file, waits for it no longer than allowed, and answers one JSON line:
`{"ok": report}` or `{"died": how}`. So a picture that brings a decoder down, or
takes it over, meets neither secrets nor a database connection.
"""

import json
import os
import resource
import signal
import sys
import time
from pathlib import Path
from typing import Any

from pathfolio_media import render
from pathfolio_media.limits import Limits


def main() -> None:
    render.set_up()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the worker decides when to stop
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(_in_child(request)), flush=True)  # noqa: T201 -- the answer


def _in_child(request: dict[str, Any]) -> dict[str, Any]:
    limits = Limits(**request["limits"])
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _be_child(request, limits, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as answers:
        how = _wait(child, limits.wall_seconds)
        answer = answers.read() if how == "" else b""
    return json.loads(answer) if answer else {"died": how or "silent"}


def _wait(child: int, seconds: float) -> str:
    """Empty when the child ended well, else how it died. The report fits the pipe, so it never blocks on us."""
    until = time.monotonic() + seconds
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            return "" if code == 0 else f"signal {-code}" if code < 0 else f"exit {code}"
        if time.monotonic() > until:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return "time"
        time.sleep(0.005)


def _be_child(request: dict[str, Any], limits: Limits, writer: int) -> None:
    """Never returns, never unwinds into the parent's loop."""
    try:
        _limit(limits)
        source, target = Path(request["source"]), Path(request["target"])
        report = render.render(source, target, request["mime"], limits)
        os.write(writer, json.dumps({"ok": report.as_json()}).encode())
        os._exit(0)
    except MemoryError:
        os._exit(9)
    finally:
        os._exit(1)


def _limit(limits: Limits) -> None:
    caps = {
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_FSIZE: limits.output_bytes,
        resource.RLIMIT_CORE: 0,
    }
    if sys.platform != "darwin":  # macOS refuses a limit below what is mapped already
        caps[resource.RLIMIT_AS] = limits.memory
    for what, most in caps.items():
        resource.setrlimit(what, (most, most))
    os.nice(10)


if __name__ == "__main__":
    main()
