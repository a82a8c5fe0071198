"""What was run is kept as docs/evidence/NAME.json: a list of runs, oldest first. Benchmarks keep theirs the same way.

    {"at": "2026-11-23T19:40Z", "commit": "6417b2b…", "changed": ["backend/…"], "machine": "2 cores, …",
     "asked": {"count": 500}, "first": 1, "done": 500, "seconds": 61.2, "cpu": 58.9,
     "figures": {…}, "failures": [{"case", "said", "again", "detail"}]}

`changed` names what differed from the commit. A benchmark's run has `rows` instead of what counts cases.
"""

from __future__ import annotations

import fcntl
import json
import os
import platform
import re
import sqlite3
import subprocess
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.campaigns.frame import Outcome, Size

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "evidence"
MOST_FAILURES = 20  # kept in full; all are counted
MOST_DETAIL = 2000

Run = dict[str, Any]


def git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.rstrip() if done.returncode == 0 else ""


def changed() -> list[str]:
    """Files of code that are not as the commit has them; the evidence itself is none."""
    lines = git("status", "--porcelain").splitlines()
    return [name for line in lines if not (name := line[3:]).startswith("docs/")]


def processor() -> str:
    """The kind of processor, as far as the system tells."""
    try:
        told = Path("/proc/cpuinfo").read_text()
    except OSError:
        told = ""
    found = re.search(r"^model name\s*:\s*(.+)$", told, re.MULTILINE)
    return found[1] if found else platform.machine()


def machine() -> str:
    parts = [
        f"{os.cpu_count()} cores",
        processor(),
        f"Python {platform.python_version()}",
        f"SQLite {sqlite3.sqlite_version}",
    ]
    return ", ".join(parts)


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%MZ")


def circumstances() -> Run:
    """When, at which commit, on what."""
    return {
        "at": now(),
        "commit": git("rev-parse", "HEAD"),
        "changed": changed(),
        "machine": machine(),
    }


def campaign_run(size: Size, outcome: Outcome, seconds: float, cpu: float) -> Run:
    asked = {name: each for name, each in asdict(size.extent).items() if each is not None}
    failures = [asdict(each) for each in outcome.failures[:MOST_FAILURES]]
    for each in failures:
        each["detail"] = each["detail"][:MOST_DETAIL]
    return circumstances() | {
        "asked": asked,
        "first": size.first,
        "done": outcome.done,
        "seconds": round(seconds, 1),
        "cpu": round(cpu, 1),
        "figures": outcome.figures,
        "failed": len(outcome.failures),
        "failures": failures,
    }


def keep(name: str, run: Run, folder: Path = FOLDER) -> Path:
    """Append a run to `name`'s file; several processes may do so at once."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        runs = [*kept(name, folder), run]
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(runs, indent=1, ensure_ascii=False) + "\n")
        fresh.replace(path)
    return path


def kept(name: str, folder: Path = FOLDER) -> list[Run]:
    """Every kept run of a campaign, or of a benchmark (`bench-NAME`), oldest first."""
    path = folder / f"{name}.json"
    runs: list[Run] = json.loads(path.read_text()) if path.exists() else []
    return runs


def next_first(name: str, folder: Path = FOLDER) -> int:
    """The case after the highest one that was kept, so that runs add up instead of repeating."""
    return max((run["first"] + run["done"] for run in kept(name, folder)), default=1)


def keep_benchmark(name: str, rows: list[dict[str, Any]], folder: Path = FOLDER) -> Path:
    """Append a benchmark's run to `bench-NAME.json`.

    `rows`: one per figure, `{"what": "pull of 6,000 artifacts", "value": 1.9, "unit": "x raw SQL"}` and, where
    there is one, `"aim": "at most 2"` and `"met": true`; `"note"` says what a reader must know.
    """
    return keep(f"bench-{name}", circumstances() | {"rows": rows}, folder)
