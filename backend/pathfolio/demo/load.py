"""Carries out the plan of the demo school, through the same doors that real devices use."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pathfolio import clock, migrations
from pathfolio.access import Actor
from pathfolio.commands.supervisor import STOP_SECONDS, Program, program
from pathfolio.db import read, run_write
from pathfolio.demo import passwords, pictures
from pathfolio.demo.devices import Devices
from pathfolio.demo.plan import CLASSES, COORDINATOR, TEACHERS, Plan, Work, compose
from pathfolio.ids import new_id
from pathfolio.jobs import worker
from pathfolio.people import roster
from pathfolio.people.models import Enrolment, School, SchoolClass
from pathfolio.people.operations import create_school
from pathfolio.sessions.passwords import hashed
from pathfolio.settings import current
from pathfolio.syncing import highwater
from pathfolio.uploads import operations as uploads
from pathfolio.uploads.storage import store
from pathfolio_media.store import Part

NAME = "Riverside School"
Say = Callable[[str], None]


def load_once(app: Flask, say: Say) -> bool:
    """Loads the demo school unless there is a school already; whether it did.

    One that was interrupted is thrown away and made anew: the marker says that nobody has used it yet.
    """
    marker = passwords.unfinished(current())
    if marker.exists():
        say("The demo school was not finished last time; beginning anew.")
        empty()
    with read() as session:
        if session.scalar(select(School.id).limit(1)):
            return False
    say(
        "Making the demo school: 60 students, 6 teachers, one school year. This takes about a minute."
    )
    marker.touch()
    plan = compose(clock.now())
    school = create_school(passwords.SLUG, NAME)
    people = make_people(school.id, plan)
    with helping_worker():
        attachments = make_pictures(people, plan)
        Devices(school.id, people, attachments).carry_out(plan)
        worker.call_modules("start")
        worker.run_all()
        worker.call_modules("stop")
    passwords.remember(current(), passwords.FIRST)
    marker.unlink()
    del app
    return True


def empty() -> None:
    """Takes away what an interrupted demo school left behind."""
    migrations.downgrade("base")
    migrations.upgrade()
    for left in (current().data / "media").glob("*/*"):
        shutil.rmtree(left, ignore_errors=True)
    highwater.here().forget()


def make_people(school: str, plan: Plan) -> dict[str, Actor]:
    """Classes, teachers, the coordinator and all students, by user name."""
    kept = hashed(passwords.FIRST)

    def work(session: Session) -> dict[str, Actor]:
        made: dict[str, Actor] = {}
        classes = [SchoolClass(school=school, id=new_id(), title=title) for title in CLASSES]
        session.add_all(classes)

        def add(name: str, username: str, role: str, number: int | None) -> None:
            person = roster.new_person(session, school, name=name, username=username, role=role)
            person.password = kept
            made[username] = Actor(person.id, school, role, "active", new_id())
            if number is not None:
                as_what = "student" if role == "student" else "teacher"
                session.add(
                    Enrolment(
                        school=school, class_id=classes[number].id, person=person.id, role=as_what
                    )
                )

        add(*COORDINATOR, "coordinator", None)
        for index, (name, username) in enumerate(TEACHERS):
            add(name, username, "teacher", index // 2)
        for student in plan.students:
            add(student.name, student.username, "student", student.class_number)
        everybody = {actor.person for actor in made.values()}
        roster.publish(
            session, school, people=everybody, classes={each.id for each in classes}, by=None
        )
        return made

    return run_write(work)


@contextmanager
def helping_worker() -> Iterator[None]:
    """A second process that checks pictures meanwhile, so that both cores have work."""
    helper = Program("helper", program("worker"))
    helper.start()
    try:
        yield
    finally:
        helper.stop()
        helper.wait(time.monotonic() + STOP_SECONDS)


def make_pictures(people: dict[str, Actor], plan: Plan) -> dict[tuple[str, int], dict[str, object]]:
    """Draws and uploads every picture; (user name, number of the work) -> the attachment's value."""
    wanted = [
        (student, index, work)
        for student in plan.students
        for index, work in enumerate(student.works)
        if work.picture
    ]
    made: dict[tuple[str, int], dict[str, object]] = {}
    with drawing() as pool:
        drawn = pool.map(
            pictures.jpeg,
            *zip(*(work.picture for _, _, work in wanted if work.picture), strict=True),
        )
        for (student, index, work), content in zip(wanted, drawn, strict=True):
            with clock.using(lambda at=work.at: at):  # type: ignore[misc]
                made[student.username, index] = upload(people[student.username], work, content)
    return made


@contextmanager
def drawing() -> Iterator[ProcessPoolExecutor]:
    """Two processes that draw; what still waits is dropped when the block is left early."""
    pool = ProcessPoolExecutor(2, mp_context=get_context("spawn"))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def upload(actor: Actor, work: Work, content: bytes) -> dict[str, object]:
    """One picture by the upload contract, as a device would send it."""
    digest = hashlib.sha256(content).hexdigest()
    said = uploads.Announced(new_id(), digest, len(content), "image/jpeg", "photo", work.at)
    row = uploads.announce(actor, said).upload
    for n in range(1, row.parts + 1):
        piece = content[(n - 1) * row.part_bytes :][: row.part_size(n)]
        part = Part(n, len(piece))
        store(row.place).take_part(
            row.key, row.handle or "", part, hashlib.sha256(piece).hexdigest(), [piece]
        )
    uploads.complete(actor, said.upload)
    return {
        "type": "photo",
        "upload": said.upload,
        "sha256": digest,
        "size": len(content),
        "mime": "image/jpeg",
        "name": f"{work.picture[0] if work.picture else 'photo'}.jpg",
        "caption": "",
    }
