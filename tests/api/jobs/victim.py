"""A worker process to be killed: works jobs that each add one row, and says on stdout how far it is."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from pathfolio import jobs
from pathfolio.app import create_app
from pathfolio.jobs import worker
from pathfolio.settings import Settings

KIND = "test.add"


def say(word: str, number: int) -> None:
    print(word, number, flush=True)


@jobs.handler(KIND)
def add(job: jobs.Job) -> jobs.Apply:
    number: int = job.payload["number"]
    say("working", number)

    def apply(session: Session) -> None:
        session.execute(text("INSERT INTO applied (number) VALUES (:n)"), {"n": number})
        say("applying", number)

    return apply


def main(url: str, data: str) -> None:
    app = create_app(Settings(data=Path(data), database_url=url, throwaway=True, log_level="ERROR"))
    worker.MODULES = ()  # only the job above
    worker.run(app, threading.Event())


if __name__ == "__main__":
    main(*sys.argv[1:])
