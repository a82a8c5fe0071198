"""The systemd units, checked by systemd's own program; the nightly backup, run for real."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.parts import missing

UNITS = Path(__file__).parents[2] / "infra" / "systemd"
SERVICES = sorted(UNITS.glob("*.service"))


@pytest.fixture
def analyze() -> str:
    return shutil.which("systemd-analyze") or missing("systemd-analyze", "apt install systemd")


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units as installed, but their program is one that every machine has."""
    for unit in UNITS.glob("pathfolio-*.*"):
        text = re.sub(
            r"^(ExecStart|ExecStartPre)=\S+", r"\1=/bin/true", unit.read_text(), flags=re.MULTILINE
        )
        (tmp_path / unit.name).write_text(text)
    return tmp_path


def test_systemd_accepts_every_unit(analyze: str, units: Path) -> None:
    files = [str(path) for path in sorted(units.iterdir())]
    assert len(files) == 5
    done = subprocess.run([analyze, "verify", *files], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.name)
def test_every_service_is_hardened(analyze: str, units: Path, service: Path) -> None:
    # Exposure in tenths, of 100 ("OK" below 40); an unhardened service stands at 96. The worker may make rooms
    # (namespaces, mounts), in which the files of strangers are opened without network and without our data.
    most = 26 if service.name == "pathfolio-worker.service" else 20
    command = [
        analyze,
        "security",
        "--offline=true",
        f"--threshold={most}",
        str(units / service.name),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def nightly(folder: Path, program: Path, keep: int) -> int:
    command = [str(UNITS / "pathfolio-nightly-backup"), str(folder), str(keep)]
    environment = {**os.environ, "PATHFOLIO_PROGRAM": str(program)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.returncode


@pytest.fixture
def old_backups(tmp_path: Path) -> Path:
    folder = tmp_path / "backups"
    for name in ("2020-01-01-0230", "2020-01-02-0230", "2020-01-03-0230", "the-founder's-own-copy"):
        (folder / name).mkdir(parents=True)
    return folder


def program(folder: Path, script: str) -> Path:
    path = folder / "pathfolio"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_the_nightly_backup_keeps_the_newest_and_what_it_did_not_make(
    old_backups: Path, tmp_path: Path
) -> None:
    assert nightly(old_backups, program(tmp_path, 'mkdir "$2"'), keep=2) == 0
    names = sorted(path.name for path in old_backups.iterdir())
    assert len(names) == 3
    assert names[0] == "2020-01-03-0230"
    assert names[-1] == "the-founder's-own-copy"


def test_a_failed_backup_drops_no_older_one(old_backups: Path, tmp_path: Path) -> None:
    assert nightly(old_backups, program(tmp_path, "exit 3"), keep=1) == 3
    assert len(list(old_backups.iterdir())) == 4
