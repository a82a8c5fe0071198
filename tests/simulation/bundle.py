"""The device process: the shipped engine bundled for Node, made anew when its sources changed."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from functools import cache
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = (ROOT / "pwa" / "src" / "data", Path(__file__).parent / "device")
BUNDLES = ROOT / ".cache" / "device"
KEPT = 3
NAME = "main.mjs"
SECONDS = 120


@cache
def bundle() -> Path:
    """The bundle of today's sources. Raises CalledProcessError where they don't build."""
    folder = BUNDLES / _print()
    made = folder / NAME
    BUNDLES.mkdir(parents=True, exist_ok=True)
    with (BUNDLES / f"{folder.name}.lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)  # several test processes may start at once
        if not made.exists():
            build = Path(__file__).parent / "device" / "build"
            command = [str(build), "--outDir", str(folder)]
            subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
            _forget_old(folder)
    return made


def planted(made: Path, folder: Path, old: str, new: str) -> Path:
    """A copy of a bundle with a bug in it. Raises ValueError unless `old` is in it exactly once."""
    text = made.read_text()
    if text.count(old) != 1:
        raise ValueError(f"the bundle holds {text.count(old)} times: {old}")
    path = folder / NAME
    path.write_text(text.replace(old, new))
    return path


@cache
def node() -> str:
    """The program Node that this working copy uses."""
    ask = [str(ROOT / "infra" / "dev" / "node"), "-p", "process.execPath"]
    return subprocess.run(ask, check=True, capture_output=True, text=True).stdout.strip()


def _print() -> str:
    digest = sha256()
    for source in SOURCES:
        for path in sorted(source.rglob("*")):
            if path.is_file() and ".test." not in path.name:
                digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _forget_old(newest: Path) -> None:
    others = [path for path in BUNDLES.iterdir() if path.is_dir() and path != newest]
    others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in others[KEPT:]:
        shutil.rmtree(path, ignore_errors=True)
        path.with_suffix(".lock").unlink(missing_ok=True)
