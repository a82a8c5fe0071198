"""What a planted bug is, and the tables of them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

TABLES = ("engine", "server", "rules")
"""In the device's engine; in the server; in the merge rules."""
ENGINE = "engine"


@dataclass(frozen=True)
class Change:
    """`old` gives way to `new`, in the engine's bundle or in a function of the server, `module:function`."""

    where: str
    old: str
    new: str


@dataclass(frozen=True)
class Bug:
    """`faults` bring it to light, `promises` are those that may then be found broken."""

    name: str
    table: str
    changes: tuple[Change, ...]
    faults: tuple[str, ...]
    promises: frozenset[int]
    seed: int
    """That caught it when this was written: tried first."""

    def at(self, *, engine: bool) -> Iterable[Change]:
        return (change for change in self.changes if (change.where == ENGINE) == engine)


def _bug(table: str, told: dict[str, Any]) -> Bug:
    changes = tuple(
        Change(each.get("where", ENGINE), each["old"], each["new"]) for each in told["change"]
    )
    return Bug(
        told["name"],
        table,
        changes,
        tuple(told["faults"]),
        frozenset(told["promises"]),
        told.get("seed", 1),
    )


@cache
def bugs(*tables: str) -> dict[str, Bug]:
    """The bugs of these tables, by name; of all without any."""
    found: dict[str, Bug] = {}
    for table in tables or TABLES:
        text = Path(__file__).with_name(f"{table}.toml").read_text()
        found |= {each["name"]: _bug(table, each) for each in tomllib.loads(text)["bug"]}
    return found
