"""Behind the worker unit's walls the room in which strangers' files are opened can still be made."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pathfolio_media import jail
from tests.infra import walled
from tests.support.parts import missing

UNIT = Path(__file__).parents[2] / "infra" / "systemd" / "pathfolio-worker.service"
NAMESPACES = {"user", "mnt", "pid", "net", "ipc", "uts", "cgroup"}
SECONDS = 60


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A folder that nobody's user reaches, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="pathfolio-room-", dir="/tmp"))
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def room(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The command line of the room, with the system's own programs in it: this Python may lie where nobody can look."""
    for program, package in (("bwrap", "bubblewrap"), ("systemd-analyze", "systemd")):
        if shutil.which(program) is None:
            missing(program, f"apt install {package}")
    if ctypes.util.find_library("seccomp") is None:
        missing("libseccomp", "apt install libseccomp2")
    with monkeypatch.context() as without_python:
        without_python.setattr(sys, "prefix", "/usr")
        without_python.setattr(sys, "base_prefix", "/usr")
        without_python.setattr(sys, "path", [])
        made = jail.command(scratch)
    assert made
    return made


def behind(unit: Path, *command: str) -> str:
    """What a command says behind the walls of a unit."""
    with subprocess.Popen(
        [sys.executable, walled.__file__, str(unit), *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd="/",
        start_new_session=True,
    ) as process:
        try:
            return process.communicate(timeout=SECONDS)[0]
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def test_the_room_can_be_made(room: list[str]) -> None:
    assert behind(UNIT, *room, "/bin/echo", "in the room") == "in the room\n"


def test_all_namespaces_of_the_room_are_allowed() -> None:
    (line,) = walled.values(UNIT.read_text(), "RestrictNamespaces")
    assert set(line.split()) == NAMESPACES


def test_these_walls_are_real(room: list[str], tmp_path: Path) -> None:
    """Without netlink the room fails, so a unit that forbids too much would not pass above."""
    unit = tmp_path / "strict.service"
    unit.write_text(UNIT.read_text().replace(" AF_NETLINK", ""))
    assert "Address family not supported" in behind(unit, *room, "/bin/echo", "in the room")
