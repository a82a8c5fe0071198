"""The process that children are forked from: decoders loaded, nothing else in memory.

Started by `workshop` with an empty environment, and in a room of its own where that works. On the socket that is its
standard input it says `ready`, then reads requests, one JSON line with one open file each; forks a child that limits
itself before it touches the file; waits for it no longer than allowed; and answers one JSON line: `{"ok": report}` or
`{"died": how}`. So a picture that brings a decoder down, or takes it over, meets neither secrets nor a database.
"""

import json
import os
import resource
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any, BinaryIO

from pathfolio_media import render
from pathfolio_media.limits import Limits

_LONGEST = 1 << 16


def main() -> None:
    render.set_up()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the worker decides when to stop
    worker = socket.socket(fileno=0)
    worker.sendall(b"ready\n")
    while True:
        line, files, _, _ = socket.recv_fds(worker, _LONGEST, 1)
        if not line:
            return
        with os.fdopen(files[0], "rb") as source:
            answer = _in_child(json.loads(line), source)
        worker.sendall(json.dumps(answer).encode() + b"\n")


def _in_child(request: dict[str, Any], source: BinaryIO) -> dict[str, Any]:
    limits = Limits(**request["limits"])
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _be_child(request, source, limits, writer)
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


def _be_child(request: dict[str, Any], source: BinaryIO, limits: Limits, writer: int) -> None:
    """Never returns, never unwinds into the parent's loop."""
    try:
        os.close(0)  # the way to the worker is not for decoders
        _limit(limits)
        report = render.render(source, Path(request["target"]), request["mime"], limits)
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
