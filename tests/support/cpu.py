"""CPU seconds of other processes, read from /proc (Linux)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_of(roots: Iterable[int]) -> float:
    """User and system seconds of these processes and all their descendants, also of those that were reaped."""
    stats = {pid: found for pid in _processes() if (found := _stat(pid)) is not None}
    wanted, before = set(roots), 0
    while len(wanted) != before:
        before = len(wanted)
        wanted |= {pid for pid, fields in stats.items() if int(fields[1]) in wanted}
    ticks = sum(sum(map(int, stats[pid][11:15])) for pid in wanted if pid in stats)
    return ticks / TICKS


def _processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _stat(pid: int) -> list[str] | None:
    """The fields after the name: state, parent, ...; user, system, and both of reaped children are 11 to 14."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
