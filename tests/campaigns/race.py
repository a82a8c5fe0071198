"""Eight writers and a reader at once, on PostgreSQL and on SQLite, each with four server processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.campaigns.frame import Failure, Outcome, Size
from tests.campaigns.places import KINDS, SETTINGS, databases, folder
from tests.support.cpu import cpu_of
from tests.support.databases import Databases, PostgresDatabases
from tests.support.race import Outcome as Raced
from tests.support.race import race
from tests.support.race_pathfolio import PathfolioStore
from tests.support.small_school import prepare
from tests.support.warm import WarmRunning

SERVERS = 4
QUIET = 1.0


def run(size: Size) -> Outcome:
    outcome = Outcome()
    seconds = size.extent.seconds or 60.0
    for kind in KINDS:
        with folder("race") as place, databases(kind, place) as bases:
            url = bases.fresh(prepare)
            with servers(url, place / "data", 2 if size.small else SERVERS) as started:
                one_race(outcome, kind, started, bases, seconds)
    return outcome


@contextmanager
def servers(url: str, data: Path, count: int) -> Iterator[list[WarmRunning]]:
    """So many web servers on one database and one folder."""
    data.mkdir()
    started = [WarmRunning(url, data, settings=SETTINGS) for _ in range(count)]
    try:
        for each in started:
            each.start("web")
        yield started
    finally:
        for each in started:
            for name in list(each.programs):
                each.kill(name)


def processes(started: list[WarmRunning], bases: Databases) -> list[int]:
    """The web servers, and the database server where it is one of its own."""
    found = [program.pid for each in started for program in each.programs.values()]
    return [*found, bases.server.pid] if isinstance(bases, PostgresDatabases) else found


def one_race(
    outcome: Outcome, kind: str, started: list[WarmRunning], bases: Databases, seconds: float
) -> None:
    store = PathfolioStore([each.port for each in started])
    roots = processes(started, bases)
    readings: list[float] = []

    def read() -> None:
        readings.append(cpu_of(roots))

    try:
        raced = race(store, seconds=seconds, quiet=QUIET, on_begin=read, on_end=read)
    finally:
        store.close()
    failures = [line for remote in store.remotes for line in remote.failures]
    outcome.done += raced.batches
    tell(outcome, kind, raced, readings[1] - readings[0])
    again = f"python -m tests.campaigns race --seconds {seconds:g}"
    for said in broken_promises(raced, failures):
        outcome.failures.append(Failure(kind, said, again))


def tell(outcome: Outcome, kind: str, raced: Raced, cpu: float) -> None:
    count = len(raced.acknowledged)
    outcome.add(f"{kind}: records acknowledged", count)
    outcome.add(f"{kind}: polls of the reader meanwhile", raced.polls)
    outcome.add(f"{kind}: missed by the reader", len(raced.missed))
    outcome.add(f"{kind}: acknowledged but absent", len(raced.absent))
    outcome.add(f"{kind}: told to come back", raced.refused)
    outcome.figures[f"{kind}: records per second"] = round(count / raced.seconds, 1)
    outcome.figures[f"{kind}: records per server CPU second"] = round(count / cpu, 1)


def broken_promises(raced: Raced, failures: list[str]) -> list[str]:
    found = [*raced.faults, *failures[:5]]
    if raced.missed:
        found.append(f"the reader never heard of {len(raced.missed)} records")
    if raced.absent:
        found.append(f"{len(raced.absent)} acknowledged records are not there")
    if not raced.acknowledged or not raced.polls:
        found.append("nothing was written, or nobody read")
    if raced.seen - raced.whole:
        found.append(f"{len(raced.seen - raced.whole)} records were told and are gone")
    return found
