"""Pull and push through the whole application: routing, session, validation, history, on SQLite as it is shipped.

Floor of a pull: reading the same stored bytes with one SQL statement and joining them. Times are CPU seconds of this
process, the smallest of several rounds, since the machine is shared; what asks is prepared before the clock starts.
"""

from __future__ import annotations

import io
import json
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask
from sqlalchemy import select

from benchmarks.load.device import Device as Working
from benchmarks.load.line import Line
from benchmarks.load.run import Rows, row, told
from benchmarks.load.school import Seat, prepare
from benchmarks.textbook import Textbook
from pathfolio import clock, db, ids
from pathfolio.app import create_app
from pathfolio.commands.web import settle
from pathfolio.people.models import Person
from pathfolio.settings import Settings
from pathfolio.syncing import write

T = TypeVar("T")

ARTIFACTS = 6000
SPACES = 150
BATCH = 100
PUSHED = 1000
ROUNDS = 5
EMPTY_PULLS = 100
WORDS = "I measured it three times and drew it before I cut the wood, because the saw wanders. " * 4

Json = dict[str, Any]


class Device:
    """One signed-in device before the application itself, without a network or a web server between."""

    def __init__(self, app: Flask, seat: Seat) -> None:
        self.app = app
        self.seat = seat
        self.client = ids.new_id()
        self.n = 0
        self.epoch: str | None = None
        self.vector: Json = {}

    def asks(self, call: str, body: object) -> Callable[[], bytes]:
        """A call that is ready to be made; what it answers."""
        data = json.dumps(body).encode()
        place = {
            "REQUEST_METHOD": "POST", "PATH_INFO": f"/api/sync/{call}", "QUERY_STRING": "",
            "SERVER_NAME": "bench.test", "SERVER_PORT": "443", "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "bench.test", "HTTP_SEC_FETCH_SITE": "same-origin", "REMOTE_ADDR": "10.0.0.1",
            "HTTP_COOKIE": f"__Host-pathfolio={self.seat.token}", "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(data)), "wsgi.url_scheme": "https", "wsgi.version": (1, 0),
            "wsgi.errors": io.StringIO(), "wsgi.multithread": True, "wsgi.multiprocess": False, "wsgi.run_once": False,
        }  # fmt: skip

        def ask() -> bytes:
            status = ""

            def start(told: str, *_: object) -> Callable[[bytes], object]:
                nonlocal status
                status = told
                return io.BytesIO().write

            answer = b"".join(self.app(place | {"wsgi.input": io.BytesIO(data)}, start))
            if not status.startswith("2"):
                raise RuntimeError(f"{call}: {status} {answer[:300]!r}")
            return answer

        return ask

    def pushes(self, mutations: list[Json]) -> list[Callable[[], bytes]]:
        now = clock.to_wire(clock.now())
        head = {"client": self.client, "schema": 1, "now": now}
        parts = [mutations[at : at + BATCH] for at in range(0, len(mutations), BATCH)]
        return [self.asks("push", head | {"mutations": part}) for part in parts]

    def artifacts(self, count: int) -> list[Json]:
        """New pieces of work."""
        at = clock.to_wire(clock.now())
        made = []
        for _ in range(count):
            self.n += 1
            fields = {
                "title": f"Piece {self.n}",
                "words": WORDS,
                "tags": {"wood": {"text": "wood"}},
            }
            made.append({
                "id": ids.new_id(), "n": self.n, "space": f"p:{self.seat.person}", "op": "create",
                "record": ids.new_id(), "field": None, "value": {"kind": "artifact", "fields": fields},
                "base": None, "after": None, "pulled": None, "at": at,
            })  # fmt: skip
        return made

    def mixed(self, count: int) -> list[Json]:
        """New pieces that are then edited: two creations, a title, a text, a tag, and again."""
        working = Working(self.seat, Line(0, ""), n=self.n)
        working.write(count)
        self.n = working.n
        return working.outbox

    def pull_all(self) -> tuple[float, int]:
        """A first sync, page by page: CPU seconds of the server, bytes of JSON."""
        self.vector, self.epoch = {}, None
        seconds, size = 0.0, 0
        while True:
            spent, answer = cpu(self.asks("pull", self.looks(spaces=self.vector, limit=2000)))
            page = json.loads(answer)
            seconds, size = seconds + spent, size + len(answer)
            self.vector, self.epoch, self.hash = page["spaces"], page["epoch"], page["vector"]
            if not page["more"]:
                return seconds, size

    def looks(self, **more: Any) -> Json:  # noqa: ANN401 - JSON
        return {"client": self.client, "epoch": self.epoch, "schema": 1} | more


def cpu(work: Callable[[], T]) -> tuple[float, T]:
    begun = time.process_time()
    found = work()
    return time.process_time() - begun, found


def run() -> Rows:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        path = data / "bench.sqlite"
        seats = prepare(f"sqlite:///{path}", 3)
        app = create_app(Settings(
            data=data / "data", database_url=f"sqlite:///{path}", log_level="ERROR",
            device_calls=10**9, address_calls=10**9,
        ))  # fmt: skip
        settle()
        student, other = (Device(app, seat) for seat in seats.students[:2])
        rows = [
            *pushes(student, other),
            *pulls(student, path, Textbook(path, data / "text.sqlite")),
        ]
        rows += empty_pulls(Device(app, seats.teachers[0]))
        with app.app_context():
            db.db.engine.dispose()
    return rows


def pushes(student: Device, other: Device) -> Rows:
    """Fills the portfolio on the way; the figure is of the last rounds."""
    for push in student.pushes(student.artifacts(ARTIFACTS - ROUNDS * PUSHED // 2)):
        push()
    made, mixed = [], []
    for _ in range(ROUNDS):
        made.append(sum(cpu(push)[0] for push in student.pushes(student.artifacts(PUSHED // 2))))
        mixed.append(sum(cpu(push)[0] for push in other.pushes(other.mixed(PUSHED // 2))))
    rate, edits = PUSHED / 2 / min(made), PUSHED / 2 / min(mixed)
    note = f"in batches of {BATCH}, SQLite with synchronous=FULL; best of {ROUNDS} rounds"
    return told(
        row("New pieces pushed", rate, "a server CPU second", "4,000", rate >= 4000)
        | {"note": f"{note}, all together {PUSHED * ROUNDS / 2 / sum(made):,.0f}"},
        {"what": "New and edited pieces pushed", "value": round(edits), "unit": "a server CPU second"}
        | {"note": "of five changes two make a piece, one each edits its title, its text, a tag"},
    )  # fmt: skip


def pulls(student: Device, path: Path, textbook: Textbook) -> Rows:
    whole, floors, usual, size = [], [], [], 0
    for _ in range(ROUNDS):
        spent, size = student.pull_all()
        whole.append(spent)
        floors.append(cpu(lambda: floor(path, student.seat.person))[0])
        usual.append(cpu(textbook.pull)[0])
    ratio, textbooks = min(whole) / min(floors), min(usual) / min(floors)
    note = f"{size / 1e6:.1f} MB of JSON: {min(whole) * 1e3:.0f} ms of CPU, raw SQL {min(floors) * 1e3:.0f} ms"
    return told(
        row(f"Pull of {ARTIFACTS} pieces", ratio, "times raw SQL that joins the same bytes", "at most 2", ratio <= 2)
        | {"note": note},
        {"what": "The same by an ORM and marshmallow", "value": round(textbooks, 1), "unit": "times raw SQL"}
        | {"note": f"{min(usual) * 1e3:.0f} ms of CPU, without routing, session and permission"},
    )  # fmt: skip


def empty_pulls(teacher: Device) -> Rows:
    """Nothing is new for a teacher of many students."""
    see_many(teacher)
    teacher.pull_all()
    found = {}
    for name, body in (
        ("short form", teacher.looks(vector=teacher.hash)),
        ("whole vector", teacher.looks(spaces=teacher.vector)),
    ):
        ask = teacher.asks("pull", body)
        found[name] = min(cpu(ask)[0] for _ in range(EMPTY_PULLS)) * 1e3
    return told(*(
        row(f"Empty pull of a teacher with {SPACES} spaces, {name}", spent, "ms of CPU", "at most 3 ms", spent <= 3)
        for name, spent in found.items()
    ))  # fmt: skip


def see_many(teacher: Device) -> None:
    """Give a person SPACES spaces to read."""
    with teacher.app.app_context():
        with db.read() as session:
            school = session.scalars(
                select(Person.school).where(Person.id == teacher.seat.person)
            ).one()
        names = sorted(f"p:{ids.new_id()}" for _ in range(SPACES - len(teacher.vector)))

        def work(session: Any) -> None:  # noqa: ANN401
            with write.space_locks(session, school, names) as locks:
                for name in names:
                    write.set_member(locks, name, teacher.seat.person, "teacher")

        db.run_write(work)


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
