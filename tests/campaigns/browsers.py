"""Real Chromium, real server: random days of students with kills, full devices, updates and wrong clocks."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserType, sync_playwright
from sqlalchemy.orm import Session

from pathfolio import db
from pathfolio.app import create_app
from pathfolio.people import roster
from pathfolio.people.models import Enrolment, Person, SchoolClass
from pathfolio.settings import Settings
from tests.campaigns.evidence import ROOT
from tests.campaigns.frame import Failure, MissingPartError, Outcome, Size
from tests.campaigns.journey import Journey, Place
from tests.durability.remote import Remote
from tests.e2e.visitor import Network
from tests.support import small_school
from tests.support.chromium import chromium_program
from tests.support.databases import SqliteDatabases
from tests.support.proxy import link
from tests.support.running import running

BUILT = Path(os.environ.get("PATHFOLIO_CLIENT", ROOT / "pwa" / "dist"))
STUDENTS = 25
"""Of one server; then another one begins, so that no list grows long."""


def run(size: Size) -> Outcome:
    outcome = Outcome()
    program = chromium_program()
    if program is None:
        raise MissingPartError("Chromium", "Debian: apt install chromium")
    if not (BUILT / "sw.js").is_file():
        raise MissingPartError("built client", "make setup")
    with sync_playwright() as playwright:
        while not size.over(outcome.done):
            with place(playwright.chromium, program) as here:
                for student in range(STUDENTS):
                    if not size.over(outcome.done):
                        day(outcome, here, size.first + outcome.done, f"student{student}")
    return outcome


@contextmanager
def place(kind: BrowserType, program: str) -> Iterator[Place]:
    with tempfile.TemporaryDirectory(prefix="pathfolio-browsers-") as name:
        folder = Path(name)
        client = Path(shutil.copytree(BUILT, folder / "client"))
        (folder / "database").mkdir()
        url = SqliteDatabases(folder / "database").fresh(prepare)
        with (
            running(url, folder / "data", PATHFOLIO_CLIENT=str(client)) as server,
            link(server.port) as relay,
        ):
            yield Place(kind, program, Network(relay), client, folder)


def prepare(url: str) -> None:
    """The small school with many more students in its class."""
    small_school.prepare(url)
    chosen = Settings(
        data=Path(tempfile.mkdtemp(prefix="pathfolio-test-")),
        database_url=url,
        throwaway=True,
        log_level="ERROR",
    )
    app = create_app(chosen)
    with app.app_context():
        db.run_write(more_students)
        db.db.engine.dispose()


def more_students(session: Session) -> None:
    room = session.query(SchoolClass).one()
    kept = session.query(Person).filter_by(username="maya").one().password
    people = set()
    for number in range(STUDENTS):
        name = f"student{number}"
        person = roster.new_person(session, room.school, name=name, username=name, role="student")
        person.password = kept
        people.add(person.id)
        session.add(
            Enrolment(school=room.school, class_id=room.id, person=person.id, role="student")
        )
    roster.publish(session, room.school, people=people, classes={room.id}, by=None)


def day(outcome: Outcome, here: Place, seed: int, name: str) -> None:
    """One student's day; whatever is not as it must be is a failure with the way to it."""
    profile = here.folder / f"profile-{seed}"
    here.network.mend()
    journey = Journey(here, profile, name, seed)
    wrong: list[str] = []
    try:
        journey.run()
        device = Remote(here.network.link.target).sign_in(name).device()
        wrong += [f"not at school: {text}" for text in journey.lost(device)]
        wrong += filter(None, [journey.unequal(device)])
    except Exception as error:  # noqa: BLE001 - a screen that never showed what it had to, or an assertion
        wrong.append(f"{type(error).__name__} at {journey.trace[-1:]}: {error}")
    wrong += journey.faults
    journey.visitor.close()
    shutil.rmtree(profile, ignore_errors=True)
    outcome.done += 1
    outcome.add("texts typed and saved", len(journey.saved))
    for step, count in journey.fired.items():
        outcome.add(step, count)
    for said in wrong:
        again = f"python -m tests.campaigns browsers --first {seed} --count 1"
        first, _, rest = said.partition("\n")
        way = " > ".join(journey.trace)
        outcome.failures.append(Failure(str(seed), first, again, f"{way}\n{rest}".strip()))
