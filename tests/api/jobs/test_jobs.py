"""Jobs: enqueued with their cause, applied once, retried, given up, and never lost to a kill."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from pathfolio import clock, db, jobs
from pathfolio.jobs import handlers, queue, worker
from pathfolio.jobs.models import FAILED, JobRow
from tests.api.jobs import victim


@pytest.fixture
def ready(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The application with a table that jobs add to, and no handlers but those of a test."""
    monkeypatch.setattr(handlers, "HANDLERS", {})
    monkeypatch.setattr(worker, "HANDLERS", handlers.HANDLERS)
    with app.app_context():
        run("CREATE TABLE applied (number INTEGER NOT NULL)")
        yield app


def run(statement: str) -> None:
    with db.write() as session:
        session.execute(text(statement))


def applied() -> list[int]:
    with db.read() as session:
        return sorted(session.scalars(text("SELECT number FROM applied")).all())


def waiting() -> list[JobRow]:
    with db.read() as session:
        return list(session.scalars(select(JobRow)))


def add(number: int = 1, key: str | None = None) -> None:
    db.run_write(
        lambda session: jobs.enqueue(session, "test", {"number": number}, key or str(number))
    )


def adder(job: jobs.Job) -> jobs.Apply:
    def apply(session: Session) -> None:
        session.execute(text("INSERT INTO applied VALUES (:n)"), {"n": job.payload["number"]})

    return apply


def later(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def test_a_job_is_applied_once_and_leaves_nothing(ready: Flask) -> None:
    jobs.handler("test")(adder)
    add(1)
    add(2)
    assert worker.run_all() == 2
    assert applied() == [1, 2]
    assert waiting() == []


def test_a_job_comes_and_goes_with_the_transaction_that_causes_it(ready: Flask) -> None:
    jobs.handler("test")(adder)

    def cause(session: Session) -> None:
        jobs.enqueue(session, "test", {"number": 1}, "1")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        db.run_write(cause)
    assert worker.run_all() == 0


def test_one_job_waits_per_key(ready: Flask) -> None:
    jobs.handler("test")(adder)
    add(1, "same")
    add(1, "same")
    worker.run_all()
    assert applied() == [1]


def test_of_two_times_for_one_job_the_earlier_counts(ready: Flask) -> None:
    jobs.handler("test")(adder)
    with db.write() as session:
        for seconds in (60, 0, 30):
            due = clock.now() + later(seconds)
            jobs.enqueue(session, "test", {"number": 1}, "same", due=due)
    assert worker.run_all() == 1
    assert waiting() == []


def test_a_job_asked_for_while_it_runs_runs_again(ready: Flask) -> None:
    def work(job: jobs.Job) -> jobs.Apply:
        if job.attempts == 1 and applied() == []:
            add(2, "same")
        return adder(job)

    jobs.handler("test")(work)
    add(1, "same")
    worker.run_all()
    assert applied() == [1, 2]


def test_a_job_may_enqueue_itself_for_later(ready: Flask) -> None:
    def work(job: jobs.Job) -> jobs.Apply:
        def apply(session: Session) -> None:
            adder(job)(session)
            jobs.enqueue(session, "test", job.payload, "daily", due=clock.now() + later(60))

        return apply

    jobs.handler("test")(work)
    add(1, "daily")
    assert worker.run_all() == 1
    moment = clock.now() + later(61)
    with clock.using(lambda: moment):
        assert worker.run_all() == 1
    assert applied() == [1, 1]


def test_a_job_that_fails_is_tried_later_and_later_and_then_given_up(ready: Flask) -> None:
    tried: list[int] = []

    def fail(job: jobs.Job) -> jobs.Apply:
        tried.append(job.attempts)
        raise ZeroDivisionError

    jobs.handler("test", attempts=3, give_up=adder)(fail)
    add(7)
    assert worker.run_all() == 1
    for seconds in (3, 10):
        moment = clock.now() + later(seconds)
        with clock.using(lambda at=moment: at):  # type: ignore[misc]
            worker.run_all()
    assert tried == [1, 2, 3]
    assert applied() == [7]
    (left,) = waiting()
    assert left.state == FAILED
    assert "ZeroDivisionError" in (left.trouble or "")


def test_a_failing_job_does_not_hold_up_the_others(ready: Flask) -> None:
    def work(job: jobs.Job) -> jobs.Apply:
        if job.payload["number"] == 1:
            raise ZeroDivisionError
        return adder(job)

    jobs.handler("test")(work)
    for number in (1, 2, 3):
        add(number)
    worker.run_all()
    assert applied() == [2, 3]


def test_what_kills_its_worker_every_time_is_given_up_too(ready: Flask) -> None:
    jobs.handler("test", attempts=3, give_up=adder)(adder)
    add(5)
    moment = clock.now()
    for attempt in range(3):  # three workers claim it and are never heard of again
        with clock.using(lambda at=moment: at):  # type: ignore[misc]
            claimed = db.run_write(lambda session: queue.claim(session, ["test"]))
        assert claimed is not None
        assert claimed.attempts == attempt + 1
        moment += queue.LEASE + later(1)
    with clock.using(lambda: moment):
        worker.run_all()
    (left,) = waiting()
    assert left.state == FAILED
    assert applied() == [5]


def test_who_lost_the_lease_can_write_nothing(ready: Flask) -> None:
    jobs.handler("test")(adder)
    add(1)
    slow = db.run_write(lambda session: queue.claim(session, ["test"]))
    assert slow is not None
    moment = clock.now() + queue.LEASE + later(1)
    with clock.using(lambda: moment):
        assert worker.run_all() == 1

        def end(session: Session) -> None:
            adder(slow)(session)
            queue.done(session, slow)

        with pytest.raises(queue.LostLeaseError):
            db.run_write(end)
        with pytest.raises(queue.LostLeaseError):
            db.run_write(lambda session: queue.renew(session, slow))
    assert applied() == [1]


def test_a_lease_that_is_renewed_is_not_taken_over(ready: Flask) -> None:
    add(1)
    held = db.run_write(lambda session: queue.claim(session, ["test"]))
    assert held is not None
    half = clock.now() + queue.LEASE / 2
    with clock.using(lambda: half):
        db.run_write(lambda session: queue.renew(session, held))
    moment = half + queue.LEASE / 2 + later(1)
    with clock.using(lambda: moment):
        assert db.run_write(lambda session: queue.claim(session, ["test"])) is None


def test_two_claims_at_once_never_take_the_same_job(ready: Flask) -> None:
    for number in range(20):
        add(number)
    taken: list[str] = []
    start = threading.Barrier(4)

    def take() -> None:
        with ready.app_context():
            start.wait()
            while job := db.run_write(lambda session: queue.claim(session, ["test"])):
                taken.append(job.id)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(taken) == len(set(taken)) == 20


def test_jobs_of_a_kind_that_this_version_does_not_know_wait(ready: Flask) -> None:
    jobs.handler("test")(adder)
    db.run_write(lambda session: jobs.enqueue(session, "from.tomorrow", {}, "1"))
    assert worker.run_all() == 0
    assert len(waiting()) == 1


def test_a_worker_ends_its_job_before_it_stops(ready: Flask) -> None:
    stop = threading.Event()

    def work(job: jobs.Job) -> jobs.Apply:
        stop.set()
        return adder(job)

    jobs.handler("test")(work)
    add(1)
    add(2)
    modules, worker.MODULES = worker.MODULES, ()
    try:
        worker.run(ready, stop)
    finally:
        worker.MODULES = modules
    assert len(applied()) == 1
    assert len(waiting()) == 1


def test_no_job_is_lost_or_applied_twice_when_workers_are_killed(
    ready: Flask, tmp_path: Path, school_url: str
) -> None:
    seed = random.randrange(10**6)
    print("seed", seed)
    chance = random.Random(seed)
    numbers = list(range(40))
    for number in numbers:
        with db.write() as session:
            jobs.enqueue(session, victim.KIND, {"number": number}, str(number))
    for _ in range(6):
        kill_after(chance.randrange(1, 9), school_url, tmp_path)
    jobs.handler(victim.KIND)(adder)
    for _ in range(6):  # at most: each killed worker left one lease, and each may be claimed anew
        moment = clock.now() + queue.LEASE + later(1)
        with clock.using(lambda at=moment: at):  # type: ignore[misc]
            worker.run_all()
    assert applied() == numbers
    assert waiting() == []


def kill_after(lines: int, url: str, data: Path) -> None:
    """Starts a worker and kills it, without warning, when it has said so many things."""
    command = [sys.executable, "-m", "tests.api.jobs.victim", url, str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(lines):
            if not process.stdout.readline():
                break
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
