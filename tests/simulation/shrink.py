"""A failing seed made short: what is left of its steps and hits all has to happen for the promise to break.

Delta debugging (Zeller and Hildebrandt, 2002) in its simple form: leave out ever smaller pieces while it still fails.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.simulation.plan import Hit, Plan, Step

Json = dict[str, Any]
REGRESSIONS = Path(__file__).parent / "regressions"
SECONDS = 60.0


def shrunk(plan: Plan, fails: Callable[[Plan], bool], seconds: float = SECONDS) -> Plan:
    """The shortest plan found in this time that still fails. `plan` must name its hits, and fail."""
    until = time.monotonic() + seconds
    parts: list[Step | Hit] = [*plan.steps, *sorted(plan.hits or ())]
    size = max(1, len(parts) // 2)
    while True:
        before, at = len(parts), 0
        while at < len(parts) and time.monotonic() < until:
            fewer = parts[:at] + parts[at + size :]
            if fails(with_parts(plan, fewer)):
                parts = fewer
            else:
                at += size
        if time.monotonic() >= until or (size == 1 and len(parts) == before):
            return with_parts(plan, parts)
        size = max(1, size // 2)


def with_parts(plan: Plan, parts: list[Step | Hit]) -> Plan:
    steps = tuple(part for part in parts if isinstance(part, Step))
    hits = frozenset(part for part in parts if isinstance(part, Hit))
    return replace(plan, steps=steps, hits=hits)


def keep(plan: Plan, said: str) -> Path:
    """Write a plan down as a test that runs from now on; see test_regressions.py."""
    path = REGRESSIONS / f"{plan.seed.replace(' ', '-')}.json"
    path.write_text(written(plan, said))
    return path


def written(plan: Plan, said: str) -> str:
    """One step or hit per line."""
    told = plan.as_json()
    lines = [f'  "{name}": [\n    {_rows(told.pop(name))}\n  ]' for name in ("steps", "hits")]
    head = [f'  "{name}": {json.dumps(value)}' for name, value in ({"said": said} | told).items()]
    return "{\n" + ",\n".join(head + lines) + "\n}\n"


def _rows(rows: list[Json]) -> str:
    return ",\n    ".join(json.dumps(row) for row in rows)


def read(path: Path) -> Plan:
    return Plan.from_json(json.loads(path.read_text()))
