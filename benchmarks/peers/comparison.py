"""`python -m benchmarks peers`: every server in turn, before whatever else the machine does."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any, cast

from benchmarks.load.run import go_first
from benchmarks.peers.kinto import kinto
from benchmarks.peers.measure import Figure, alone, raced
from benchmarks.peers.pathfolio import pathfolio
from benchmarks.peers.peer import Peer
from benchmarks.peers.pouchdb import pouchdb
from tests.campaigns.places import databases, folder
from tests.support.databases import Databases, PostgresDatabases

SECONDS = float(os.environ.get("RACE_SECONDS", "60"))

Start = Callable[[Path], AbstractContextManager[Peer]]
Row = dict[str, Any]


def contenders(postgres: PostgresDatabases, sqlite: Databases) -> Iterator[tuple[Start, bool]]:
    """How each is started, and whether it is also measured alone: the second cursor of Kinto changes only the race."""
    yield lambda place: pathfolio(place, postgres, processes=3), True
    yield lambda place: pathfolio(place, sqlite, processes=1), True
    yield lambda place: kinto(place, postgres, cursor="etag"), True
    yield lambda place: kinto(place, postgres, cursor="newest seen"), False
    yield pouchdb, True


def run() -> list[Row]:
    rows: list[Row] = []
    with folder("peers") as place, ExitStack() as stack:
        sqlite = stack.enter_context(databases("sqlite", place))
        postgres = cast("PostgresDatabases", stack.enter_context(databases("postgresql", place)))
        for number, (start, both) in enumerate(contenders(postgres, sqlite)):
            rows += measured(start, place / str(number), alone_too=both)
    return rows


def measured(start: Start, place: Path, *, alone_too: bool) -> list[Row]:
    """One server, started anew for each of the two measurements."""
    place.mkdir()
    figures: list[Figure] = []
    with start(place / "race") as peer:
        print(f"\n{peer.name}", flush=True)
        for pid in (os.getpid(), *peer.roots):
            go_first(pid)
        outcome, figures = raced(peer, SECONDS)
        for said in [*outcome.faults, *sorted(set(peer.refused))[:3]]:
            print(f"  {said}")
    if alone_too:
        with start(place / "alone") as quiet:
            for pid in quiet.roots:
                go_first(pid)
            figures += alone(quiet)
    for each in figures:
        print(f"  {each.what}: {each.value:,} {each.unit}".rstrip(), flush=True)
    told = [
        {"of": peer.name, "what": each.what, "value": each.value, "unit": each.unit}
        for each in figures
    ]
    return [*told, {"of": peer.name, "note": peer.notes}]
