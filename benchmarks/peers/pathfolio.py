"""Pathfolio itself, as the campaign races it, with wires that count."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from benchmarks.peers.peer import Peer
from benchmarks.peers.wire import Wire
from tests.api.support_sync import Device
from tests.campaigns.places import SETTINGS
from tests.durability.remote import Answer
from tests.support.databases import Databases, PostgresDatabases
from tests.support.race_pathfolio import TEACHER, KeptRemote, PathfolioStore, RaceReader
from tests.support.running import Running, running
from tests.support.small_school import prepare

NOTES = (
    "Sign-in, permission, validation, history and digests included; every answer is flushed to the disk. Promises that "
    "nothing acknowledged is lost, that the feed is complete, and to merge both sides of a conflict."
)


@contextmanager
def pathfolio(place: Path, databases: Databases, *, processes: int) -> Iterator[Peer]:
    """The small school behind so many web processes on a fresh database."""
    place.mkdir()
    url = databases.fresh(prepare)
    kind = "PostgreSQL" if isinstance(databases, PostgresDatabases) else "SQLite"
    with ExitStack() as stack:
        first = stack.enter_context(running(url, place / "data", **SETTINGS))
        first.kill("worker")
        started = [first]
        for _ in range(processes - 1):
            each = Running(url, place / "data", settings=SETTINGS)
            stack.callback(stop_all, each)
            each.start("web")
            started.append(each)
        roots = [program.pid for each in started for program in each.programs.values()]
        if isinstance(databases, PostgresDatabases):
            roots.append(databases.server.pid)
        store = WiredStore([each.port for each in started])
        notes = f"{processes} web process{'es' if processes > 1 else ''}. {NOTES}"
        yield Peer(f"Pathfolio {metadata.version('pathfolio')} on {kind}", store, roots, notes)


def stop_all(server: Running) -> None:
    for name in list(server.programs):
        server.kill(name)


@dataclass
class WiredRemote(KeptRemote):
    wire: Wire = field(default_factory=lambda: Wire(0))

    def _exchange(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> Answer:
        told = self.wire.exchange(method, path, body, headers)
        return Answer(told.status, told.headers, told.body)


class WiredReader(RaceReader):
    """Asks as the client does: with the hash of what it has, and in full only where something moved."""

    def __init__(self, remote: WiredRemote) -> None:
        self.hash: str | None = None
        self.wire = remote.wire
        super().__init__(remote)

    def poll(self) -> set[str]:
        return set() if self.hash and self.nothing_moved(self.hash) else super().poll()

    def nothing_moved(self, known: str) -> bool:
        device = self.device
        body = {"client": device.client, "epoch": device.epoch, "schema": 1, "vector": known}
        return device.post("pull", body).status_code == 204

    def _pull(self, device: Device) -> set[str]:
        found: set[str] = set()
        while True:
            page = device.page()
            device.epoch, device.cursors, self.hash = page["epoch"], page["spaces"], page["vector"]
            found |= {row["id"] for row in page["changes"] if row["kind"] == "artifact"}
            if not page["more"]:
                return found


@dataclass
class WiredStore(PathfolioStore):
    wires: list[Wire] = field(default_factory=list)

    def reader(self) -> WiredReader:
        return WiredReader(self._remote(TEACHER))

    def _remote(self, username: str) -> WiredRemote:
        port = next(self._turns)
        self.wires.append(Wire(port))
        remote = WiredRemote(port, wire=self.wires[-1])
        remote.sign_in(username)
        self.remotes.append(remote)
        return remote
