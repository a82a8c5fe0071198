"""pouchdb-server on LevelDB, used as CouchDB's protocol wants it: `_bulk_docs` in, `_changes` out.

One database for each student, as its makers advise, in one Node process.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.peers import installing
from benchmarks.peers.peer import STUDENTS, Peer, free_port, program
from benchmarks.peers.wire import Wire
from tests.support import race

NOTES = (
    "One Node process, one LevelDB for each student, everybody an admin (no sign-in). Answers before anything is "
    "flushed to the disk (LevelDB's default), so a power cut may take what was acknowledged. Promises the order of "
    "changes in each database; keeps conflicting revisions and shows one; does not merge. Its makers call it a tool "
    "for development and advise CouchDB for production."
)


@contextmanager
def pouchdb(place: Path) -> Iterator[Peer]:
    """A started pouchdb-server with an empty database for each student."""
    place.mkdir()
    home, port = installing.pouchdb(), free_port()
    package = home / "node_modules" / "pouchdb-server"
    node = str(installing.ROOT / "infra" / "dev" / "node")
    (place / "data").mkdir()
    command = [
        node,
        str(package / "bin" / "pouchdb-server"),
        "--port",
        str(port),
        "--dir",
        str(place / "data"),
    ]
    command += ["--config", str(place / "config.json"), "--no-stdout-logs"]
    environment = {**os.environ, "NODE_ENV": "production", "NODE_NO_WARNINGS": "1"}
    with program(command, port, place / "log", environment) as pid:
        store = PouchStore(port)
        for name in STUDENTS:
            store.client().must("PUT", f"/{name}")
        number = json.loads((package / "package.json").read_text())["version"]
        release = subprocess.run([node, "--version"], check=True, capture_output=True, text=True)
        yield Peer(f"pouchdb-server {number}, Node {release.stdout.strip()}", store, [pid], NOTES)


class Client:
    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def must(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - whatever the server said
        """Raises OSError for a 5xx and for a broken connection."""
        data = None if body is None else json.dumps(body).encode()
        try:
            told = self.wire.exchange(method, path, data, {"Content-Type": "application/json"})
        except http.client.HTTPException as problem:
            raise ConnectionError(str(problem)) from problem
        if told.status >= 500:
            raise ConnectionError(f"{told.status} {told.body[:200]!r}")
        if told.status not in {200, 201}:
            raise RuntimeError(f"{method} {path}: {told.status} {told.body[:400]!r}")
        return json.loads(told.body)


class PouchStore:
    def __init__(self, port: int) -> None:
        self.port = port
        self.wires: list[Wire] = []

    def client(self) -> Client:
        self.wires.append(Wire(self.port))
        return Client(self.wires[-1])

    def writer(self, number: int) -> PouchWriter:
        return PouchWriter(self.client(), STUDENTS[number % len(STUDENTS)])

    def reader(self) -> PouchReader:
        return PouchReader(self.client())


class PouchWriter:
    def __init__(self, client: Client, name: str) -> None:
        self.client, self.path = client, f"/{name}/_bulk_docs"

    def write(self, batch: list[race.Record]) -> set[str]:
        docs = [{"_id": key, **fields} for key, fields in batch]
        told = self.client.must("POST", self.path, {"docs": docs})
        # A conflict here is the record of an earlier try.
        return {row["id"] for row in told if row.get("ok") or row.get("name") == "conflict"}


class PouchReader:
    def __init__(self, client: Client) -> None:
        self.client = client
        self.since: dict[str, Any] = dict.fromkeys(STUDENTS, 0)

    @property
    def wire(self) -> Wire:
        return self.client.wire

    def poll(self) -> set[str]:
        return {key for name in STUDENTS for key in self.news(name)}

    def news(self, name: str) -> set[str]:
        told = self.changes(name, self.since[name])
        self.since[name] = told["last_seq"]
        return {row["id"] for row in told["results"]}

    def everything(self) -> set[str]:
        return {row["id"] for name in STUDENTS for row in self.changes(name, 0)["results"]}

    def changes(self, name: str, since: object) -> Any:  # noqa: ANN401 - as the server tells it
        return self.client.must("GET", f"/{name}/_changes?include_docs=true&since={since}")
