"""A school at work on a watched disk: pushes, uploads, checks, an erasure; and what was promised when."""

from __future__ import annotations

import http.client
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from pathfolio import db, ids
from pathfolio.app import create_app
from pathfolio.jobs import worker
from pathfolio.syncing import erase, highwater
from pathfolio.uploads import checking
from tests.api.world import World, settings
from tests.durability.remote import Answer, Remote, sha
from tests.support.power import DiskLog
from tests.support.power_files import FileLog
from tests.support.vfs import WatchedVfs

NAME = "pathfolio.sqlite"
STUDENTS = ("ana", "ben", "cai")
ERASED = "cai"
PART = 4000


@dataclass(frozen=True)
class Promise:
    """From event `at` on this holds: a batch of mutations, a part, a checked file, an erasure is safe at school."""

    at: int
    kind: str
    names: tuple[str, ...]
    person: str


@dataclass
class Local(Remote):
    """A device before the application in this process."""

    browser: FlaskClient | None = None

    def _exchange(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> Answer:
        assert self.browser is not None
        answer = self.browser.open(path, method=method, data=body, headers=headers)
        told = http.client.HTTPMessage()
        for name, value in answer.headers.items():
            told[name] = value
        return Answer(answer.status_code, told, answer.get_data())


@dataclass
class PowerSchool:
    """Works by one seed. `manner`: `full` is how the server really is; `normal` and `lying` must lose work."""

    place: Path
    seed: int
    manner: str = "full"
    promises: list[Promise] = field(default_factory=list)
    batches: list[tuple[str, ...]] = field(default_factory=list)
    erasing: int | None = None
    log: DiskLog = field(default_factory=DiskLog)
    epoch: str = ""

    @property
    def data(self) -> Path:
        return self.place / "data"

    def record(self, template: Path, steps: int) -> None:
        """Works for so many steps on a copy of `template`, and remembers."""
        self.random = Random(f"{self.manner} {self.seed}")
        self.data.mkdir(parents=True)
        shutil.copy(template, self.data / NAME)
        (self.data / "media").mkdir()
        self.log.lying = self.manner == "lying"
        self.files = FileLog(self.data, self.log, lambda path: NAME in path)
        vfs = WatchedVfs("watched", self.log)
        generator = Random(self.seed)
        source = lambda: ids._encode(generator.randbytes(16))  # noqa: E731 - a source is a function
        try:
            # In every second record the high-water file follows each commit, in the others only the first and the last.
            pause = 0 if self.seed % 2 else 3600
            with (
                ids.using(source),
                patch.object(highwater, "SECONDS", pause),
                self.files.watching(),
            ):
                self._work(steps)
        finally:
            vfs.unregister()

    def _work(self, steps: int) -> None:
        with self._application() as app, ExitStack() as readers:
            world = World(app)
            self.people = {name: self._local(world, name) for name in STUDENTS}
            self.devices = {name: remote.device() for name, remote in self.people.items()}
            self.teacher = self._local(world, "tia").device()
            self.school = world.id("school")
            self.begin = self.log.now()
            self.epoch = str(self.teacher.page()["epoch"])
            for step in range(steps):
                self._step(app, step, steps, readers)
            readers.close()

    @contextmanager
    def _application(self) -> Iterator[Flask]:
        url = f"sqlite:///file:{self.data / NAME}?vfs=watched&uri=true"
        app = create_app(settings(url, data=self.data, part_bytes=PART, secret=""))
        with app.app_context():
            if self.manner == "normal":
                event.listen(db.db.engine, "connect", _without_flushing)
                db.db.engine.dispose()
            try:
                yield app
            finally:
                checking.stop()
                highwater.here().flush()
                db.db.engine.dispose()

    def _local(self, world: World, name: str) -> Local:
        return Local(port=0, person=world.id(name), browser=world.as_(name))

    def _promise(self, kind: str, names: tuple[str, ...], person: str) -> None:
        self.promises.append(Promise(self.log.now(), kind, names, person))

    def _step(self, app: Flask, step: int, steps: int, readers: ExitStack) -> None:
        names = STUDENTS if self.erasing is None else STUDENTS[:-1]
        name = self.random.choice(names)
        if step == steps * 3 // 4:
            self._erase(app)
        elif step % 10 == 3:
            self._upload(name)
        elif step % 10 == 6:
            with app.app_context():
                worker.call_modules("start")
                worker.run_all()
            self._checked()
        elif step % 10 == 8:
            self.teacher.pull()
        elif step % 17 == 5:
            readers.close()
        elif step % 17 == 2:  # a reader's old snapshot keeps checkpoints from going on
            with app.app_context():
                reading = db.db.engine.connect().execution_options(pathfolio_writes=False)
                readers.callback(reading.close)
                reading.exec_driver_sql("SELECT count(*) FROM record")
        else:
            self._push(name)

    def _push(self, name: str) -> None:
        device, made = self.devices[name], ids.new_id()
        batch = [device.creation(record=made, title=f"Work {device.n}")]
        titles = range(self.random.randint(0, 4))
        batch += [device.set(made, "title", f"Title {number}") for number in titles]
        words = "Some words about it. " * self.random.choice((1, 20, 400))
        batch.append(device.text(made, "words", words))
        names = tuple(each["id"] for each in batch)
        self.batches.append(names)
        device.must(*batch)
        self._promise("batch", names, device.person)

    def _upload(self, name: str) -> None:
        remote, upload = self.people[name], ids.new_id()
        data = self.random.randbytes(self.random.choice((PART // 2, PART * 2)))
        remote.announce(data, upload, "application/octet-stream", "file")
        for n in range(1, -(-len(data) // PART) + 1):
            piece = data[(n - 1) * PART : n * PART]
            remote.send_part(upload, n, piece)
            self._promise("part", (upload, str(n), sha(piece)), remote.person)
        remote.must(f"/api/uploads/{upload}/complete", {})

    def _checked(self) -> None:
        known = {each.names[0] for each in self.promises if each.kind == "checked"}
        for remote in self.people.values():
            mine = {each.names[0] for each in self.promises if each.person == remote.person
                    and each.kind == "part"}  # fmt: skip
            waiting = sorted(mine - known)
            if waiting and not (self.erasing and remote is self.people[ERASED]):
                for upload, state in remote.states(waiting).items():
                    if state == "verified":
                        self._promise("checked", (upload,), remote.person)

    def _erase(self, app: Flask) -> None:
        person = self.people[ERASED].person
        self.erasing = self.log.now()
        with app.app_context():
            erase.person(self.school, person)
        self._promise("erased", (person,), person)


def _without_flushing(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's
    connection.execute("PRAGMA synchronous=NORMAL")
