"""The worker: claims a job, works, writes its result under the fence, claims the next."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

import structlog
from flask import Flask, current_app
from sqlalchemy.orm import Session

from pathfolio import clock
from pathfolio.db import read, run_write
from pathfolio.errors import where
from pathfolio.jobs import queue
from pathfolio.jobs.handlers import HANDLERS, Job, nothing
from pathfolio.jobs.queue import LEASE, LostLeaseError
from pathfolio.trouble import trouble

# Modules that register handlers. They may have `start()`, which enqueues what runs by the calendar, and `stop()`.
MODULES: tuple[str, ...] = (
    "pathfolio.uploads.checking",
    "pathfolio.uploads.collect",
    "pathfolio.uploads.adopt",
    "pathfolio.uploads.hiding",
    "pathfolio.syncing.cleaning",
)
SHORTEST, LONGEST = 0.1, 2.0

log = structlog.get_logger()


def run(app: Flask, stop: threading.Event) -> None:
    """Works until `stop` is set; then ends the job in hand first."""
    with app.app_context():
        pause, started = SHORTEST, False
        try:
            while not stop.is_set():
                try:
                    if not started:
                        call_modules("start")
                        started = True
                    if run_one():
                        pause = SHORTEST
                        continue
                    # Nobody tells a process about another one's commit on SQLite: look again, ever more rarely.
                    stop.wait(_until_due(pause))
                except Exception as error:
                    what = trouble(error)
                    if what is None:
                        raise
                    log.warning("worker_waits", what=what.value, at=where(error))
                    stop.wait(LONGEST)
                pause = min(LONGEST, pause * 2)
        finally:
            call_modules("stop")


def call_modules(name: str) -> None:
    """Registers all handlers by importing their modules; calls `start` or `stop` where they have it."""
    for module in map(import_module, MODULES):
        function = getattr(module, name, None)
        if function:
            function()


def run_one() -> bool:
    """Claims and works one job; False when none is due. Needs an app context."""
    job = run_write(lambda session: queue.claim(session, HANDLERS))
    if job is None:
        return False
    try:
        with _renewing(job):
            _work(job)
    except LostLeaseError:
        log.warning("job_lost", **about(job))
    return True


def run_all() -> int:
    """Works until nothing is due, for commands and tests. Needs an app context."""
    count = 0
    while run_one():
        count += 1
    return count


def _work(job: Job) -> None:
    handler = HANDLERS[job.kind]
    # An attempt is counted when it begins: what kills its worker each time ends here, not in a loop.
    if job.attempts > handler.attempts:
        _give_up(job, "every attempt ended without a word")
        return
    try:
        apply = handler.work(job)

        def end(session: Session) -> None:
            # The fence first: it also lets the job enqueue itself for another day.
            queue.done(session, job)
            apply(session)

        run_write(end)
    except LostLeaseError:
        raise
    except Exception as error:  # noqa: BLE001 -- whatever it is, the next job must run
        said = f"{type(error).__name__} at {where(error)[-1]}"
        log.warning("job_failed", **about(job), reason=type(error).__name__, at=where(error))
        what = trouble(error)
        if what is not None:
            seconds = what.seconds
            run_write(lambda session: queue.wait(session, job, said, seconds))
        elif job.attempts >= handler.attempts:
            _give_up(job, said)
        else:
            run_write(lambda session: queue.retry_later(session, job, said))


def _give_up(job: Job, said: str) -> None:
    handler = HANDLERS[job.kind]
    apply = handler.give_up(job) if handler.give_up else nothing

    def end(session: Session) -> None:
        queue.give_up(session, job, said)
        apply(session)

    run_write(end)
    log.error("job_given_up", **about(job))


def about(job: Job) -> dict[str, str | int]:
    """What a log line says of a job."""
    return {"kind": job.kind, "job": job.id, "attempt": job.attempts}


@contextmanager
def _renewing(job: Job) -> Iterator[None]:
    """Keeps the lease alive beside long work, from a thread that sleeps most of the time."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 -- to cross threads
    ended = threading.Event()

    def renew() -> None:
        with app.app_context():
            while not ended.wait(LEASE.total_seconds() / 3):
                try:
                    run_write(lambda session: queue.renew(session, job))
                except LostLeaseError:
                    return
                except Exception as error:  # the work itself will meet the same trouble, and wait
                    if trouble(error) is None:
                        raise

    thread = threading.Thread(target=renew, name=f"lease {job.id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _until_due(pause: float) -> float:
    with read() as session:
        due = queue.next_due(session, HANDLERS)
    if due is None:
        return pause
    return max(0.01, min(pause, (due - clock.now()).total_seconds()))
