"""A real server whose disk is full, read-only or broken for a while: what devices hear, and what is there at last."""

from __future__ import annotations

import json
import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.campaigns.frame import Failure, Outcome, Size
from tests.campaigns.places import KINDS, SETTINGS, databases, folder
from tests.durability.endings import everything_is_as_it_was_left, finish
from tests.durability.remote import Remote
from tests.durability.writers import Photographer, Promises, Pulse, Sender, Writer, stored_mutations
from tests.support import faulty, warm
from tests.support.databases import Databases, PostgresDatabases
from tests.support.small_disk import small_disk
from tests.support.small_school import prepare
from tests.support.warm import WarmRunning

DEVICES = ("maya", "noor", "leo")
NOTICED_SECONDS = 20
VERIFIED_SECONDS = 150
MEGABYTES = 64


@dataclass
class Fault:
    """`begin` and `end` trouble for a school; `told`: must devices be told of it?"""

    begin: Callable[[School], None]
    end: Callable[[School], None]
    told: bool = True


@dataclass
class School:
    """A server with people at work, on a place that can be troubled."""

    kind: str
    number: int
    url: str
    place: Path
    data: Path
    bases: Databases
    small: Path | None = None
    disk: Callable[[], None] | None = None
    room: Callable[[], None] | None = None
    pulse: Pulse = field(default_factory=Pulse)
    kept: Promises = field(default_factory=Promises)
    senders: list[Sender] = field(default_factory=list)

    @property
    def control(self) -> Path:
        return self.place / "fault"

    @property
    def log(self) -> Path:
        return self.control.with_name("log")

    def start(self) -> None:
        settings = SETTINGS | {
            "PATHFOLIO_PART_BYTES": "20000",
            warm.BEFORE: "tests.support.faulty",
            faulty.CONTROL: str(self.control),
        }
        self.server = WarmRunning(self.url, self.data, settings=settings, output=str(self.log))
        self.server.start()
        random = Random(self.number)
        self.people = {name: Remote(self.server.port).sign_in(name) for name in DEVICES}
        self.teacher = Remote(self.server.port).sign_in("ada")
        self.shared = {
            name: remote.device().create(title="Of all devices")
            for name, remote in self.people.items()
        }
        self.writers = [
            Writer(
                self.people[name], self.shared[name], random.getrandbits(32), self.pulse, self.kept
            )
            for name in DEVICES
        ]
        self.photographer = Photographer(self.people["noor"], random.getrandbits(32), self.kept)
        self.senders = [*self.writers, self.photographer]
        for each in self.senders:
            each.start()

    def refusals(self) -> int:
        return sum(len(remote.refusals) for remote in self.people.values())

    def stop(self) -> None:
        for each in self.senders:
            each.enough.set()
        for name in list(self.server.programs):
            self.server.kill(name)

    def make_fail(self, what: str) -> None:
        fresh = self.control.with_suffix(".new")
        fresh.write_text(what)
        fresh.replace(self.control)

    def fill(self) -> None:
        assert self.disk is not None
        self.disk()

    def make_room(self) -> None:
        assert self.room is not None
        self.room()

    def end_backends(self) -> None:
        """kill -9 of a process of PostgreSQL: it ends all others, and recovers as after a crash."""
        assert isinstance(self.bases, PostgresDatabases)
        with self.bases.server.connect() as connection:
            query = (
                "SELECT pid FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
            )
            name = self.bases.name_of(self.url)
            pids = [row[0] for row in connection.execute(query, (name,))]
        os.kill(pids[0], signal.SIGKILL)


def _fail(what: str) -> Fault:
    return Fault(lambda school: school.make_fail(what), lambda school: school.make_fail(""))


def _nothing(_school: School) -> None:
    return


FAULTS: dict[str, dict[str, Fault]] = {
    "sqlite": {
        "full": Fault(School.fill, School.make_room),
        **{f"{name} fails": _fail(name) for name in ("flushing", "writing")},
        "read-only": _fail("read-only"),
    },
    "postgresql": {
        "crash of the database": Fault(School.end_backends, _nothing, told=False),
        "data folder full": Fault(School.fill, School.make_room, told=False),
        "data folder read-only": Fault(_fail("read-only").begin, _fail("").begin, told=False),
        "table space full": Fault(School.fill, School.make_room),
    },
}


def run(size: Size) -> Outcome:
    outcome = Outcome()
    with ExitStack() as stack:
        place = stack.enter_context(folder("faults"))
        bases = {kind: stack.enter_context(databases(kind, place)) for kind in KINDS}
        turns = [(kind, name) for pair in zip(*_names(), strict=True) for kind, name in pair]
        for number in size.cases():
            kind, name = turns[(number - 1) % len(turns)]
            outcome.done += 1
            again = f"python -m tests.campaigns disk_faults --first {number} --count 1"
            try:
                with _school(kind, name, number, bases[kind], place / str(number)) as school:
                    _one(outcome, school, name)
            except Exception as problem:  # noqa: BLE001 - whatever broke is what we came for
                said = str(problem) or type(problem).__name__
                log = place / str(number) / "log"
                detail = traceback.format_exc() + (log.read_text()[-1500:] if log.exists() else "")
                outcome.failures.append(Failure(f"{number}: {kind}, {name}", said, again, detail))
    return outcome


def _names() -> Iterator[list[tuple[str, str]]]:
    yield from ([(kind, name) for name in FAULTS[kind]] for kind in KINDS)


def _one(outcome: Outcome, school: School, name: str) -> None:
    school.start()
    fault, random = FAULTS[school.kind][name], Random(school.number)
    school.photographer.another()
    school.pulse.wait(random.randint(3, 20))
    fault.begin(school)
    school.photographer.another()
    try:
        _meanwhile(school, fault)
    finally:
        fault.end(school)
    _afterwards(school)
    outcome.add(f"{school.kind}: {name}")
    outcome.add("mutations acknowledged", len(school.kept.acknowledged))
    outcome.add("times that devices were told to come back", school.refusals())


def _meanwhile(school: School, fault: Fault) -> None:
    """Devices are told, in words; whoever reads goes on reading."""
    pause, waited = threading.Event(), 0.0
    before = school.refusals()
    while fault.told and school.refusals() - before < 3 and waited < NOTICED_SECONDS:
        pause.wait(0.1)
        waited += 0.1
    if school.small is not None:
        _no_room_for_a_backup(school, school.small / "backup")
    if not fault.told:
        school.pulse.wait(10)
        return
    assert school.refusals() - before >= 3, "nobody was told"
    told = [each for remote in school.people.values() for each in remote.refusals]
    assert {each["slug"] for each in told} <= {"disk_full", "disk_failing", "database_away", "busy"}
    school.teacher.device().pull()


def _no_room_for_a_backup(school: School, folder: Path) -> None:
    """A sentence, and nothing left of the attempt."""
    assert school.server.refuses("backup", str(folder)).startswith("Error: ")
    assert list(folder.parent.glob(f"{folder.name}*")) == [], "half a backup was left behind"


def _afterwards(school: School) -> None:
    """Without a restart everything goes on, and all that was promised is there."""
    assert all(each.poll() is None for each in school.server.programs.values()), "a program ended"
    finish(school.writers, school.photographer)
    school.kept.check(stored_mutations(school.url))
    remotes = [*school.people.values(), school.teacher]
    failed = [line for remote in remotes for line in remote.failures]
    assert failed == [], failed[:3]
    everything_is_as_it_was_left(school.people, school.writers, school.shared)
    photos = school.photographer.photos
    school.people["noor"].wait_until_verified(list(photos), VERIFIED_SECONDS)
    for upload, data in photos.items():
        assert school.people["noor"].fetch(upload) == data, "a photo has other bytes"
    epoch = school.teacher.device().page()["epoch"]
    marks = json.loads((school.data / "highwater.json").read_text())
    assert marks, "the high-water file was never written again"
    for name in list(school.server.programs):
        school.server.kill(name)
    school.server.start()
    assert school.teacher.device().page()["epoch"] == epoch, "a new epoch began without need"
    assert "Everything holds." in school.server.run("verify")


@contextmanager
def _school(kind: str, name: str, number: int, bases: Databases, place: Path) -> Iterator[School]:
    place.mkdir()
    with ExitStack() as stack:
        school = School(kind, number, bases.fresh(prepare), place, place / "data", bases)
        stack.callback(lambda: bases.drop(school.url))
        if "full" in name:
            _small(stack, school, table_space=name == "table space full")
        school.data.mkdir(exist_ok=True)
        stack.callback(school.stop)
        yield school


def _small(stack: ExitStack, school: School, *, table_space: bool) -> None:
    """Puts what is to run full on a disk of its own; where none can be mounted, writing there is made to fail."""
    try:
        disk = stack.enter_context(small_disk(MEGABYTES))
    except PermissionError:
        fault = _fail("full")
        school.disk, school.room = (lambda: fault.begin(school)), (lambda: fault.end(school))
        return
    school.small, school.disk, school.room = disk.path, disk.fill, disk.make_room
    if not table_space:
        school.data = disk.path / "data"
    if school.kind == "sqlite":
        old = Path(school.url.removeprefix("sqlite:///"))
        new = disk.path / old.name
        new.write_bytes(old.read_bytes())
        school.url = f"sqlite:///{new}"
    if table_space:
        assert isinstance(school.bases, PostgresDatabases)
        school.url = school.bases.in_table_space(school.url, disk.path)
