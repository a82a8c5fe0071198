"""A disk that is full or broken: a sentence that helps, nothing lost, and no restart to go on."""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from psycopg import errors as postgres
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import OperationalError

from pathfolio import db, jobs
from pathfolio.jobs import handlers, worker
from pathfolio.jobs.models import WAITING, JobRow
from pathfolio.syncing import highwater
from pathfolio.trouble import Trouble, trouble
from tests.api.support_sync import Device
from tests.api.world import World


def full(*_arguments: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture
def ana(world: World) -> Device:
    return Device(world.as_("ana"), world.id("ana"))


@pytest.fixture
def engine(world: World) -> Iterator[Engine]:
    with world.app.app_context():
        yield db.db.engine


# PostgreSQL's disk is really filled by the campaign `disk_faults`.
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True, scope="session")
def test_a_full_database_is_said_and_takes_the_same_push_once_there_is_room(
    engine: Engine, ana: Device
) -> None:
    sizes = ["PRAGMA max_page_count=1"]  # no smaller than what there is

    def limit(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(sizes[-1])

    event.listen(engine, "checkout", limit)
    ana.pull()
    made = [ana.creation(title="Kept", words="Many words. " * 4000) for _ in range(5)]
    body = {"client": ana.client, "schema": 1, "now": made[0]["at"], "mutations": made}
    answer = ana.post("push", body)
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["slug"] == "disk_full"
    assert "no room left" in answer.json["detail"]
    assert answer.headers["Retry-After"] == "60"
    ana.pull()
    sizes.append("PRAGMA max_page_count=1000000")
    ana.must(*made)
    event.remove(engine, "checkout", limit)


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (OSError(errno.ENOSPC, ""), Trouble.FULL),
        (OSError(errno.EROFS, ""), Trouble.FAILING),
        (OSError(errno.ENOENT, ""), None),
        (OperationalError("", {}, postgres.DiskFull()), Trouble.FULL),
        (OperationalError("", {}, postgres.IoError()), Trouble.FAILING),
        (OperationalError("", {}, postgres.AdminShutdown()), Trouble.AWAY),
        (OperationalError("", {}, postgres.OperationalError("connection refused")), Trouble.AWAY),
        (OperationalError("", {}, postgres.UndefinedColumn()), None),
        (ValueError("ours"), None),
    ],
)
def test_trouble_is_told_apart_from_faults_of_ours(error: Exception, what: Trouble | None) -> None:
    assert trouble(error) is what


def test_what_is_committed_is_acknowledged_though_the_high_water_file_cannot_be_written(
    world: World, ana: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana.pull()
    with world.app.app_context():
        highwater.here()._written = 0
        with monkeypatch.context() as broken:
            broken.setattr(highwater, "durable_write", full)
            ana.must(ana.creation(title="Kept"))
        assert highwater.here().read() == {}
        highwater.here().flush()
        marks = highwater.here().read()[world.id("school")]
    ana.pull()
    assert marks[ana.portfolio][0] == ana.cursors[ana.portfolio][0]


@pytest.fixture
def patient(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """An application whose jobs of the kind `test` find the disk full."""
    monkeypatch.setattr(handlers, "HANDLERS", {})
    monkeypatch.setattr(worker, "HANDLERS", handlers.HANDLERS)
    jobs.handler("test", attempts=1)(full)  # type: ignore[arg-type]
    with app.app_context():
        yield app


def test_a_job_waits_for_room_instead_of_being_given_up(patient: Flask) -> None:
    db.run_write(lambda session: jobs.enqueue(session, "test", {}, "one"))
    assert worker.run_one()
    with db.read() as session:
        (job,) = session.scalars(select(JobRow))
    assert (job.state, job.attempts) == (WAITING, 0)


def test_the_worker_waits_until_its_database_is_well(
    patient: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = threading.Event()
    tries = iter([full, stop.set])

    def run_one() -> bool:
        next(tries)()
        return True

    monkeypatch.setattr(worker, "LONGEST", 0.01)
    monkeypatch.setattr(worker, "run_one", run_one)
    monkeypatch.setattr(worker, "call_modules", lambda name: None)
    worker.run(patient, stop)
    assert next(tries, None) is None
