"""The services of the systemd units, started by hand with the walls that a process can put around itself."""

import http.client
import os
import re
import shlex
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[2] / "infra" / "systemd"
PROGRAM = Path(sys.executable).parent / "pathfolio"

# NoNewPrivileges= and MemoryDenyWriteExecute= by hand; a kernel before 6.3 has not the second one.
WALLED = """
import ctypes, os, sys
prctl = ctypes.CDLL(None).prctl
assert prctl(38, 1, 0, 0, 0) == 0
prctl(65, 1, 0, 0, 0)
os.umask(0o077)
os.execv(sys.argv[1], sys.argv[1:])
"""

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="systemd is Linux's")


def commands(unit: str, key: str) -> list[list[str]]:
    """The command lines of `key` in a unit, for the program of this working copy."""
    lines = re.findall(rf"^{key}=(.*)$", (UNITS / unit).read_text(), re.MULTILINE)
    return [[str(PROGRAM), *shlex.split(line)[1:]] for line in lines]


def environment(unit: str, data: Path, port: int) -> dict[str, str]:
    given = dict(
        pair.split("=", 1)
        for line in re.findall(r"^Environment=(.*)$", (UNITS / unit).read_text(), re.MULTILINE)
        for pair in line.split()
    )
    assert given["PATHFOLIO_DATA"] == "/var/lib/pathfolio"
    here = {"PATHFOLIO_DATA": str(data), "PORT": str(port)}
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **given, **here}


@contextmanager
def running(unit: str, data: Path, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    [command] = commands(unit, "ExecStart")
    process = subprocess.Popen(
        [sys.executable, "-c", WALLED, *command],
        env=environment(unit, data, port),
        cwd=data,
        start_new_session=True,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def eventually(true: Callable[[], bool], process: "subprocess.Popen[bytes]", what: str) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert process.poll() is None, f"ended before {what}"
        assert time.monotonic() < deadline, f"30 seconds without {what}"
        time.sleep(0.05)


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/api/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def heeds_being_told(pid: int) -> bool:
    """Has the process a handler for SIGTERM by now? Before that, SIGTERM just ends it."""
    [caught] = re.findall(
        r"^SigCgt:\s*(\w+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE
    )
    return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)


@pytest.fixture(scope="module")
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, port: int) -> Path:
    """A data folder that the web unit's first step has prepared."""
    folder = tmp_path_factory.mktemp("data")
    folder.chmod(0o700)
    unit = "pathfolio-web.service"
    [migrate] = commands(unit, "ExecStartPre")
    subprocess.run(
        migrate, env=environment(unit, folder, port), cwd=folder, check=True, capture_output=True
    )
    return folder


@linux_only
def test_the_web_service_serves_behind_its_walls_and_stops_when_told(data: Path, port: int) -> None:
    with running("pathfolio-web.service", data, port) as web:
        eventually(lambda: answers(port), web, "an answer")
        web.send_signal(signal.SIGTERM)
        assert web.wait(timeout=30) == 0


@linux_only
def test_nobody_else_on_the_machine_can_read_what_the_service_writes(data: Path, port: int) -> None:
    with running("pathfolio-web.service", data, port) as web:
        eventually(lambda: answers(port), web, "an answer")
    secrets = [path for path in (data / "secrets").rglob("*") if path.is_file()]
    assert secrets
    assert [path for path in secrets if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


@linux_only
def test_the_worker_runs_behind_its_walls_and_stops_when_told(data: Path, port: int) -> None:
    with running("pathfolio-web.service", data, port) as web:
        eventually(lambda: answers(port), web, "an answer")
        with running("pathfolio-worker.service", data, port) as worker:
            eventually(lambda: heeds_being_told(worker.pid), worker, "heeding SIGTERM")
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(timeout=30) == 0
