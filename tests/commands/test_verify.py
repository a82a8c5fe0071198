"""`pathfolio verify` finds planted damage, and `pathfolio rebuild` mends what can be made anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from flask import Flask
from sqlalchemy import Connection, Table, create_engine, delete, func, select, update
from sqlalchemy.orm import Session

from pathfolio import clock, db, ids
from pathfolio.app import create_app
from pathfolio.demo import pictures
from pathfolio.health import report
from pathfolio.settings import Settings
from pathfolio.syncing import rebuild
from pathfolio.syncing.models import (
    Client,
    History,
    Member,
    Record,
    Space,
    SpaceChain,
    Tombstone,
)
from pathfolio.uploads.models import Reference, Upload
from tests.durability.remote import Remote, attachment
from tests.support.databases import Databases
from tests.support.running import Running, stopped
from tests.support.small_school import prepare

Damage = Callable[[Session, Any], object]
"""Plants something; gets one live artifact's row."""


@pytest.fixture(scope="module")
def worked_in(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A school in which maya made a piece with a photo, and got feedback."""
    with stopped(databases, tmp_path_factory.mktemp("worked") / "data", prepare) as place:
        place.start()
        maya, ada = Remote(place.port).sign_in("maya"), Remote(place.port).sign_in("ada")
        photo, upload = pictures.jpeg("pipes", "maya"), ids.new_id()
        device = maya.device()
        shown = {ids.new_id(): {"v": attachment(upload, photo), "p": "a0"}}
        work = device.create(title="First", attachments=shown)
        device.must(device.set(work, "title", "Second"))
        maya.send_file(photo, upload)
        maya.wait_until_verified([upload], 60)
        teacher = ada.device()
        teacher.pull()
        teacher.create("feedback", artifact=work, glow="Bold", audience="published")
        for name in ("web", "worker"):
            place.stop(name)
        yield place


@pytest.fixture(scope="module")
def inside(worked_in: Running) -> Iterator[Flask]:
    """The same school in this process: a command of its own for every damage would take minutes."""
    settings = Settings(
        data=worked_in.data, database_url=worked_in.url, throwaway=True, log_level="ERROR"
    )
    app = create_app(settings)
    yield app
    with app.app_context():
        db.db.engine.dispose()


def problems(app: Flask, *, media: bool = False) -> str:
    with app.app_context():
        return "\n".join(report.run(media=media).problems)


@contextmanager
def tables(place: Running) -> Iterator[Session]:
    engine = create_engine(place.url)
    with Session(engine) as session:
        yield session
        session.commit()
    engine.dispose()


@contextmanager
def damaged(place: Running, damage: Damage) -> Iterator[None]:
    """As planted inside the block, as before after it."""
    with tables(place) as session:
        kept = {table: rows(session.connection(), table) for table in TABLES}
        damage(session, artifact(session))
    try:
        yield
    finally:
        with tables(place) as session:
            for table, before in kept.items():
                session.execute(delete(table))
                session.execute(table.insert(), before)


MODELS = (Space, SpaceChain, Record, History, Member, Client, Reference, Upload)
TABLES = [cast("Table", model.__table__) for model in MODELS]


def rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(select(table)).mappings()]


def artifact(session: Session) -> Record:
    return session.scalars(select(Record).where(Record.kind == "artifact")).one()


def change(**values: object) -> Damage:
    """Columns of the artifact's row."""
    return lambda session, row: session.execute(
        update(Record).where(Record.record == row.record, ~Record.gone).values(**values)
    )


def spoil_words(session: Session, row: Record) -> None:
    """Other words, as a clumsy hand in the database would leave them: no more canonical."""
    row.body = row.body.replace(b'"title":"Second"', b'"title": "Third"')


def break_chain(session: Session, row: Record) -> None:
    first = select(func.min(SpaceChain.seq)).where(SpaceChain.space == row.space).scalar_subquery()
    session.execute(
        update(SpaceChain)
        .where(SpaceChain.space == row.space, SpaceChain.seq == first + 1)
        .values(chain="0" * 15 + "1")
    )


def cut_chain(session: Session, row: Record) -> None:
    first = select(func.min(SpaceChain.seq)).where(SpaceChain.space == row.space).scalar_subquery()
    session.execute(
        delete(SpaceChain).where(SpaceChain.space == row.space, SpaceChain.seq == first + 1)
    )


def forget_history(session: Session, row: Record) -> None:
    session.execute(delete(History).where(History.id == row.rev_id))


def in_space(**values: object) -> Damage:
    return lambda session, row: session.execute(
        update(Space).where(Space.space == row.space).values(**values)
    )


def lose_record(session: Session, row: Record) -> None:
    session.delete(row)


def member_of_nothing(session: Session, row: Record) -> None:
    session.add(
        Member(
            school=row.school,
            person=row.by,
            space=f"c:{ids.new_id()}",
            role="student",
            since=clock.now(),
        )
    )


def member_by_hand(session: Session, row: Record) -> None:
    """Somebody whom no class list knows there reads along."""
    other = session.scalars(
        select(Member.person).where(Member.role == "student", Member.person != row.by).limit(1)
    ).one()
    session.add(
        Member(school=row.school, person=other, space=row.space, role="teacher", since=clock.now())
    )


def lost_teacher(session: Session, row: Record) -> None:
    session.execute(delete(Member).where(Member.space == row.space, Member.role == "teacher"))


def device(**values: object) -> Damage:
    return lambda session, row: session.execute(
        update(Client).where(Client.person == row.by).values(**values)
    )


DAMAGE: dict[str, tuple[Damage, str]] = {
    "words": (spoil_words, "is not canonical JSON"),
    "owner": (change(by="a" * 26), "has a body that contradicts its columns"),
    "revision": (change(rev=99), "the digest does not fit"),
    "number": (change(seq=9999), "a record has a number that was never given"),
    "read model": (change(about="a" * 26), "has a read model that contradicts its body"),
    "broken chain": (break_chain, "the chain is broken at"),
    "cut chain": (cut_chain, "the chain lacks what comes after"),
    "head": (in_space(head=9999), "is not the end of the chain"),
    "digest": (in_space(digest="0" * 16), "the digest does not fit"),
    "history": (forget_history, "has a change that its history does not know"),
    "lost record": (lose_record, "the digest does not fit"),
    "membership": (member_of_nothing, "is a member of the unknown space"),
    "class list": (member_by_hand, "should not be there"),
    "lost teacher": (lost_teacher, "should be teacher there"),
    "device's hash": (device(hash="f" * 32), "its hash is not that of the changes taken from it"),
    "device's count": (device(last_n=1), "but only 1 counted"),
    "device of nothing": (device(last_n=0), "only 0 counted"),
    "reference": (
        lambda session, row: session.execute(update(Reference).values(live=False)),
        "shows 1 files, but 0 are written down",
    ),
    "state of a file": (
        lambda session, row: session.execute(update(Upload).values(state="rejected")),
        "says something else of its files",
    ),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_verify_finds_planted_damage(worked_in: Running, inside: Flask, name: str) -> None:
    damage, sentence = DAMAGE[name]
    assert problems(inside) == ""
    with damaged(worked_in, damage):
        assert sentence in problems(inside)


def test_verify_finds_who_was_buried_and_lives(worked_in: Running, inside: Flask) -> None:
    with tables(worked_in) as session:
        row = artifact(session)
        grave = Tombstone(school=row.school, record=row.record, reason="purged", at=clock.now())
        session.add(grave)
    assert "was buried and lives" in problems(inside)
    with tables(worked_in) as session:
        session.execute(delete(Tombstone))
    assert problems(inside) == ""


@pytest.mark.parametrize("damage", ["other bytes", "missing"])
def test_verify_finds_files_that_are_not_what_was_sent(
    worked_in: Running, inside: Flask, damage: str
) -> None:
    original = original_of(worked_in)
    before = original.read_bytes()
    original.unlink()
    if damage == "other bytes":
        original.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
    sentence = "is missing" if damage == "missing" else "is not what was sent"
    try:
        assert sentence in problems(inside, media=True)
        assert problems(inside, media=False) == ""
    finally:
        original.unlink(missing_ok=True)
        original.write_bytes(before)
    assert problems(inside, media=True) == ""


def original_of(place: Running) -> Path:
    objects = place.data / "media" / "objects"
    (found,) = [path for path in objects.rglob("*") if path.is_file() and "." not in path.name]
    return found


@pytest.mark.parametrize("name", ["owner", "read model"])
def test_rebuild_makes_wrong_read_models_anew(worked_in: Running, inside: Flask, name: str) -> None:
    with damaged(worked_in, DAMAGE[name][0]), inside.app_context():
        assert rebuild.all_schools() == 1
        assert problems(inside) == ""
        assert rebuild.all_schools() == 0


def test_the_commands_say_what_they_found_and_what_they_mended(worked_in: Running) -> None:
    assert "Everything holds." in worked_in.run("verify")
    with damaged(worked_in, DAMAGE["digest"][0]):
        said = worked_in.refuses_with_output("verify")
        assert "the digest does not fit" in said
        assert "What to do: Run `pathfolio rebuild`" in said
        assert said.endswith("1 problem.\n")
        assert "1 rows were not as the records say" in worked_in.run("rebuild")
        assert "Everything holds." in worked_in.run("verify")


def test_verify_finds_who_was_erased_and_is_back(worked_in: Running, inside: Flask) -> None:
    ledger = worked_in.data / "erased.jsonl"
    with tables(worked_in) as session:
        row = artifact(session)
        entry = {"school": row.school, "person": row.by, "at": "", "records": [row.record]}
    ledger.write_text(json.dumps(entry) + "\n")
    try:
        said = problems(inside)
    finally:
        ledger.unlink()
    assert "was erased on request and has an account" in said
    assert "rows of record are there still" in said
    assert "rows of history are there still" in said


def test_verify_finds_that_the_database_was_newer_once(worked_in: Running, inside: Flask) -> None:
    path = worked_in.data / "highwater.json"
    kept = path.read_text()
    marks = json.loads(kept)
    (school,) = marks
    marks[school] = {space: [seq + 5, chain] for space, (seq, chain) in marks[school].items()}
    path.write_text(json.dumps(marks))
    try:
        assert "lacks changes that it once had" in problems(inside)
    finally:
        path.write_text(kept)
    assert problems(inside) == ""


def test_the_report_is_there_for_programs_too(worked_in: Running) -> None:
    found = json.loads(worked_in.run("verify", "--json"))
    assert found["good"]
    looked = {each["name"]: each["looked"] for each in found["checks"]}
    assert looked["files"] == looked["shown"] == 1
    assert min(looked[name] for name in ("order", "digests", "records", "members", "devices")) > 1
    with damaged(worked_in, DAMAGE["class list"][0]):
        told = json.loads(worked_in.refuses_with_output("verify", "--json", "--no-media"))
    wrong = {each["name"]: each for each in told["checks"] if each["problems"]}
    assert wrong.keys() == {"members"}
    assert wrong["members"]["advice"]
    assert next(each for each in told["checks"] if each["name"] == "files")["skipped"]
