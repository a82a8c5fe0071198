"""Restore drills: a backup in the middle of work, more work, a crash, a restore, and devices that come back."""

from __future__ import annotations

import shutil
import traceback
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import create_engine, text

from pathfolio import ids
from pathfolio.backup import snapshot
from pathfolio.syncing.highwater import NAME, HighWater
from tests.campaigns.frame import Failure, Outcome, Size
from tests.campaigns.places import KINDS, SETTINGS, databases, folder
from tests.durability.ahead import Ahead, everything_stored, offer, pull_of, pushing
from tests.durability.endings import everything_is_as_it_was_left
from tests.durability.remote import Remote, attachment
from tests.durability.writers import Promises, Writer
from tests.support.databases import Databases
from tests.support.small_school import prepare
from tests.support.warm import WarmRunning

Json = dict[str, Any]
WAYS = ("announced", "put back by hand", "whole machine rolled back")
STUDENTS = ("maya", "noor", "leo")
LEAVER = "leo"
WORDS = "Words of somebody who leaves"
FILE = ("application/octet-stream", "file")
VERIFIED_SECONDS = 90


@dataclass
class Actor(Ahead):
    """A device at random work; it knows what each of its records says in the end."""

    random: Random = field(default_factory=Random)
    last: dict[str, dict[str, str]] = field(default_factory=dict)
    tags: dict[str, set[str]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)

    def living(self) -> list[str]:
        """In the order in which they were made: ids are different each time."""
        return [record for record in self.last if record not in self.deleted]

    def step(self, words: str = "") -> None:
        """One of the things that a student does."""
        living = self.living()
        act = self.random.choice(("make", "title", "words", "tag", "file", "delete"))
        if not living or act == "make":
            title = f"Work {len(self.last)} {words}"
            self.last[self.work(title)] = {"title": title}
        elif act == "file":
            self._file()
        elif act == "delete" and len(living) > 1:
            record = self.random.choice(living)
            self.do(self.device.mutation("delete", record))
            self.deleted.add(record)
        else:
            self.do(self.change(self.random.choice(living), act, words))

    def change(self, record: str, act: str, words: str) -> Json:
        value = f"{act} {self.random.randrange(10**6)} {words}"
        if act == "tag":
            key = ids.new_id()
            self.tags.setdefault(record, set()).add(key)
            tag = {"key": key, "v": {"text": value}}
            return self.device.mutation("add", record, field="tags", value=tag)
        name = "words" if act == "words" else "title"
        self.last[record][name] = value
        made = self.device.text if name == "words" else self.device.set
        return made(record, name, value)

    def _file(self) -> None:
        upload, data = ids.new_id(), self.random.randbytes(self.random.choice((900, 30_000)))
        shown = attachment(upload, data) | {"type": "file", "mime": FILE[0], "name": "notes.bin"}
        made = self.device.creation(
            title="A file", attachments={ids.new_id(): {"v": shown, "p": "a0"}}
        )
        self.last[self.do(made)] = {"title": "A file"}
        self.files[upload] = data
        parts = self.random.choice((None, None, 1))
        self.remote.send_file(data, upload, parts, FILE)

    def unsent(self) -> None:
        """Written without a network, and still in the outbox when the server breaks."""
        living = self.living()
        if living:
            self.held.append(self.change(self.random.choice(living), "words", "unsent"))

    def finds_everything(self) -> None:
        """On this and on a new device."""
        twin = self.remote.device()
        for device in (self.device, twin):
            device.pull()
            for record, fields in self.last.items():
                found = device.get(record)
                if record in self.deleted:
                    assert found is None or found.get("deleted"), "a deleted work is back"
                    continue
                assert found is not None, "a work is gone"
                wrong = {name for name, value in fields.items() if found["fields"][name] != value}
                assert not wrong, f"{sorted(wrong)} of a work are not what was written last"
                assert self.tags.get(record, set()) <= found["fields"].get("tags", {}).keys()
        assert twin.all("not_accepted") == [], "something was not accepted"


@dataclass
class Drill:
    kind: str
    number: int
    place: Path
    bases: Databases
    promises: Promises = field(default_factory=Promises)
    counts: dict[str, int] = field(default_factory=dict)

    def run(self) -> None:
        self.random = Random(self.number)
        self.way = WAYS[(self.number - 1) // len(KINDS) % len(WAYS)]
        self.erases = self.random.random() < 0.5
        settings = SETTINGS | {"PATHFOLIO_PART_BYTES": "20000"}
        url = self.bases.fresh(prepare)
        self.server = WarmRunning(url, self.place / "data", settings=settings, output=str(self.log))
        self.place.mkdir()
        try:
            self.server.start()
            self._work()
            epoch = self._restore()
            self._come_back(epoch)
        finally:
            for name in list(self.server.programs):
                self.server.kill(name)
            self.bases.drop(self.server.url)
            self.bases.drop(url)

    @property
    def log(self) -> Path:
        return self.place.with_suffix(".log")

    @property
    def backup(self) -> Path:
        return self.place / "backup"

    def _epoch(self) -> str:
        engine = create_engine(self.server.url)
        try:
            with engine.connect() as connection:
                return str(connection.execute(text("SELECT epoch FROM meta")).scalar_one())
        finally:
            engine.dispose()

    # Before

    def _work(self) -> None:
        people = {name: Remote(self.server.port).sign_in(name) for name in (*STUDENTS, "ada")}
        self.people = people
        self.actors = {name: Actor(people[name], random=self.random) for name in STUDENTS}
        self.teacher = Ahead(people["ada"])
        self._steps(self.random.randint(4, 10))
        if self.erases and self.way == WAYS[2]:
            self._erase()  # what is erased after the backup is known to nobody but the ledger
        with pushing([people["noor"], people["maya"]], self.promises) as (writers, pulse):
            self.writers: list[Writer] = writers
            pulse.wait(self.random.randint(1, 6))
            assert "not there" not in self.server.run("backup", str(self.backup))
            pulse.wait(self.random.randint(1, 6))
        assert self.promises.faults == [], self.promises.faults
        self._steps(self.random.randint(3, 9))
        self.actors["maya"].work("Made after the backup")
        if self.erases and self.way != WAYS[2]:
            self._erase()
        for actor in self.actors.values():
            if self.random.random() < 0.6:
                actor.unsent()

    def _steps(self, count: int) -> None:
        names = [name for name in STUDENTS if name in self.actors]
        for _ in range(count):
            name = self.random.choice(names)
            self.actors[name].step(WORDS if name == LEAVER else "")
            if self.random.random() < 0.3:
                self._feedback(self.actors[name])

    def _feedback(self, actor: Actor) -> None:
        works = actor.living()
        if works and actor is not self.actors.get(LEAVER):
            self.teacher.device.pull()
            said = self.teacher.device.creation(
                "feedback", artifact=works[-1], glow="Bold", audience="published"
            )
            self.teacher.do(said)

    def _erase(self) -> None:
        copy = str(self.place / "copy")
        self.server.run("user", "delete", LEAVER, "--copy", copy, "--yes")
        self.erased = self.actors.pop(LEAVER)
        shutil.rmtree(copy, ignore_errors=True)

    # The restore

    def _restore(self) -> str:
        """The server is gone, and is put back in one of the ways; the one new epoch, if it began already."""
        before = self._epoch()
        for name in list(self.server.programs):
            self.server.kill(name)
        old = self.place / "broken"
        self.server.data.rename(old)
        self.server.url = self.bases.fresh()
        if self.way == WAYS[0]:
            ledger = old / "erased.jsonl"
            more = ("--ledger", str(ledger)) if ledger.exists() else ()
            assert "every hash and count fits" in self.server.run(
                "restore", str(self.backup), *more
            )
        else:
            self._put_database()
            if self.way == WAYS[1]:
                old.rename(self.server.data)
            else:
                self._put_files()
        begins = self.way == WAYS[0] or self._file_is_ahead()
        self.server.start()
        epoch = self._epoch()
        assert (epoch != before) == begins, "a new epoch began too late or too early"
        return epoch if begins else ""

    def _file_is_ahead(self) -> bool:
        """Whether the high-water file knows of more than the database.

        Not after a rollback of the whole machine, nor where all that the backup lacks was done within the second that
        the file may be behind: then the first device that is ahead tells the server.
        """
        marks = HighWater(self.server.data / NAME).read()
        engine = create_engine(self.server.url)
        try:
            with engine.connect() as connection:
                rows = connection.execute(text("SELECT space, head FROM space")).tuples().all()
        finally:
            engine.dispose()
        heads: dict[str, int] = dict(rows)
        known = {space: seq for spaces in marks.values() for space, (seq, _) in spaces.items()}
        return any(seq > heads.get(space, -1) for space, seq in known.items())

    def _put_database(self) -> None:
        engine = create_engine(self.server.url)
        try:
            snapshot.put(engine, next(self.backup.glob("database.*")))
        finally:
            engine.dispose()

    def _put_files(self) -> None:
        shutil.copytree(self.backup / "data", self.server.data)
        if (self.backup / "media").exists():
            shutil.copytree(self.backup / "media", self.server.data / "media" / "objects")

    # Afterwards

    def _come_back(self, epoch: str) -> None:
        actors = list(self.actors.values())
        self.random.shuffle(actors)
        if not epoch:  # whoever was ahead tells the server: here the first to come back
            actors.sort(key=lambda each: each is not self.actors["maya"])
        for number, each in enumerate([actors[0], self.teacher, *actors[1:]]):
            told = each.meets_the_new_epoch()
            refused = {one["id"] for one in told["refused"]}
            if each is self.teacher:
                self._too_early(refused, [actors[0]])
            else:
                assert not refused, told["refused"]
            epoch = epoch or str(each.device.epoch)
            assert each.device.epoch == epoch, f"another epoch began for device {number}"
            assert {*told["taken"], *told["had"], *refused} == {one["id"] for one in each.held}
        for writer in self.writers:
            told = offer(writer.remote, epoch, writer.ring)
            assert told["refused"] == [], told["refused"]
            assert {*told["taken"], *told["had"]} == {one["id"] for one in writer.ring}
        self._try_again()
        self._everything_is_there(epoch)

    def _too_early(self, refused: set[str], back: list[Actor]) -> None:
        """Feedback on work that is not back yet waits in its author's list, whole, to be tried again."""
        early = [each for each in self.teacher.held if each["id"] in refused]
        there = {record for actor in back for record in actor.last}
        listed = {each["mutation"]["id"] for each in self.teacher.device.not_accepted()}
        for each in early:
            assert each["value"]["fields"]["artifact"] not in there, "refused without need"
            assert each["id"] in listed, "what was refused is in nobody's list"
        self.early = early

    def _try_again(self) -> None:
        self.teacher.device.pull()
        for each in self.early:
            fields = each["value"]["fields"]
            self.teacher.do(self.teacher.device.creation("feedback", **fields))

    def _everything_is_there(self, epoch: str) -> None:
        names = {"noor": self.writers[0].shared, "maya": self.writers[1].shared}
        people = {name: self.people[name] for name in names}
        everything_is_as_it_was_left(people, self.writers, names)
        for actor in self.actors.values():
            if actor.files:
                self._files(actor)
            actor.finds_everything()
        if self.erases:
            device = self.erased.device
            gone = self.people[LEAVER].post("/api/sync/pull", json=pull_of(device))
            assert gone.status_code in {401, 410}, gone.status_code
            assert WORDS not in everything_stored(self.server.url), "erased words are back"
        failed = [line for remote in self.people.values() for line in remote.failures]
        assert failed == [], failed[:3]
        for name in list(self.server.programs):
            self.server.stop(name)
        said = self.server.run("verify")
        assert "Everything holds." in said, said
        self.server.start("web")
        assert self._epoch() == epoch, "another epoch began at the next start"
        self._count()

    def _files(self, actor: Actor) -> None:
        """What the backup holds is served; the rest is sent again by the device that kept it."""
        for upload, data in actor.files.items():
            actor.remote.send_file(data, upload, kind=FILE)
        actor.remote.wait_until_verified(list(actor.files), VERIFIED_SECONDS)
        for upload, data in actor.files.items():
            assert actor.remote.fetch(upload) == data, "a file has other bytes"

    def _count(self) -> None:
        self.counts = {
            "mutations brought back by devices": sum(
                len(each.held) for each in [*self.actors.values(), self.teacher]
            ) + sum(len(each.ring) for each in self.writers),
            "files adopted or sent again": sum(len(each.files) for each in self.actors.values()),
            "erasures that held": int(self.erases),
            "feedback that came back before its work, and was tried again": len(self.early),
        }  # fmt: skip


def run(size: Size) -> Outcome:
    outcome = Outcome()
    with ExitStack() as stack:
        place = stack.enter_context(folder("drills"))
        bases = {kind: stack.enter_context(databases(kind, place)) for kind in KINDS}
        for number in size.cases():
            kind = KINDS[(number - 1) % len(KINDS)]
            drill = Drill(kind, number, place / str(number), bases[kind])
            again = f"python -m tests.campaigns restore_drills --first {number} --count 1"
            try:
                drill.run()
            except Exception as problem:  # noqa: BLE001 - whatever broke is what we came for
                said = str(problem) or type(problem).__name__
                log = drill.log.read_text()[-1500:] if drill.log.exists() else ""
                case = f"{number}: {kind}, {drill.way}"
                outcome.failures.append(Failure(case, said, again, traceback.format_exc() + log))
            outcome.done += 1
            outcome.add(f"{kind}: {drill.way}")
            for name, count in drill.counts.items():
                outcome.add(name, count)
            shutil.rmtree(drill.place, ignore_errors=True)
    return outcome
