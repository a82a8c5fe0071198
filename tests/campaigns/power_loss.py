"""Power cuts at any moment of a school's work: each possible disk is opened and compared with what was promised."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random

from pathfolio import db
from pathfolio.app import create_app
from pathfolio.syncing import highwater, ledger, verify
from pathfolio.syncing.models import Meta
from tests.api.world import prepare, settings
from tests.campaigns.frame import Failure, MissingPartError, Outcome, Size
from tests.campaigns.places import folder
from tests.campaigns.power_school import NAME, PowerSchool
from tests.support.databases import SqliteDatabases
from tests.support.power import moments
from tests.support.vfs import NoSuchInterfaceError

STATES = 1000
"""States made from one record of work."""

STEPS, SMALL_STEPS = 300, 60
CONTROL = 10
"""One of so many states is also made in each manner that must lose work."""

VERIFY_EVERY = 100


def run(size: Size) -> Outcome:
    outcome = Outcome()
    with folder("power", quick=True) as place:
        template = SqliteDatabases(place).template(prepare)
        try:
            _records(size, outcome, place, template)
        except NoSuchInterfaceError as problem:
            raise MissingPartError("SQLite that can be watched", str(problem)) from None
    return outcome


def _records(size: Size, outcome: Outcome, place: Path, template: Path) -> None:
    steps = SMALL_STEPS if size.small else STEPS
    while not size.over(outcome.done):
        first = size.first + outcome.done
        count = min(STATES - (first - 1) % STATES, (size.extent.count or 10**9) - outcome.done)
        seed = (first - 1) // STATES
        for manner in ("full", "normal", "lying"):
            school = PowerSchool(place / f"{manner}-{seed}", seed, manner)
            school.record(template, steps)
            if manner == "full":
                _promised(outcome, school, first, count, steps)
            else:
                _must_lose(outcome, school, first, max(count // CONTROL, 30))
        outcome.done += count


def _promised(outcome: Outcome, school: PowerSchool, first: int, count: int, steps: int) -> None:
    outcome.add("records of work")
    outcome.add("promises in them", len(school.promises))
    for state in states(school, first, count):
        found = state.broken()
        if state.number % VERIFY_EVERY == 0:
            found += state.verified()
            outcome.add("of them started and verified by the server itself")
        outcome.add("with changes that had not reached the disk", state.unflushed)
        outcome.add("with acknowledged work lost", state.lost)
        outcome.add("with a corrupt database", state.corrupt)
        again = f"python -m tests.campaigns power_loss --first {state.number} --count 1"
        case = f"state {state.number}, cut at event {state.crash} of {steps} steps"
        outcome.failures += [Failure(case, each, again) for each in found[:3]]


def _must_lose(outcome: Outcome, school: PowerSchool, first: int, count: int) -> None:
    """A harness that does not see what a careless server loses would prove nothing."""
    titles = {"normal": "synchronous=NORMAL", "lying": "a disk that lies about flushing"}
    name = titles[school.manner]
    lost = sum(bool(state.broken(only_work=True)) for state in states(school, first, count))
    outcome.add(f"control, {name}: states", count)
    outcome.add(f"control, {name}: states that lost work", lost)
    if not lost:
        again = f"python -m tests.campaigns power_loss --first {first} --count {count}"
        outcome.failures.append(Failure(name, "the harness saw no loss where there must be", again))


def states(school: PowerSchool, first: int, count: int) -> Iterator[State]:
    """The states numbered from `first` on, in the order of their moments."""
    randoms = {number: Random(f"state {number}") for number in range(first, first + count)}
    crashes = sorted((_moment(school, random), number) for number, random in randoms.items())
    after = moments(school.log, [crash for crash, _ in crashes])
    for (_, number), (crash, disk) in zip(crashes, after, strict=True):
        random = randoms[number]
        unflushed = any(disk.waiting.values())
        database = disk.after_power_cut(random)
        files = school.files.after_power_cut(crash, random)
        yield State(school, number, crash, unflushed, database, files)


def _moment(school: PowerSchool, random: Random) -> int:
    """Any event; every second time one just after something was promised."""
    end = school.log.now()
    if random.random() < 0.5:
        return random.randint(school.begin, end)
    return min(end, random.choice(school.promises).at + random.randint(0, 3))


@dataclass
class State:
    """One possible disk after a power cut, and what must be on it."""

    school: PowerSchool
    number: int
    crash: int
    unflushed: bool
    database: dict[str, bytes]
    files: dict[str, bytes]
    lost: bool = False
    corrupt: bool = False

    def __post_init__(self) -> None:
        self.kept = [each for each in self.school.promises if each.at <= self.crash]

    def put(self, place: Path) -> Path:
        """Writes the database; its path."""
        place.mkdir(parents=True, exist_ok=True)
        for path, data in self.database.items():
            (place / Path(path).name).write_bytes(data)
        return place / NAME

    def broken(self, *, only_work: bool = False) -> list[str]:
        """Sentences of what is not as was promised."""
        with (
            folder("state", quick=True) as place,
            closing(sqlite3.connect(self.put(place))) as connection,
        ):
            try:
                found = list(self._work(connection))
                return found if only_work else [*found, *self._rest(connection)]
            except sqlite3.DatabaseError as problem:
                self.corrupt = True
                return [f"the database does not open: {problem}"]

    def _work(self, connection: sqlite3.Connection) -> Iterator[str]:
        said = connection.execute("PRAGMA integrity_check").fetchone()[0]
        if said != "ok":
            self.corrupt = True
            yield f"the database is corrupt: {said}"
        stored = {row[0] for row in connection.execute("SELECT id FROM history")}
        # Erasing takes somebody's changes away on purpose: from when it began, they are not asked for.
        begun = self.school.erasing is not None and self.school.erasing <= self.crash
        gone = self.school.people["cai"].person if begun else None
        batches = [each for each in self.kept if each.kind == "batch" and each.person != gone]
        lost = [each for each in batches if not stored.issuperset(each.names)]
        if lost:
            self.lost = True
            yield f"{len(lost)} acknowledged batches are lost"
        halves = [each for each in self.school.batches if 0 < len(stored & {*each}) < len(each)]
        if halves and not gone:
            yield f"{len(halves)} batches are there by half"

    def _rest(self, connection: sqlite3.Connection) -> Iterator[str]:
        yield from self._files(connection)
        yield from self._erasure(connection)
        marks = self.files.get(str(self.school.data / highwater.NAME))
        if marks is not None:
            yield from self._highwater(connection, marks)
        if str(self.school.data / "secrets" / "key") not in self.files:
            yield "the key is lost: every signed address and the next start need it"

    def _files(self, connection: sqlite3.Connection) -> Iterator[str]:
        rows = {
            row[0]: row[1:]
            for row in connection.execute("SELECT id, key, handle, state, sha256 FROM upload")
        }
        media = self.school.data / "media"
        erased = self.school.people["cai"].person if self.school.erasing else None
        for each in self.kept:
            if each.kind not in {"part", "checked"} or each.person == erased:
                continue
            key, handle, state, digest = rows.get(each.names[0], ("", "", "", ""))
            whole = self.files.get(f"{media}/objects/{key}")
            there = whole is not None and hashlib.sha256(whole).hexdigest() == digest
            if each.kind == "checked" and not (state == "verified" and there):
                yield f"a file that was called safe is not there ({state or 'unknown'})"
            if each.kind == "part" and not there:
                piece = self.files.get(f"{media}/parts/{key}.{handle}/{each.names[1]}")
                if piece is None or hashlib.sha256(piece).hexdigest() != each.names[2]:
                    yield f"a part that was taken is not there ({state or 'unknown'})"

    def _erasure(self, connection: sqlite3.Connection) -> Iterator[str]:
        person = self.school.people["cai"].person
        query = "SELECT status FROM person WHERE id = ?"
        deleted = connection.execute(query, (person,)).fetchone()[0] == "deleted"
        promised = any(each.kind == "erased" for each in self.kept)
        text = self.files.get(str(self.school.data / ledger.NAME), b"")
        if promised and not deleted:
            yield "an erased person is back"
        if deleted and person not in text.decode("ascii", "replace"):
            yield "somebody was erased and the ledger does not say so: a restore would bring them back"

    def _highwater(self, connection: sqlite3.Connection, marks: bytes) -> Iterator[str]:
        try:
            told = json.loads(marks)
        except ValueError:
            yield "the high-water file is damaged: a rollback would go unnoticed"
            return
        heads = {
            row[:2]: row[2] for row in connection.execute("SELECT school, space, head FROM space")
        }
        for school, spaces in told.items():
            for space, (seq, _) in spaces.items():
                if heads.get((school, space), 0) < seq:
                    yield "the high-water file is ahead of the database: a needless new epoch"
                    return

    def verified(self) -> list[str]:
        """The server's own opinion after starting on this disk."""
        with folder("verify", quick=True) as place:
            path = self.put(place)
            for name, data in self.files.items():
                target = place / Path(name).relative_to(self.school.data)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
            app = create_app(settings(f"sqlite:///{path}", data=place, secret=""))
            with app.app_context():
                found = verify.problems()
                with db.read() as session:
                    epochs = {meta.epoch for meta in session.query(Meta)}
                db.db.engine.dispose()
            if self.school.epoch not in epochs:
                found.append("a new epoch began without need")
            return found
