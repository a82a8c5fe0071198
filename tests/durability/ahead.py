"""Devices that are ahead of a backup, and what they do when they meet the restored server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import create_engine, inspect, select, table, text

from pathfolio import ids
from tests.api.support_sync import Device
from tests.durability.endings import finish_writers
from tests.durability.remote import Remote, attachment
from tests.durability.writers import Promises, Pulse, Writer

Json = dict[str, Any]


@dataclass
class Ahead:
    """A device and the mutations it would still hold: what was confirmed lately (ring), what waits (outbox)."""

    remote: Remote
    device: Device = field(init=False)
    held: list[Json] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.device = self.remote.device()
        self.device.pull()

    def do(self, mutation: Json) -> str:
        """Pushes and pulls; the record."""
        self.device.must(mutation)
        self.device.pull()
        self.held.append(mutation)
        return str(mutation["record"])

    def work(self, title: str, data: bytes | None = None, upload: str = "") -> str:
        shown = {ids.new_id(): {"v": attachment(upload, data), "p": "a0"}} if data else {}
        return self.do(self.device.creation(title=title, attachments=shown))

    def meets_the_new_epoch(self) -> Json:
        """Learns of it, begins as a new client, offers all it holds, and pulls everything anew; the offer's answer."""
        before = self.device.epoch
        page = self.device.page()
        assert page["epoch"] != before
        assert (page["changes"], page["more"], page["confirmed"]) == ([], True, None)
        told = offer(self.remote, page["epoch"], self.held)
        self.device = self.remote.device()
        self.device.epoch = page["epoch"]
        self.device.pull()
        return told


def offer(remote: Remote, epoch: str, held: list[Json]) -> Json:
    """Brings outbox and ring, renumbered for a new client, in portions."""
    client = ids.new_id()
    answer: Json = {"taken": [], "had": [], "refused": []}
    for start in range(0, len(held), 200):
        part = [each | {"n": start + n} for n, each in enumerate(held[start : start + 200], 1)]
        body = {"client": client, "epoch": epoch, "mutations": part}
        for name, found in remote.must("/api/sync/offer", body).items():
            answer[name] += found
    return answer


@contextmanager
def pushing(remotes: list[Remote], kept: Promises) -> Iterator[tuple[list[Writer], Pulse]]:
    """Devices that push all the time, until the block ends and all of it is acknowledged."""
    pulse = Pulse()
    shared = [remote.device().create(title="Of all devices") for remote in remotes]
    writers = [
        Writer(remote, record, number, pulse, kept)
        for number, (remote, record) in enumerate(zip(remotes, shared, strict=True))
    ]
    for writer in writers:
        writer.start()
    try:
        yield writers, pulse
    finally:
        finish_writers(writers)


def pull_of(device: Device) -> Json:
    return {"client": device.client, "epoch": device.epoch, "schema": 1, "spaces": device.cursors}


def everything_stored(url: str) -> str:
    """All rows of all tables as one text."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return " ".join(
                bytes(value).decode("utf-8", "replace")
                if isinstance(value, bytes | memoryview)
                else str(value)
                for name in inspect(connection).get_table_names()
                for row in connection.execute(select(text("*")).select_from(table(name)))
                for value in row
            )
    finally:
        engine.dispose()
