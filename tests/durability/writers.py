"""Devices that push without pause while the server is being killed, and remember what they were promised."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from sqlalchemy import create_engine, text

from pathfolio import clock, ids
from pathfolio.demo import pictures
from pathfolio_sync import CONSUMED_START, consumed_hash
from tests.api.support_sync import Device
from tests.durability.remote import LostError, Remote, attachment

Json = dict[str, Any]
PAINTERS = sorted(pictures.PAINTERS)
AT_ONCE = 4  # batches in one push at most


class Pulse:
    """Counts pushes that are on their way, so that a kill can hit the middle of one."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0

    def beat(self) -> None:
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    def wait(self, beats: int) -> None:
        """Until so many more began. Raises AssertionError when nobody pushes any more."""
        with self._changed:
            end = self._count + beats
            assert self._changed.wait_for(lambda: self._count >= end, 120), "the writers stopped"


@dataclass
class Promises:
    """What all devices together sent and what the server acknowledged."""

    batches: list[list[str]] = field(default_factory=list)
    acknowledged: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def check(self, stored: set[str]) -> None:
        """Against the ids in the database: nothing acknowledged is missing, no batch is there by half."""
        assert self.faults == []
        missing = self.acknowledged - stored
        assert not missing, f"{len(missing)} acknowledged mutations are gone"
        halves = [each for each in self.batches if 0 < len(stored.intersection(each)) < len(each)]
        assert not halves, f"{len(halves)} batches are there by half"


class Sender(threading.Thread):
    """A device that works until it has had `enough`; what goes wrong in it is kept among the faults."""

    def __init__(self, name: str, remote: Remote, seed: int, kept: Promises) -> None:
        super().__init__(name=name, daemon=True)
        self.remote, self.random, self.kept = remote, Random(seed), kept
        self.device: Device = remote.device()
        self.enough, self.pause = threading.Event(), threading.Event()

    def run(self) -> None:
        try:
            self.work()
        except Exception as problem:  # noqa: BLE001 - whatever it is, the test must hear of it
            self.kept.faults.append(f"{self.name}: {problem!r}")

    def work(self) -> None:
        raise NotImplementedError


class Writer(Sender):
    """Saves batch after batch and sends what waits, again and again until it is acknowledged.

    A batch makes a work, edits it, and tags the one work that all devices of this person share: one space,
    so one transaction.
    """

    def __init__(
        self, remote: Remote, shared: str, seed: int, pulse: Pulse, kept: Promises
    ) -> None:
        super().__init__(f"writer {seed}", remote, seed, kept)
        self.shared, self.pulse = shared, pulse
        self.outbox: list[list[Json]] = []
        self.ring: list[Json] = []
        self.hashes = [CONSUMED_START]
        self.titles: dict[str, str] = {}
        self.revisions: dict[str, int] = {}
        self.tags: set[str] = set()
        self.retries = 0

    def work(self) -> None:
        while not self.enough.is_set() or self.outbox:
            if not self.enough.is_set() and len(self.outbox) < AT_ONCE:
                self.save()
            self.send()

    def save(self) -> None:
        record, device = ids.new_id(), self.device
        batch = [device.creation(record=record, title="first")]
        for number in range(self.random.randint(1, 5)):
            self.titles[record] = f"title {number}"
            batch.append(device.set(record, "title", self.titles[record]))
        batch.append(device.text(record, "words", "Words " * self.random.randint(1, 200)))
        self.revisions[record] = len(batch)
        tag = ids.new_id()
        self.tags.add(tag)
        batch.append(
            device.mutation(
                "add", self.shared, field="tags", value={"key": tag, "v": {"text": tag}}, after=None
            )
        )
        for each in batch:
            self.hashes.append(consumed_hash(self.hashes[-1], each["id"]))
        self.kept.batches.append([each["id"] for each in batch])
        self.outbox.append(batch)

    def send(self) -> None:
        waiting = [each for batch in self.outbox for each in batch]
        body = {"client": self.device.client, "schema": 1, "now": clock.to_wire(clock.now())}
        self.pulse.beat()
        try:
            answer = self.remote.post("/api/sync/push", json=body | {"mutations": waiting})
        except LostError:
            self.retries += 1
            self.pause.wait(0.1)
            return
        told = answer.get_json()
        assert answer.status_code == 200, told
        assert told["last_n"] == waiting[-1]["n"], "not everything was consumed"
        assert told["hash"] == self.hashes[told["last_n"]], "other mutations were consumed"
        odd = [each for each in told["results"] if each["status"] != "ok"]
        assert odd == []
        self.kept.acknowledged.update(each["id"] for each in waiting)
        self.ring += waiting
        self.outbox.clear()


class Photographer(Sender):
    """Sends a photo each time it is asked to, through whatever happens to the server."""

    def __init__(self, remote: Remote, seed: int, kept: Promises) -> None:
        super().__init__("photographer", remote, seed, kept)
        self.wanted = threading.Semaphore(0)
        self.photos: dict[str, bytes] = {}

    def another(self) -> None:
        self.wanted.release()

    def stop(self) -> None:
        self.enough.set()
        self.wanted.release()

    def work(self) -> None:
        while self.wanted.acquire() and not self.enough.is_set():
            self.take()

    def take(self) -> None:
        upload, seed = ids.new_id(), str(self.random.random())
        data = pictures.jpeg(self.random.choice(PAINTERS), seed)
        shown = {ids.new_id(): {"v": attachment(upload, data), "p": "a0"}}
        made = self.device.creation(title="A photo", attachments=shown)
        self.photos[upload] = data
        self.kept.batches.append([made["id"]])
        self.again(lambda: self.push(made))
        self.again(lambda: self.remote.send_file(data, upload))

    def push(self, made: Json) -> None:
        told = self.device.push(made)
        assert told["last_n"] == made["n"]
        assert [each["status"] for each in told["results"]] in (
            ["ok"],
            [],
        )  # none: it was taken before
        self.kept.acknowledged.add(made["id"])

    def again(self, step: Callable[[], object]) -> None:
        while True:
            try:
                step()
            except LostError:
                self.pause.wait(0.05)
            else:
                return


def stored_mutations(url: str) -> set[str]:
    """The ids of all mutations in the database, read without the server."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            found = connection.execute(text("SELECT id FROM history")).scalars().all()
    finally:
        engine.dispose()
    assert len(found) == len(set(found))
    return set(found)
