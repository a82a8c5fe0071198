"""The database is restored from an older backup; the store is not: what a device offers again finds its file."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from pathfolio import db, ids
from pathfolio.syncing import epochs
from pathfolio.uploads import adopt
from pathfolio.uploads.models import Upload
from pathfolio.uploads.storage import disk
from tests.api.uploads.device import Device, attachment, sha, work
from tests.api.world import World
from tests.media import pictures

PHOTO = pictures.jpeg()


@pytest.fixture
def ana(world: World) -> Device:
    return Device(world, "ana")


def restored(device: Device) -> None:
    """The database forgets every upload; a new epoch begins."""
    with device.world.app.app_context(), db.write() as session:
        session.execute(delete(Upload))
        epochs.begin(session, "restored")


def offered(device: Device, upload: str, data: bytes) -> str:
    """A record that shows the upload, with the size and hash of `data`."""
    value = attachment(upload) | {"sha256": sha(data), "size": len(data)}
    fields = {"attachments": {ids.new_id(): {"v": value, "p": "a0"}}}
    record = ids.new_id()
    result = device.push(op="create", record=record, value={"kind": "artifact", "fields": fields})
    assert result["status"] == "ok"
    return record


def test_a_record_offered_again_finds_its_file_without_a_byte_sent(ana: Device) -> None:
    upload = ana.send(PHOTO)
    work(ana.world)
    restored(ana)
    record = offered(ana, upload, PHOTO)
    work(ana.world)
    assert ana.record(record)["media"][upload]["state"] == "verified"
    assert ana.fetch(upload, "w1024").status_code == 200
    assert ana.announce(PHOTO, upload)["state"] == "verified"


def test_a_file_with_other_bytes_is_neither_adopted_nor_deleted(ana: Device) -> None:
    upload = ana.send(PHOTO)
    work(ana.world)
    restored(ana)
    offered(ana, upload, b"another file")
    work(ana.world)
    assert ana.state(upload)["code"] == "wrong_bytes"
    with ana.world.app.app_context():
        assert any(f"/{upload}-" in each.key for each in disk().found())
    assert ana.announce(PHOTO, upload)["state"] == "open"


def test_nobody_adopts_what_somebody_else_sent(world: World) -> None:
    ana, ben = Device(world, "ana"), Device(world, "ben")
    upload = ana.send(PHOTO)
    work(world)
    restored(ana)
    record = offered(ben, upload, PHOTO)
    work(world)
    assert "media" not in ben.record(record)
    assert ben.sign((upload, "w320"))[0]["error"] == "not_found"


def test_words_that_came_before_their_file_are_left_alone(ana: Device) -> None:
    offered(ana, ids.new_id(), PHOTO)
    restored(ana)
    with ana.world.app.app_context():
        assert adopt.adopt() == 0
