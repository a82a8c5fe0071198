"""docs/evidence/found.toml: every failure that was found, its cause, its fix and the test that keeps it fixed."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

from tests.campaigns.evidence import FOLDER, ROOT

COMMIT = re.compile(r"[0-9a-f]{7,40}")


@dataclass(frozen=True)
class Found:
    """One entry; `test` is a file and, after `::`, words that stand in it."""

    date: date
    by: str
    broke: str
    cause: str
    fix: list[str]
    test: str
    cases: list[str] = field(default_factory=list)

    def problems(self) -> list[str]:
        """What is wrong with the entry itself; empty when it can be shown."""
        path, _, words = self.test.partition("::")
        told = []
        if not (self.by and self.broke and self.cause):
            told.append("by, broke and cause must say something")
        told += [f"no commit: {each}" for each in self.fix if not COMMIT.fullmatch(each)]
        if not (ROOT / path).is_file():
            told.append(f"no such test: {path}")
        elif words and words not in (ROOT / path).read_text():
            told.append(f"{path} does not hold {words!r}")
        return [f"found.toml, {self.broke[:60]!r}: {each}" for each in told]


def entry(table: dict[str, Any]) -> Found:
    names = {each.name for each in fields(Found)}
    if unknown := table.keys() - names:
        raise ValueError(f"found.toml: an entry has no {', '.join(sorted(unknown))}: {table}")
    return Found(**table)


def read(folder: Path = FOLDER) -> list[Found]:
    """All entries, newest day first, otherwise as written. Raises ValueError on an unknown key."""
    path = folder / "found.toml"
    tables = tomllib.loads(path.read_text()).get("found", []) if path.exists() else []
    return sorted((entry(each) for each in tables), key=lambda each: each.date, reverse=True)
