"""Pull and push through the whole application: routing, session, validation, history, on SQLite as it is shipped.

Floor of a pull: reading the same stored bytes with one SQL statement and joining them. Times are CPU seconds of this
process, the smallest of several rounds, since the machine is shared.
"""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from pathfolio import clock, db, ids
from pathfolio.app import create_app
from pathfolio.settings import Settings
from pathfolio_sync import wire_time
from tests.support.small_school import PASSWORD, prepare

ARTIFACTS = 6000
BATCH = 100
PUSHED = 1000
ROUNDS = 5
WORDS = "I measured it three times and drew it before I cut the wood, because the saw wanders. " * 4


class Device:
    """One signed-in device before the application itself, without a network between."""

    def __init__(self, app: Flask, username: str) -> None:
        self.http: FlaskClient = app.test_client()
        self.client = ids.new_id()
        self.n = 0
        body = {"username": username, "password": PASSWORD, "device": "bench", "shared": False}
        self.person = self.post("/api/session", body)["person"]["id"]

    def post(self, path: str, body: object) -> dict[str, Any]:
        answer = self.http.post(
            path,
            json=body,
            base_url="https://bench.test",
            headers={"Sec-Fetch-Site": "same-origin"},
        )
        if answer.status_code >= 300:
            raise RuntimeError(f"{path}: {answer.status_code} {answer.get_data(as_text=True)}")
        found: dict[str, Any] = answer.get_json()
        return found

    def artifacts(self, count: int) -> list[dict[str, Any]]:
        """Pushes of new artifacts, BATCH each, ready to be sent."""
        pushes = []
        for _ in range(count // BATCH):
            at = wire_time(clock.now())
            mutations = []
            for _ in range(BATCH):
                self.n += 1
                fields = {
                    "title": f"Piece {self.n}",
                    "words": WORDS,
                    "tags": {"wood": {"text": "wood"}},
                }
                mutations.append({
                    "id": ids.new_id(), "n": self.n, "space": f"p:{self.person}", "op": "create",
                    "record": ids.new_id(), "field": None, "value": {"kind": "artifact", "fields": fields},
                    "base": None, "after": None, "pulled": None, "at": at,
                })  # fmt: skip
            pushes.append({"client": self.client, "schema": 1, "now": at, "mutations": mutations})
        return pushes

    def pull_all(self) -> int:
        """A first sync, page by page; how many bytes of JSON came."""
        vector: dict[str, Any] = {}
        size = 0
        while True:
            answer = self.http.post(
                "/api/sync/pull",
                json={
                    "client": self.client,
                    "epoch": None,
                    "schema": 1,
                    "spaces": vector,
                    "limit": 2000,
                },
                base_url="https://bench.test",
                headers={"Sec-Fetch-Site": "same-origin", "Accept-Encoding": "identity"},
            )
            size += len(answer.data)
            # Only the head is needed here; a device parses everything, but that is not the server's work.
            begun = time.process_time()
            page = answer.get_json()
            self.parsing += time.process_time() - begun
            vector = page["spaces"]
            if not page["more"]:
                return size

    parsing = 0.0


def cpu(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        url = f"sqlite:///{data / 'bench.sqlite'}"
        prepare(url)
        app = create_app(
            Settings(
                data=data / "data",
                database_url=url,
                log_level="ERROR",
                device_calls=10**9,
                address_calls=10**9,
            )
        )
        device = Device(app, "maya")
        print("push:", end=" ", flush=True)
        measure_push(device)
        measure_pull(app, device, data / "bench.sqlite")


def measure_push(device: Device) -> None:
    """Fills the school on the way; the figure is of the last PUSHED mutations."""
    for push in device.artifacts(ARTIFACTS - PUSHED):
        device.post("/api/sync/push", push)
    pushes = device.artifacts(PUSHED)
    spent = [cpu(lambda push=push: device.post("/api/sync/push", push)) for push in pushes]  # type: ignore[misc]
    print(
        f"{PUSHED} mutations in batches of {BATCH}, SQLite, synchronous=FULL: {PUSHED / sum(spent):,.0f} per server "
        f"CPU second (best batch {BATCH / min(spent):,.0f})"
    )


def measure_pull(app: Flask, device: Device, path: Path) -> None:
    pulls, floors, size = [], [], 0
    for _ in range(ROUNDS):
        device.parsing = 0.0
        whole = cpu(device.pull_all)
        pulls.append(whole - device.parsing)
        floors.append(cpu(lambda: floor(path, device.person)))
    size = device.pull_all()
    with app.app_context():
        db.db.engine.dispose()
    print(
        f"pull of {ARTIFACTS} artifacts ({size / 1e6:.1f} MB of JSON): {min(pulls) * 1e3:.0f} ms CPU; raw SQL "
        f"and join of the same bytes {min(floors) * 1e3:.0f} ms; ratio {min(pulls) / min(floors):.1f}"
    )


def floor(path: Path, person: str) -> bytes:
    """What no server can beat: the stored bytes, in one statement, joined."""
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute(
            "SELECT body FROM record WHERE space = ? AND NOT gone ORDER BY seq DESC",
            (f"p:{person}",),
        )
        return b"[" + b",".join(row[0] for row in rows) + b"]"
    finally:
        connection.close()


if __name__ == "__main__":
    run()
