"""Spoiled calls of sync against the real server: always a proper answer, nothing damaged, nothing of others read.

Real traffic is recorded from the app's own engine, said again, and between its calls their spoiled copies are sent. A
quarter goes through the whole application as HTTP requests; the rest through the same code below the routing (parser of
JSON, envelope, locks, transaction), which takes a fifth of the time.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from random import Random
from types import SimpleNamespace
from typing import Any
from unittest import mock

from pathfolio.syncing import writer
from tests.campaigns import judging
from tests.campaigns.forging import Envelope, Forger
from tests.campaigns.frame import Failure, Outcome, Size
from tests.campaigns.shortcut import shortcut
from tests.campaigns.traffic import SYNC, Said, Stage, record
from tests.simulation.school import School

CHAPTER = 10_000
"""Spoiled calls between one recorded day and the next, before everything is checked."""


def run(size: Size) -> Outcome:
    outcome = Outcome()
    school = School()
    school.app.config["PROPAGATE_EXCEPTIONS"] = True  # what would be a 500 is told with its place
    while not size.over(outcome.done):
        left = (size.extent.count or CHAPTER) - outcome.done
        chapter = Chapter(school, size.first + outcome.done, min(CHAPTER, max(left, 1)))
        chapter.run(outcome)
    return outcome


class Chapter:
    """One recorded day, said again with `count` spoiled calls in between."""

    def __init__(self, school: School, first: int, count: int) -> None:
        self.school, self.first, self.count = school, first, count
        self.seed = f"envelopes {first}"
        self.failures: dict[str, Failure] = {}
        self.broke = 0
        self.logged: list[str] = []

    def run(self, outcome: Outcome) -> None:
        said = record(self.school, self.seed)
        stage = Stage(self.school, self.seed)
        secrets = judging.Secrets(stage)
        forger = Forger(Random(self.seed), said, stage, secrets)
        ears = SimpleNamespace(exception=self.hear, warning=lambda *_, **__: None)
        with mock.patch.object(writer, "log", ears):
            for number, call in self.calls(said, stage):
                self.one(outcome, stage, forger.forge(call), number, secrets)
        self.at_the_end(stage, secrets)
        outcome.done += self.count
        outcome.add("broken", self.broke)
        outcome.failures.extend(self.failures.values())

    def calls(self, said: list[Said], stage: Stage) -> Iterator[tuple[int, Said]]:
        """Says the day again, and gives each call of sync as often as it is to be spoiled."""
        total = sum(each.path in SYNC for each in said)
        seen = number = 0
        for each in said:
            stage.say(each)
            if each.path in SYNC:
                seen += 1
                while number < self.count * seen // total:
                    yield self.first + number, each
                    number += 1

    def one(
        self, outcome: Outcome, stage: Stage, sent: Envelope, number: int, secrets: judging.Secrets
    ) -> None:
        """Send one, and judge what comes back."""
        self.logged.clear()
        try:
            if sent.over_http:
                status, kind, text = stage.post(sent.person, sent.path, sent.data, **sent.headers)
            else:
                status, kind, text = shortcut(self.school, sent.person, sent.path, sent.data)
        except Exception as error:  # noqa: BLE001 - anything that is no answer would be a 500
            self.broken(number, sent, f"the server failed: {where(error)}")
            return
        outcome.add("through HTTP" if sent.over_http else "below the routing")
        outcome.add(f"answered {status}")
        wrong = judging.wrong(sent.path, status, kind, text) or secrets.told(sent.person, text)
        if self.logged:
            wrong = f"the server failed on a change and refused it: {self.logged[0]}"
        if wrong:
            self.broken(number, sent, wrong)
        elif status == 200 and sent.path.endswith("/push"):
            outcome.add("changes judged under the lock", text.count(b'"status"'))
        sent.heard(status, text)

    def at_the_end(self, stage: Stage, secrets: judging.Secrets) -> None:
        """The server's own check finds nothing, and what nobody else may touch is as it was."""
        last = Envelope("", "", b"", self.seed)
        for problem in (*self.school.problems(), *secrets.changed(stage)):
            self.broken(self.first + self.count - 1, last, problem)

    def hear(self, what: str, **_: Any) -> None:  # noqa: ANN401 - whatever is logged
        self.logged.append(f"{what}: {traceback.format_exc(limit=-3)}")

    def broken(self, number: int, sent: Envelope, said: str) -> None:
        """Each kind of failure once; all are counted."""
        self.broke += 1
        again = f"python -m tests.campaigns envelopes --first {self.first} --count {self.count}"
        text = (
            f"{sent.trick} as {sent.person}: POST {sent.path} {sent.headers} {sent.data[:3000]!r}"
        )
        self.failures.setdefault(said[:80], Failure(str(number), said[:600], again, text))


def where(error: BaseException) -> str:
    steps = traceback.extract_tb(error.__traceback__)[-3:]
    places = " < ".join(
        f"{step.filename.rpartition('/')[2]}:{step.lineno}" for step in reversed(steps)
    )
    return f"{type(error).__name__}: {str(error)[:200]} at {places}"
