"""`pathfolio verify`: all checks in one consistent moment while the school goes on working, and what they found."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any

from pathfolio import clock, db, settings
from pathfolio.health import looking
from pathfolio.health.promises import PROMISES, Promise
from pathfolio.syncing import highwater, verify
from pathfolio.syncing.highwater import durable_write

NAME = "verified.json"
MOST_SHOWN = 20


@dataclass
class Checked:
    """One promise: how much was looked at, and a sentence for each thing that is wrong."""

    promise: Promise
    looked: int = 0
    problems: list[str] = field(default_factory=list)
    skipped: bool = False


@dataclass
class Report:
    at: str
    version: str
    seconds: float
    checks: list[Checked]

    @property
    def problems(self) -> list[str]:
        return [sentence for each in self.checks for sentence in each.problems]

    def as_json(self) -> dict[str, Any]:
        """The whole report, for programs."""
        checks = [
            {"name": each.promise.name, "title": each.promise.title, "unit": each.promise.unit}
            | {"looked": each.looked, "skipped": each.skipped, "problems": each.problems}
            | ({"advice": each.promise.advice} if each.problems else {})
            for each in self.checks
        ]
        return {
            "at": self.at, "version": self.version, "seconds": self.seconds, "good": not self.problems,
            "checks": checks,
        }  # fmt: skip

    def lines(self) -> Iterator[str]:
        """The whole report, for people."""
        for each in self.checks:
            mark = "skipped" if each.skipped else "PROBLEM" if each.problems else "ok"
            yield f"{mark:8} {each.promise.title} ({each.looked:,} {each.promise.unit})"
            yield from (f"         - {sentence}" for sentence in each.problems[:MOST_SHOWN])
            if len(each.problems) > MOST_SHOWN:
                yield f"         - and {len(each.problems) - MOST_SHOWN} more"
            if each.problems:
                yield f"         What to do: {each.promise.advice}"
        count = len(self.problems)
        yield (
            "Everything holds."
            if not count
            else f"{count} {'problem' if count == 1 else 'problems'}."
        )


def run(*, media: bool = True) -> Report:
    """Look at everything; `media` also reads and hashes every stored file. Keeps the outcome for the operator."""
    begun = time.monotonic()
    looked: Counter[str] = Counter()
    checks = {promise.name: Checked(promise) for promise in PROMISES}
    for name, sentence in _found(looked, media=media):
        checks[name].problems.append(sentence)
    for name, count in looked.items():
        checks[name].looked = count
    checks["files"].skipped = not media
    report = Report(
        clock.to_wire(clock.now()),
        metadata.version("pathfolio"),
        round(time.monotonic() - begun, 2),
        list(checks.values()),
    )
    keep(report)
    return report


def _found(looked: Counter[str], *, media: bool) -> Iterator[tuple[str, str]]:
    # Before the snapshot: a change in between is in both.
    marks = highwater.here().read()
    with db.read() as session:
        yield from looking.database(session, looked)
        yield from looking.spaces(session, looked)
        yield from looking.members(session, looked)
        yield from looking.devices(session, looked)
        yield from looking.restore(session, looked, marks)
        yield from looking.erased(session, looked)
        yield from looking.shown(session, looked)
        looking.files(session, looked)
    if media:
        yield from (("files", sentence) for sentence in verify.check_media())


def keep(report: Report) -> None:
    """Write down what was found (counts, no ids), for the operator's page."""
    found = {
        "at": report.at,
        "seconds": report.seconds,
        "checks": [
            {"name": each.promise.name, "looked": each.looked, "problems": len(each.problems), "skipped": each.skipped}
            for each in report.checks
        ],
    }  # fmt: skip
    durable_write(settings.current().data / NAME, json.dumps(found))


def last() -> dict[str, Any] | None:
    """What was found last, None where nobody ever looked."""
    try:
        found: dict[str, Any] = json.loads((settings.current().data / NAME).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found
