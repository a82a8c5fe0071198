"""The two transactions: durable, serialised, and a read that cannot write."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from pathfolio import db

WRITERS, TURNS = 6, 15


@pytest.fixture
def counting(database_url: str) -> Iterator[Flask]:
    """An application whose database holds one counter."""
    app = Flask("counting")
    db.set_up(app, database_url, demand_durable=False)
    with app.app_context():
        with db.write() as session:
            session.execute(text("CREATE TABLE counter (n INTEGER)"))
            session.execute(text("INSERT INTO counter VALUES (0)"))
        yield app
        db.db.engine.dispose()


def add_one(session: Session) -> None:
    n = session.execute(text("SELECT n FROM counter")).scalar_one()
    session.execute(text("UPDATE counter SET n = :n"), {"n": n + 1})


def count() -> int:
    with db.read() as session:
        return int(session.execute(text("SELECT n FROM counter")).scalar_one())


def test_a_failed_transaction_leaves_nothing_and_tells_nobody(counting: Flask) -> None:
    told: list[str] = []

    def fail() -> None:
        with db.write() as session:
            add_one(session)
            db.after_commit(session, lambda: told.append("done"))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert (count(), told) == (0, [])
    with db.write() as session:
        add_one(session)
        db.after_commit(session, lambda: told.append("done"))
        assert told == []
    assert (count(), told) == (1, ["done"])


def test_a_read_cannot_write(counting: Flask) -> None:
    with db.read() as session, pytest.raises(DBAPIError):
        add_one(session)
    assert count() == 0


def test_a_read_is_one_moment(counting: Flask) -> None:
    with db.read() as session:
        before = session.execute(text("SELECT n FROM counter")).scalar_one()
        with db.write() as other:
            add_one(other)
        assert session.execute(text("SELECT n FROM counter")).scalar_one() == before
    assert count() == before + 1


def test_a_write_inside_a_write_is_a_mistake_and_said_at_once(counting: Flask) -> None:
    with db.write(), pytest.raises(RuntimeError, match="open already"), db.write():
        pass


def test_writers_that_read_first_lose_no_update_on_sqlite(sqlite_url: str) -> None:
    app = Flask("counting")
    db.set_up(app, sqlite_url)
    with app.app_context(), db.write() as session:
        session.execute(text("CREATE TABLE counter (n INTEGER)"))
        session.execute(text("INSERT INTO counter VALUES (0)"))

    def run() -> None:
        with app.app_context():
            for _ in range(TURNS):
                db.run_write(add_one)

    threads = [threading.Thread(target=run) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        assert count() == WRITERS * TURNS
        db.db.engine.dispose()


@pytest.mark.parametrize("sqlstate", ["40001", "40P01"])
def test_what_the_database_asks_for_again_is_tried_again(counting: Flask, sqlstate: str) -> None:
    tries: list[int] = []

    def work(session: Session) -> str:
        tries.append(1)
        add_one(session)
        if len(tries) < 3:
            raise OperationalError("", {}, SimpleNamespace(sqlstate=sqlstate))  # type: ignore[arg-type]
        return "done"

    assert db.run_write(work) == "done"
    assert (len(tries), count()) == (3, 1)


def test_it_is_not_tried_for_ever(counting: Flask) -> None:
    def work(_session: Session) -> None:
        raise OperationalError("", {}, SimpleNamespace(sqlstate="40001"))  # type: ignore[arg-type]

    with pytest.raises(db.DatabaseBusyError):
        db.run_write(work)


def test_a_database_that_may_lose_work_is_refused(postgres_url: str, tmp_path: Path) -> None:
    with pytest.raises(db.NotDurableError, match="fsync is off"):
        db.set_up(Flask("x"), postgres_url)
    careless = create_engine(f"sqlite:///{tmp_path / 'careless.sqlite'}")
    with pytest.raises(db.NotDurableError, match="journal_mode is delete"):
        db.check_durable(careless)
    careless.dispose()
