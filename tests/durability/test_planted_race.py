"""A feed whose numbers are given before the commit loses records in a race; ours, in the same race, does not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from waitress.server import create_server  # type: ignore[import-untyped]

from pathfolio import db
from pathfolio.app import create_app
from pathfolio.settings import Settings
from tests.simulation.planted.bug import bugs
from tests.simulation.planted.plant import planted
from tests.support.databases import PostgresDatabases
from tests.support.race import race
from tests.support.race_pathfolio import PathfolioStore, RaceReader
from tests.support.small_school import prepare

SECONDS = 2.0
THREADS = 10


class Reader(RaceReader):
    """Follows the feed; what is really there is read from the table, as a broken feed has no true answer."""

    app: Flask

    def everything(self) -> set[str]:
        with self.app.app_context(), db.read() as session:
            rows = session.execute(text("SELECT record FROM record WHERE kind = 'artifact'"))
            return {row.record for row in rows}


class Store(PathfolioStore):
    app: Flask

    def reader(self) -> Reader:
        made = Reader(self._remote("ada"))
        made.app = self.app
        return made


@contextmanager
def serving(url: str, data: Path) -> Iterator[Store]:
    """The server in this process, so that a bug can be planted into it."""
    chosen = Settings(
        data=data,
        database_url=url,
        throwaway=True,
        log_level="ERROR",
        device_calls=10**9,
        address_calls=10**9,
    )
    app = create_app(chosen)
    server = create_server(app, host="127.0.0.1", port=0, threads=THREADS)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    store = Store([server.effective_port])
    store.app = app
    try:
        yield store
    finally:
        for remote in store.remotes:
            if remote.connection is not None:
                remote.connection.close()
        server.close()
        thread.join()
        with app.app_context():
            db.db.engine.dispose()


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.parametrize("bug", [None, *bugs("race")])
def test_only_numbers_given_under_the_lock_reach_everybody(
    bug: str | None, postgres_databases: PostgresDatabases, tmp_path: Path
) -> None:
    url = postgres_databases.fresh(prepare)
    with serving(url, tmp_path / "data") as store, ExitStack() as stack:
        if bug is not None:
            stack.enter_context(planted(bugs("race")[bug], tmp_path, tmp_path))
        outcome = race(store, seconds=SECONDS, quiet=0.5)
    postgres_databases.drop(url)
    print(f"{len(outcome.whole)} records, {len(outcome.missed)} missed, {outcome.polls} polls")
    assert outcome.faults == []
    assert outcome.polls > 0
    assert len(outcome.whole) > 100
    assert (len(outcome.missed) > 0) == (bug is not None)
