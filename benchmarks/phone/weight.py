"""How much a phone fetches, by the same sums as the test of the budgets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.client import test_budgets as budgets

Row = dict[str, Any]


def rows() -> list[Row]:
    """Kilobytes after gzip, beside what is allowed."""
    manifest = json.loads((budgets.DIST / ".vite" / "manifest.json").read_text())
    entry = next(source for source, chunk in manifest.items() if chunk.get("isEntry"))
    words = {source for source in budgets.languages(manifest)[0] if source.endswith("/index.ts")}
    first = max(
        budgets.packed(
            budgets.scripts(
                manifest,
                budgets.closure(manifest, entry) | budgets.closure(manifest, route) | words,
            )
        )
        for route in budgets.first_routes(manifest)
    )
    others = {source for language in budgets.languages(manifest)[1:] for source in language}
    daily = filter(budgets.is_daily, set(manifest) - others)
    styles = [str(path.relative_to(budgets.DIST)) for path in budgets.DIST.rglob("*.css")]
    every: list[Path] = [path for path in budgets.DIST.rglob("*") if path.is_file()]
    kept = sum(path.stat().st_size for path in every if ".vite" not in path.parts)
    return [
        weight("script of the first screen, gz", first, budgets.FIRST_ROUTE_SCRIPT),
        weight(
            "script of all daily screens, gz",
            budgets.packed(budgets.scripts(manifest, daily)),
            budgets.ALL_SCRIPT,
        ),
        weight("styles, gz", budgets.packed(styles), budgets.STYLES),
        weight("service worker, gz", budgets.packed(["sw.js"]), budgets.SERVICE_WORKER),
        weight("everything kept for a start without a network, not packed", kept, budgets.PRECACHE),
    ]


def weight(what: str, size: int, most: int) -> Row:
    aim = f"at most {most / 1000:g} kB"
    return {
        "what": what,
        "value": round(size / 1000, 1),
        "unit": "kB",
        "aim": aim,
        "met": size <= most,
    }
