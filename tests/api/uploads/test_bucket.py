"""A school whose files lie in a bucket: everything as on disk, and words go on while the bucket is away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select

from pathfolio import clock, db, ids
from pathfolio.access import Actor
from pathfolio.demo import load
from pathfolio.demo.plan import compose
from pathfolio.jobs.models import WAITING, JobRow
from pathfolio.uploads import collect, moving
from pathfolio.uploads.models import Upload
from pathfolio.uploads.operations import CHECK
from pathfolio.uploads.storage import stores
from pathfolio_media import s3_answers
from pathfolio_media.store import Store
from tests.api.uploads.device import Device, sha, work
from tests.api.world import World
from tests.media import pictures
from tests.support.asked import asked
from tests.support.rgw import Rgw

Make = Callable[..., World]


@pytest.fixture
def school(make_world: Make, s3_server: Rgw) -> World:
    return make_world(**s3_server.settings(s3_server.bucket()))


@pytest.fixture
def ana(school: World) -> Device:
    return Device(school, "ana")


@contextmanager
def away(server: Rgw, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The bucket's server is dead inside; asked again at once afterwards."""
    monkeypatch.setattr(s3_answers, "PAUSE_SECONDS", 0.0)
    server.kill_gateway()
    try:
        yield
    finally:
        server.start_gateway()


def stored(device: Device, upload: str) -> bytes:
    with device.world.app.app_context(), db.read() as session:
        row = session.scalars(select(Upload).where(Upload.id == upload)).one()
        return b"".join(stores()[row.place].read(row.key))


def check_of(device: Device) -> JobRow:
    with device.world.app.app_context(), db.read() as session:
        return session.scalars(select(JobRow).where(JobRow.kind == CHECK)).one()


def test_a_photo_goes_straight_to_the_bucket_and_comes_from_there(
    ana: Device, s3_server: Rgw
) -> None:
    picture = pictures.jpeg()
    upload = ana.send(picture)
    ana.artifact(upload)
    work(ana.world)
    assert ana.state(upload)["state"] == "verified"
    assert stored(ana, upload) == picture
    (address,) = ana.sign((upload, "w320"))
    assert address["url"].startswith(s3_server.endpoint)
    got = asked("GET", address["url"], {}, None)
    assert (got.status, got.headers["Content-Type"]) == (200, "image/webp")


def test_words_go_on_while_the_bucket_is_away_and_files_afterwards(
    ana: Device, s3_server: Rgw, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture, other = pictures.jpeg(), pictures.png()
    sent = ana.send(picture)
    with away(s3_server, monkeypatch):
        record = ana.artifact(sent)
        assert ana.record(record)["fields"]["title"] == "A chair"
        announced = {"upload_id": "a" * 26, "sha256": sha(other), "size": len(other)}
        answer = ana.post("/api/uploads", announced | {"mime": "image/png", "kind": "photo"})
        assert answer.json is not None
        assert (answer.status_code, answer.json["slug"]) == (503, "storage_away")
        assert "kept on this device" in answer.json["detail"]
        assert int(answer.headers["Retry-After"]) > 0
        work(ana.world)
        job = check_of(ana)
        assert (job.state, job.attempts) == (WAITING, 0)
        assert ana.state(sent)["state"] == "verifying"
    with clock.using(lambda: clock.system_now() + timedelta(minutes=2)):
        again = ana.send(other, "a" * 26)
        work(ana.world)
    assert [ana.state(each)["state"] for each in (sent, again)] == ["verified", "verified"]
    assert (sha(stored(ana, sent)), sha(stored(ana, again))) == (sha(picture), sha(other))


def test_what_must_go_goes_as_soon_as_the_bucket_is_back(
    ana: Device, s3_server: Rgw, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana.send(pictures.jpeg())
    work(ana.world)
    with away(s3_server, monkeypatch), ana.world.app.app_context():
        db.run_write(lambda session: collect.erase(session, ana.world.id("school"), ana.person))
        work(ana.world)
    with clock.using(lambda: clock.system_now() + timedelta(minutes=2)):
        work(ana.world)
    with ana.world.app.app_context():
        assert [each.key for each in stores()["s3"].found()] == []


def test_a_bucket_that_is_gone_makes_no_file_lost(
    ana: Device, make_world: Make, s3_server: Rgw
) -> None:
    upload = ana.send(b"only here")
    work(make_world(**s3_server.settings(s3_server.bucket()) | {"s3_bucket": "no-such-bucket"}))
    assert ana.state(upload)["state"] == "verifying"
    assert (check_of(ana).state, check_of(ana).attempts) == (WAITING, 0)
    with clock.using(lambda: clock.system_now() + timedelta(minutes=2)):
        work(ana.world)
    assert ana.state(upload)["state"] == "verified"


def test_a_bucket_that_does_not_let_the_school_in_is_said(make_world: Make, s3_server: Rgw) -> None:
    there = s3_server.settings(s3_server.bucket()) | {"s3_secret_key": "not it"}
    ana = Device(make_world(**there), "ana")
    said = {"upload_id": "a" * 26, "sha256": sha(b"1"), "size": 1, "mime": "a/b", "kind": "file"}
    answer = ana.post("/api/uploads", said)
    assert answer.json is not None
    assert (answer.status_code, answer.json["slug"]) == (503, "storage_refuses")
    assert "administrator" in answer.json["detail"]


def test_the_old_copy_of_what_was_moved_stays_as_long_as_backups_do(ana: Device) -> None:
    picture = pictures.jpeg()
    upload = ana.send(picture)
    ana.artifact(upload)
    work(ana.world)
    with ana.world.app.app_context():
        before = {each.key for each in stores()["s3"].found()}
        assert moving.move("disk", print).files == 1
        collect.collect()
        assert {each.key for each in stores()["s3"].found()} == before
        with clock.using(lambda: clock.system_now() + timedelta(days=61)):
            collect.collect()
        assert list(stores()["s3"].found()) == []
        assert {each.key for each in stores()["disk"].found()} == before
    assert stored(ana, upload) == picture


def test_what_is_erased_while_it_is_moved_does_not_come_back(
    ana: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana.send(pictures.jpeg())
    work(ana.world)
    copied = moving._copied

    def erased_meanwhile(file: moving.File, name: str, *between: Store) -> bool:
        is_there = copied(file, name, *between)
        db.run_write(lambda session: collect.erase(session, ana.world.id("school"), ana.person))
        return is_there

    monkeypatch.setattr(moving, "_copied", erased_meanwhile)
    with ana.world.app.app_context():
        assert moving.move("disk", print).files == 0
        assert [*stores()["disk"].found(), *stores()["s3"].found()] == []


def test_the_demo_school_brings_its_pictures_there_too(ana: Device) -> None:
    picture = pictures.jpeg()
    actor = Actor(ana.person, ana.world.id("school"), "student", "active", ids.new_id())
    (student, *_) = compose(clock.now()).students
    with ana.world.app.app_context():
        value = load.upload(actor, student.works[0], picture)
    work(ana.world)
    assert ana.state(str(value["upload"]))["state"] == "verified"
    assert stored(ana, str(value["upload"])) == picture


def test_pages_may_reach_the_bucket_only_where_there_is_one(
    make_world: Make, world: World, s3_server: Rgw
) -> None:
    public = {"s3_public": "https://files.pathfolio.test"}
    school = make_world(**s3_server.settings(s3_server.bucket()) | public)
    there, here = (policy(each) for each in (school, world))
    for name in ("connect-src", "img-src", "media-src"):
        assert there[name] == f"{here[name]} https://files.pathfolio.test"
        assert "files.pathfolio.test" not in here[name]
    assert there["script-src"] == here["script-src"]


def policy(world: World) -> dict[str, str]:
    said = world.client().get("/").headers["Content-Security-Policy"]
    return dict(part.split(" ", 1) for part in said.split("; "))
