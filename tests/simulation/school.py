"""The real server in this process: one SQLite file on a RAM disk, which crashes, is copied and is restored."""

from __future__ import annotations

import atexit
import base64
import json
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.datastructures import Headers

from pathfolio import clock, db, ids
from pathfolio.app import create_app
from pathfolio.people import classes, operations, roster
from pathfolio.sessions import passwords
from pathfolio.settings import Settings
from pathfolio.syncing import highwater, ledger, starting, verify
from pathfolio_media import disk
from tests.simulation.agenda import Agenda, Event

HOST = "https://pathfolio.test"
SECRET = "Zk3v9Qx7Lr1Tn5Wb8Yc2Md6Hf4Jg0Ps!"
MEMORY = Path("/dev/shm")
PART_BYTES = 100
EXTENSION = "pathfolio.highwater"
TEXTS = ("application/json", "application/problem+json", "text/")
PAGE_READS = {"content-type", "pathfolio", "pathfolio-epoch", "retry-after"}
# user name: (role, class)
CAST = {
    "cora": ("coordinator", None),
    "tia": ("teacher", "blue"),
    "tom": ("teacher", "green"),
    "ana": ("student", "blue"),
    "ben": ("student", "blue"),
    "cai": ("student", "green"),
}
ROOMS = ("blue", "green")

Json = dict[str, Any]


class PowerCut(BaseException):
    """The server process dies here. No `except Exception` of the server may survive it."""


@dataclass
class Answer:
    """A response as it left the server."""

    status: int
    headers: dict[str, str]
    data: bytes

    @property
    def told(self) -> Json:
        """What travels to the page: the headers that the engine reads (a cookie is the browser's own), the body."""
        headers = {name: value for name, value in self.headers.items() if name in PAGE_READS}
        known: Json = {"status": self.status, "headers": headers}
        if self.headers.get("content-type", "").startswith(TEXTS):
            return known | {"body": self.text}
        return known | {"bytes": base64.b64encode(self.data).decode()} if self.data else known

    @cached_property
    def text(self) -> str:
        return self.data.decode(errors="replace")

    @cached_property
    def json(self) -> Any:  # noqa: ANN401 - JSON
        return json.loads(self.data) if "json" in self.headers.get("content-type", "") else None


class Time:
    """The server's clock and timers: those of the agenda, `ahead` of it by so many milliseconds."""

    def __init__(self, agenda: Agenda) -> None:
        self.agenda = agenda
        self.ahead = 0

    def now(self) -> datetime:
        return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=self.agenda.now + self.ahead)

    def monotonic(self) -> float:
        return self.agenda.now / 1000


class Timer:
    """`threading.Timer` on the agenda. Ends with the process that set it, as a thread does."""

    def __init__(self, agenda: Agenda, seconds: float, run: Callable[[], None]) -> None:
        self._agenda, self._seconds, self._run = agenda, seconds, run
        self._event: Event | None = None
        self.daemon = True

    def start(self) -> None:
        self._event = self._agenda.after(round(self._seconds * 1000), self._run)

    def cancel(self) -> None:
        if self._event is not None:
            self._event.cancel()


class School:
    """One school's server. Use `fresh` before each seed."""

    def __init__(self) -> None:
        memory = MEMORY if MEMORY.is_dir() else None
        self.folder = Path(tempfile.mkdtemp(prefix="pathfolio-simulation-", dir=memory))
        atexit.register(shutil.rmtree, self.folder, ignore_errors=True)
        self.path = self.folder / "pathfolio.sqlite"
        self.app = create_app(
            Settings(
                data=self.folder,
                secret=SECRET,
                log_level="ERROR",
                device_calls=10**9,
                address_calls=10**9,
                part_bytes=PART_BYTES,
            )
        )
        self.app.testing = True  # what the server did not expect is an error of the run, not a 500
        self.people: dict[str, str] = {}
        self.rooms: dict[str, str] = {}
        self.id = ""
        self._fuse: int | None = None
        self._reader: sqlite3.Connection | None = None
        with self.app.app_context():
            self._engine = db.db.engine
        event.listen(self._engine, "before_cursor_execute", self._burn)
        event.listen(self._engine, "commit", self._burn)
        self._prepare()

    # Its beginning

    def _prepare(self) -> None:
        """The database that every seed begins with."""
        ids.use(seeded_ids("cast"))
        clock.use(lambda: datetime(2026, 9, 1, tzinfo=UTC))
        with self.app.app_context():
            db.db.create_all()
            self.id = operations.create_school("north", "North School").id
            for title in ROOMS:
                self.rooms[title] = classes.add_class(self.id, title, by=None)["id"]
            for name, (role, room) in CAST.items():
                self.people[name] = self._person(name, role)
                if room is not None:
                    self.put(name, room)
        self._stop(flush=True)
        shutil.copy(self.path, self.folder / "template")

    def _person(self, name: str, role: str) -> str:
        def work(session: Session) -> str:
            person = roster.new_person(session, self.id, name=name, username=name, role=role)
            person.password = name
            roster.publish(session, self.id, people={person.id}, by=None)
            return person.id

        return db.run_write(work)

    def fresh(self, agenda: Agenda, seed: str) -> None:
        """Begin anew, at the agenda's time."""
        self._stop(flush=False)
        self._fuse = None
        shutil.copy(self.folder / "template", self.path)
        for name in (highwater.NAME, ledger.NAME):
            (self.folder / name).unlink(missing_ok=True)
        for path in (self.folder / "media").glob("*/*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        time = self.time = Time(agenda)
        clock.use(time.now)
        ids.use(seeded_ids(seed))
        set_port(highwater, "time", time)
        set_port(
            highwater,
            "threading",
            SimpleNamespace(Lock=_NoLock, Timer=lambda seconds, run: Timer(agenda, seconds, run)),
        )
        set_port(passwords, "matches", lambda password, kept: password == kept)
        chance = random.Random(f"handles {seed}")
        set_port(disk, "secrets", SimpleNamespace(token_hex=lambda n: chance.randbytes(n).hex()))

    # Its life

    def _burn(self, *_: object) -> None:
        if self._fuse is None:
            return
        self._fuse -= 1
        if self._fuse <= 0:
            self._fuse = None
            raise PowerCut

    def crash_within(self, statements: int) -> None:
        """Die before the so-many-th statement (or commit) from now on."""
        self._fuse = statements

    def spare(self) -> bool:
        """Put the fuse out; whether it was still burning."""
        left, self._fuse = self._fuse, None
        return left is not None

    def browser(self) -> FlaskClient:
        """A browser's cookie jar."""
        return self.app.test_client()

    def call(self, browser: FlaskClient, request: Json) -> Answer:
        """One request of a device. Raises PowerCut."""
        headers = Headers({"Sec-Fetch-Site": "same-origin"} | request["headers"])
        if "bytes" in request:
            body: Json = {"data": base64.b64decode(request["bytes"])}
        else:
            body = {"json": request["json"]} if request["json"] is not None else {}
        response = browser.open(
            request["path"],
            method=request["method"],
            base_url=HOST,
            headers=headers,
            **body,
        )
        found = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, found, response.get_data())

    def restart(self, *, clean: bool) -> bool:
        """Stop (orderly, or not) and start again; whether a new epoch began."""
        self._stop(flush=clean)
        with self.app.app_context():
            return starting.check()

    def _stop(self, *, flush: bool) -> None:
        marks = self.app.extensions.pop(EXTENSION, None)
        if marks is not None:
            atexit.unregister(marks.flush)
            if flush:
                marks.flush()
            if marks._timer is not None:
                marks._timer.cancel()
        self._engine.dispose()
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def copy(self, path: Path) -> None:
        """A consistent copy of the database, as `pathfolio backup` takes it."""
        with sqlite3.connect(self.path) as source, sqlite3.connect(path) as target:
            source.backup(target)
        source.close()
        target.close()

    def restore(self, copy: Path) -> bool:
        """An operator puts an older database back; whether the start noticed."""
        self._stop(flush=True)
        for name in ("pathfolio.sqlite", "pathfolio.sqlite-wal", "pathfolio.sqlite-shm"):
            (self.folder / name).unlink(missing_ok=True)
        shutil.copy(copy, self.path)
        return self.restart(clean=True)

    # Its roster

    def put(self, name: str, room: str) -> None:
        role = "student" if CAST[name][0] == "student" else "teacher"
        with self.app.app_context():
            classes.put(self.id, self.rooms[room], self.people[name], role, by=None)

    def take(self, name: str, room: str) -> None:
        with self.app.app_context():
            classes.take(self.id, self.rooms[room], self.people[name], by=None)

    def problems(self) -> list[str]:
        """What the server's own check of its promises finds."""
        with self.app.app_context():
            return list(verify.problems(media=False))

    # Its inside, for oracles: plain SQL, none of the server's code

    def rows(self, query: str, *values: object) -> list[Json]:
        if self._reader is None:
            self._reader = sqlite3.connect(self.path)
            self._reader.row_factory = sqlite3.Row
        return [dict(row) for row in self._reader.execute(query, values)]

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every table, with all that stands in its rows."""
        tables = self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
        for name in (table["name"] for table in tables):
            values = (value for row in self.rows(f"SELECT * FROM {name}") for value in row.values())  # noqa: S608
            yield (
                name,
                "\n".join(
                    each.decode(errors="replace") if isinstance(each, bytes) else str(each)
                    for each in values
                ),
            )


class _NoLock:
    """The simulation has one thread."""

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


def set_port(module: object, name: str, value: object) -> None:
    """What the simulation replaces in a module of the server, for the rest of the process."""
    setattr(module, name, cast("Any", value))


def seeded_ids(seed: str) -> Callable[[], str]:
    chance = random.Random(f"ids {seed}")
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    return lambda: "".join(chance.choices(letters, k=25)) + chance.choice("aeimquy4")
