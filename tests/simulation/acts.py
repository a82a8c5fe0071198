"""What coordinators, operators and the worker do at school, by the server's own functions."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from pathfolio import db
from pathfolio.jobs import worker
from pathfolio.people import operations
from pathfolio.records import KINDS, Kind, Writer
from pathfolio.records.declare import scalar
from pathfolio.records.values import Line
from pathfolio.syncing import cleaning, envelope, epochs, erase, groups, highwater, pull, write
from tests.simulation.agenda import HOUR
from tests.simulation.school import PowerCut, School

if TYPE_CHECKING:
    from tests.simulation.run import Simulation

STATEMENTS = 60
OFTEN = 0.25
DIES = "die over an act of the school"
DAY = 24 * HOUR
ROWS = pull.DEFAULT_ROWS
DATABASE = ("pathfolio.sqlite", "pathfolio.sqlite-wal", "pathfolio.sqlite-shm")


def act(simulation: Simulation, chance: random.Random, run: Callable[[], object]) -> None:
    """Do something at school. Now and then the server dies over it between two statements, and it is done again."""
    at_school(simulation, chance.randint(1, STATEMENTS) if chance.random() < OFTEN else None, run)


def at_school(simulation: Simulation, statements: int | None, run: Callable[[], object]) -> None:
    """Do something at school, which dies before the so-many-th statement."""
    school = simulation.school
    if statements is not None:
        school.crash_within(statements)
    try:
        run()
    except PowerCut:
        simulation.stage.fault(DIES)
        school.restart(clean=False)
        run()
    finally:
        school.spare()


# Groups and circles


def set_members(school: School, space: str, members: Mapping[str, str | None]) -> None:
    """Give people (by user name) roles in a space, or end them."""

    def work(session: Session) -> None:
        with write.space_locks(session, school.id, [space]) as locks:
            for name, role in sorted(members.items()):
                write.set_member(locks, space, school.people[name], role)

    with school.app.app_context():
        db.run_write(work)


def leave_group(school: School, space: str, name: str) -> None:
    """Somebody leaves a group, with a copy of its work."""
    person = school.people[name]

    def work(session: Session) -> None:
        with write.space_locks(session, school.id, [space, f"u:{person}"]) as locks:
            if space in locks.roles(person):
                groups.leave(locks, person, space)

    with school.app.app_context():
        db.run_write(work)


# People


def set_active(school: School, name: str, *, active: bool) -> None:
    with school.app.app_context():
        operations.change_person(school.id, school.people[name], {"active": active}, by=None)


def erase_person(school: School, name: str) -> None:
    with school.app.app_context():
        erase.person(school.id, school.people[name])


# The past


def announced(school: School, copy: Path) -> None:
    """`pathfolio restore`: the database of a backup, a new epoch, and whoever was erased since is erased again."""
    school._stop(flush=True)
    _put_back(school, copy)
    with school.app.app_context():
        db.run_write(lambda session: epochs.begin(session, "restored"))
        erase.reapply()


def _put_back(school: School, copy: Path) -> None:
    for name in DATABASE:
        (school.folder / name).unlink(missing_ok=True)
    shutil.copy(copy, school.path)


def photograph(school: School, folder: Path) -> None:
    """A copy of the whole machine: database, high-water file and files of people."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    school.copy(folder / DATABASE[0])
    if (school.folder / highwater.NAME).exists():
        shutil.copy(school.folder / highwater.NAME, folder)


def roll_back(school: School, folder: Path) -> bool:
    """The whole machine is as it was then: nothing on it knows better. Whether the start noticed."""
    school._stop(flush=True)
    _put_back(school, folder / DATABASE[0])
    (school.folder / highwater.NAME).unlink(missing_ok=True)
    if (folder / highwater.NAME).exists():
        shutil.copy(folder / highwater.NAME, school.folder)
    return school.restart(clean=True)


def clean(school: School) -> None:
    """What the worker does once a day."""
    with school.app.app_context():
        cleaning.empty_trash()
        cleaning.prune_chain()


# The worker


def work(school: School, *, first: bool) -> int:
    """All jobs that are due; how many. The first time in a seed the worker also begins its calendar."""
    with school.app.app_context():
        if first:
            worker.call_modules("start")
        return worker.run_all()


# Versions


def speak(oldest: int, newest: int) -> None:
    """From now on the server speaks these schemas."""
    envelope.OLDEST_SCHEMA, envelope.SCHEMA = oldest, newest


def know_more_kinds() -> None:
    """The server is newer than the app: it has a kind of record that the app never heard of."""
    KINDS[POLL.name] = POLL


def pages_of(rows: int) -> None:
    """Pages of a pull hold so many rows from now on."""
    pull.DEFAULT_ROWS = rows


def as_shipped() -> None:
    """The server is what this repository makes of it again."""
    speak(*SHIPPED)
    pages_of(ROWS)
    KINDS.pop(POLL.name, None)


def ask_everybody(school: School, record: str, words: str) -> None:
    """A record of the unknown kind, for everybody at school."""

    def work(session: Session) -> None:
        space = f"o:{school.id}"
        with write.space_locks(session, school.id, [space]) as locks:
            write.write_server_record(locks, space, POLL.name, record, {"words": words}, None)

    with school.app.app_context():
        db.run_write(work)


SHIPPED = (envelope.OLDEST_SCHEMA, envelope.SCHEMA)
POLL = Kind(
    name="poll",
    doc="A kind of a later version.",
    creator=Writer.SERVER,
    lives_in="`o:{school}`",
    fields={"words": scalar(Line(200), "What is asked.", empty="")},
)
