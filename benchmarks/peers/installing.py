"""Puts the peers into a folder of their own, once for each state of the locked lists."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCKS = Path(__file__).with_name("locks")
PLACE = ROOT / ".cache" / "peers"


def kinto() -> Path:
    """The virtual environment with Kinto and uWSGI; made where it is missing or old."""
    folder = PLACE / "kinto"
    lock = LOCKS / "kinto.txt"
    if not is_current(folder, lock):
        say("Kinto and uWSGI (uWSGI is compiled: a minute)")
        begin(folder)
        run(sys.executable, "-m", "venv", str(folder))
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        run(*pip, "--disable-pip-version-check", "--require-hashes", "-r", str(lock))
        finish(folder, lock)
    return folder


def pouchdb() -> Path:
    """The folder whose `node_modules` hold pouchdb-server; LevelDB comes prebuilt."""
    folder = PLACE / "pouchdb"
    lock = LOCKS / "package-lock.json"
    if not is_current(folder, lock):
        say("pouchdb-server")
        begin(folder)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(LOCKS / name, folder / name)
        npm = str(ROOT / "infra" / "dev" / "npm")
        # Without scripts: one optional database of the list would be compiled, and is not used.
        run(npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder))
        finish(folder, lock)
    return folder


def say(what: str) -> None:
    print(f"installing into {PLACE.relative_to(ROOT)}: {what}", flush=True)


def begin(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def run(*command: str) -> None:
    """Quietly; raises SystemExit with all that was said when the command fails."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"this failed: {' '.join(command)}\n{done.stdout}")


def is_current(folder: Path, lock: Path) -> bool:
    stamp = folder / "stamp"
    return stamp.is_file() and stamp.read_text() == digest(lock)


def finish(folder: Path, lock: Path) -> None:
    (folder / "stamp").write_text(digest(lock))


def digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
