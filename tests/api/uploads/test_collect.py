"""Collection takes what nobody will miss, and nothing else; erasing takes what its owner wants gone, at once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy import select

from pathfolio import clock, db, ids
from pathfolio.syncing import epochs
from pathfolio.uploads import collect
from pathfolio.uploads.models import Upload
from pathfolio.uploads.storage import disk
from tests.api.uploads.device import Device, work
from tests.api.world import World
from tests.media import pictures

Later = Callable[[int], AbstractContextManager[None]]


@pytest.fixture
def ana(world: World) -> Device:
    return Device(world, "ana")


@pytest.fixture
def later() -> Later:
    """A time so many days from now."""
    return lambda days: clock.using(lambda: clock.system_now() + timedelta(days=days))


def objects(device: Device) -> set[str]:
    with device.world.app.app_context():
        return {each.key.split(".")[0] for each in disk().found()}


def collected(device: Device, *, dry_run: bool = False) -> collect.Collected:
    with device.world.app.app_context():
        return collect.collect(dry_run=dry_run)


def test_an_upload_that_nobody_goes_on_with_is_dropped_after_30_days(
    ana: Device, later: Later
) -> None:
    upload = ana.announce(b"begun")["id"]
    with later(29):
        assert collected(ana).idle == []
    with later(31):
        assert collected(ana, dry_run=True).idle == [upload]
        assert collected(ana).idle == [upload]
        assert collected(ana).idle == []
    assert ana.browser.get(f"/api/uploads?ids={upload}").json == {"uploads": []}
    with ana.world.app.app_context():
        assert list(disk().unfinished()) == []
    ana.send(b"begun", upload)
    work(ana.world)
    assert ana.state(upload)["state"] == "verified"


def test_a_file_that_a_record_shows_or_once_showed_is_never_taken(
    ana: Device, later: Later
) -> None:
    shown, removed = ana.send(pictures.jpeg()), ana.send(pictures.png())
    record = ana.artifact(shown, removed)
    work(ana.world)
    wire = ana.record(record)
    keys = {each["v"]["upload"]: key for key, each in wire["fields"]["attachments"].items()}
    value = {"key": keys[removed]}
    ana.push(op="remove", record=record, field="attachments", value=value, base=wire["rev"])
    before = objects(ana)
    with later(1000):
        assert collected(ana) == collect.Collected()
    assert objects(ana) == before
    assert ana.fetch(removed, "original").status_code == 200


def test_a_file_that_nothing_shows_goes_with_the_oldest_backup(ana: Device, later: Later) -> None:
    upload = ana.send(pictures.jpeg())
    work(ana.world)
    with later(59):
        assert collected(ana).unshown == []
    with later(130):
        assert collected(ana, dry_run=True).unshown == [upload]
        assert objects(ana) != set()
        assert collected(ana).unshown == [upload]
    assert objects(ana) == set()


def test_bytes_that_another_upload_shows_stay(world: World, later: Later) -> None:
    ana, ben, data = Device(world, "ana"), Device(world, "ben"), pictures.webp()
    lonely, shown = ana.send(data), ben.send(data)
    ben.artifact(shown)
    work(world)
    with later(130):
        assert collected(ana).unshown == [lonely]
    assert ben.fetch(shown, "original").status_code == 200
    assert ben.fetch(shown, "w320").status_code == 200


def test_objects_and_sessions_without_a_row_are_found(ana: Device, later: Later) -> None:
    upload = ana.send(b"an orphan")
    status = ana.announce(b"half an orphan")
    work(ana.world)
    with ana.world.app.app_context(), db.write() as session:
        for row in session.scalars(select(Upload)):
            session.delete(row)
    assert upload
    with later(2):
        assert len(collected(ana).sessions) == 1
    with later(130):
        found = collected(ana)
    assert len(found.objects) == 1
    assert found.bytes == len(b"an orphan")
    assert status["state"] == "open"
    assert objects(ana) == set()


def test_for_60_days_after_a_restore_no_file_is_taken(ana: Device, later: Later) -> None:
    ana.send(pictures.jpeg())
    work(ana.world)
    with later(130):
        with ana.world.app.app_context():
            db.run_write(lambda session: epochs.begin(session, "restored"))
        assert collected(ana) == collect.Collected()
    with later(200):
        assert len(collected(ana).unshown) == 1


def test_erasing_takes_files_at_once_but_not_those_of_others(world: World) -> None:
    ana, ben, data = Device(world, "ana"), Device(world, "ben"), pictures.gif()
    shared, own = ana.send(data), ana.send(pictures.png())
    ana.announce(b"begun")
    kept = ben.send(data)
    work(world)
    with world.app.app_context():
        count = db.run_write(lambda session: collect.erase(session, world.id("school"), ana.person))
    assert count == 3
    assert ben.fetch(kept, "original").status_code == 200
    assert len(objects(ben)) == 1
    for upload in (shared, own):
        assert ana.sign((upload, "original"))[0]["error"] == "not_found"


def test_the_worker_collects_every_day_by_itself(ana: Device, later: Later) -> None:
    upload = ana.announce(b"begun", ids.new_id())["id"]
    assert work(ana.world) >= 1
    with later(31):
        work(ana.world)
        assert ana.browser.get(f"/api/uploads?ids={upload}").json == {"uploads": []}
