"""A failing seed made short: what is left of its steps and hits all has to happen for the promise to break.

Delta debugging (Zeller and Hildebrandt, 2002) in a simple form: leave out what belongs together, then ever smaller
pieces, while it still fails.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.simulation.plan import ACT, IN_A_ROW, Hit, Plan, Step

Json = dict[str, Any]
Part = Step | Hit
REGRESSIONS = Path(__file__).parent / "regressions"
SECONDS = 60.0


def shrunk(plan: Plan, fails: Callable[[Plan], bool], seconds: float = SECONDS) -> Plan:
    """The shortest plan found in so much time of this process that still fails.

    `plan` must name its hits, and fail.
    """
    until = time.process_time() + seconds

    def still(parts: list[Part]) -> bool:
        return time.process_time() < until and fails(with_parts(plan, parts))

    parts: list[Part] = [*plan.steps, *sorted(plan.hits or ())]
    for group in groups(parts):
        fewer = [part for part in parts if part not in group]
        if len(fewer) < len(parts) and still(fewer):
            parts = fewer
    size = max(1, len(parts) // 4)
    while True:
        before, at = len(parts), 0
        while at < len(parts) and time.process_time() < until:
            fewer = parts[:at] + parts[at + size :]
            if still(fewer):
                parts = fewer
            else:
                at += size
        if time.process_time() >= until or (size == 1 and len(parts) == before):
            return with_parts(plan, parts)
        size = max(1, size // 2)


def groups(parts: list[Part]) -> list[set[Part]]:
    """What belongs together: all hits, all of one fault, all that one person did in a row; the largest first."""
    found: dict[object, set[Part]] = defaultdict(set)
    for part in parts:
        if isinstance(part, Hit):
            found["hits"].add(part)
            found["hit", part.fault].add(part)
            found["device", part.device].add(part)
        elif part.what == ACT:
            found["sitting", part.key // IN_A_ROW].add(part)
        else:
            found["step", part.what].add(part)
    return sorted(found.values(), key=len, reverse=True)


def with_parts(plan: Plan, parts: list[Part]) -> Plan:
    steps = tuple(part for part in parts if isinstance(part, Step))
    hits = frozenset(part for part in parts if isinstance(part, Hit))
    return replace(plan, steps=steps, hits=hits)


def keep(plan: Plan, said: str) -> Path:
    """Write a plan down as a test that runs from now on; see test_regressions.py."""
    REGRESSIONS.mkdir(exist_ok=True)
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
