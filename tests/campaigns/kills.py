"""kill -9 of the web server, and sometimes of the worker with it, in the middle of pushes and uploads."""

from __future__ import annotations

import traceback
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.campaigns.frame import Failure, Outcome, Size
from tests.campaigns.places import KINDS, SETTINGS, databases, folder
from tests.durability.endings import everything_is_as_it_was_left, finish, finish_writers
from tests.durability.endings import kill_somewhere as kill
from tests.durability.remote import Remote
from tests.durability.writers import Photographer, Promises, Pulse, Writer, stored_mutations
from tests.support.databases import Databases
from tests.support.small_school import prepare
from tests.support.warm import WarmRunning

ROUND = 25
"""Kills of one school; then everything is looked at, and a new school begins."""

PHOTOS_EVERY = 4
"""In one of so many rounds there is a worker and photos are sent. A killed worker's job is free after its lease."""

PUSHES = 12
"""At most so many begin between two kills."""

DEVICES = ("maya", "maya", "noor", "leo")
VERIFIED_SECONDS = 150


def run(size: Size) -> Outcome:
    outcome = Outcome()
    with ExitStack() as stack:
        place = stack.enter_context(folder("kills"))
        places = {kind: stack.enter_context(databases(kind, place)) for kind in KINDS}
        left = ROUND if size.extent.count is None else size.extent.count
        while not size.over(outcome.done):
            seed, count = size.first + outcome.done, min(ROUND, left)
            for kind, bases in places.items():
                one = Round(kind, seed, count, place / f"{kind}-{seed}")
                one.run(bases, outcome)
            outcome.done += count
            left = left - count if size.extent.count is not None else ROUND
    return outcome


@dataclass
class Round:
    """Some kills of one school's server, then the question whether all is there."""

    kind: str
    seed: int
    count: int
    data: Path
    pulse: Pulse = field(default_factory=Pulse)
    kept: Promises = field(default_factory=Promises)
    people: dict[str, Remote] = field(default_factory=dict)
    writers: list[Writer] = field(default_factory=list)
    photographer: Photographer | None = None

    def run(self, bases: Databases, outcome: Outcome) -> None:
        url = bases.fresh(prepare)
        settings = SETTINGS | {"PATHFOLIO_PART_BYTES": "20000"}
        server = WarmRunning(url, self.data, settings=settings)
        self.data.mkdir()
        again = f"python -m tests.campaigns kills --first {self.seed} --count {self.count}"
        try:
            self._go(server)
        except Exception as problem:  # noqa: BLE001 - whatever broke is what we came for
            detail = traceback.format_exc()
            outcome.failures.append(
                Failure(f"{self.kind} {self.seed}", str(problem), again, detail)
            )
        finally:
            for each in (*self.writers, *([self.photographer] if self.photographer else [])):
                each.enough.set()
            for name in list(server.programs):
                server.kill(name)
            bases.drop(url)
        outcome.add(f"{self.kind}: kills", self.count)
        outcome.add(f"{self.kind}: mutations acknowledged", len(self.kept.acknowledged))
        outcome.add(f"{self.kind}: pushes cut off", sum(each.retries for each in self.writers))
        if self.photographer:
            outcome.add(f"{self.kind}: photos sent through kills", len(self.photographer.photos))

    def _go(self, server: WarmRunning) -> None:
        random = Random(f"{self.kind} {self.seed}")
        photos = (self.seed // ROUND) % PHOTOS_EVERY == 1
        programs = ("web", "worker") if photos else ("web",)
        server.start(*programs)
        self.people = {name: Remote(server.port).sign_in(name) for name in set(DEVICES)}
        shared = {
            name: remote.device().create(title="Of all devices")
            for name, remote in self.people.items()
        }
        self.writers = [
            Writer(self.people[name], shared[name], random.randrange(2**32), self.pulse, self.kept)
            for name in DEVICES
        ]
        if photos:
            self.photographer = Photographer(self.people["noor"], random.getrandbits(32), self.kept)
            self.photographer.start()
        for writer in self.writers:
            writer.start()
        for number in range(self.count):
            if self.photographer and number % 5 == 0:
                self.photographer.another()
            kill(server, random, self.pulse, number if photos else 0, PUSHES)
            self.kept.check(stored_mutations(server.url))
            server.start(*programs)
        self._look(server, shared)

    def _look(self, server: WarmRunning, shared: dict[str, str]) -> None:
        """Everything that was promised, after everybody has sent what was left."""
        if self.photographer:
            finish(self.writers, self.photographer)
        else:
            finish_writers(self.writers)
        self.kept.check(stored_mutations(server.url))
        failed = [line for remote in self.people.values() for line in remote.failures]
        assert failed == [], failed
        everything_is_as_it_was_left(self.people, self.writers, shared)
        if self.photographer:
            noor = self.people["noor"]
            noor.wait_until_verified(list(self.photographer.photos), VERIFIED_SECONDS)
            for upload, data in self.photographer.photos.items():
                assert noor.fetch(upload) == data, "a photo has other bytes"
        for name in list(server.programs):
            server.stop(name)
        assert "Everything holds." in server.run("verify")
