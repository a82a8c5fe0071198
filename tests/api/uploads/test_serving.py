"""Who is shown which file, and what the bytes come with."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pathfolio import clock, db, ids
from pathfolio.uploads.models import UNCHECKED, Upload
from tests.api.uploads.device import Device, told, work
from tests.api.world import World
from tests.media import pictures


@pytest.fixture
def ana(world: World) -> Device:
    return Device(world, "ana")


def errors(device: Device, upload: str, *sizes: str) -> list[str | None]:
    return [each.get("error") for each in device.sign(*((upload, size) for size in sizes))]


def test_records_hear_of_their_files_whichever_comes_first(ana: Device) -> None:
    early, late = ids.new_id(), ana.send(pictures.png())
    record = ana.artifact(early, late)
    assert ana.record(record)["media"] == {late: {"state": "verifying"}}
    ana.send(pictures.jpeg(6), early)
    work(ana.world)
    media = ana.record(record)["media"]
    assert set(media) == {early, late}
    shown = media[early]
    assert (shown["state"], shown["mime"]) == ("verified", "image/jpeg")
    assert (shown["width"], shown["height"]) == (48, 64)
    assert set(shown["sizes"]) == {"w320", "w1024", "w2000", "jpg1024"}
    assert shown["thumbhash"]


def test_a_reason_reaches_the_record(ana: Device) -> None:
    upload = ana.send(pictures.saved("PNG")[:30])
    record = ana.artifact(upload)
    work(ana.world)
    entry = ana.record(record)["media"][upload]
    assert entry["state"] == "rejected"
    assert "broken" in entry["reason"]


def test_teachers_of_the_student_see_renditions_and_nobody_else_sees_anything(world: World) -> None:
    ana = Device(world, "ana")
    upload = ana.send(pictures.jpeg())
    ana.artifact(upload)
    work(world)
    tia = Device(world, "tia")
    assert errors(tia, upload, "w320", "w1024", "w2000", "jpg1024") == [None] * 4
    assert tia.fetch(upload, "w320").data == ana.fetch(upload, "w320").data
    assert errors(tia, upload, "original") == ["not_found"]
    for name, school in (("ben", "north"), ("tom", "north"), ("cora", "north"), ("tia", "south")):
        assert errors(Device(world, name, school), upload, "w320", "original") == ["not_found"] * 2


def test_a_file_that_nobody_has_checked_goes_to_its_owner_alone(world: World) -> None:
    ana, tia = Device(world, "ana"), Device(world, "tia")
    upload = ana.send(b"plain words")
    ana.artifact(upload)
    work(world)
    assert errors(tia, upload, "original") == [None]

    def forget_the_check(session: Session) -> None:
        session.get_one(Upload, (world.id("school"), ana.person, upload)).original = UNCHECKED

    with world.app.app_context():
        db.run_write(forget_the_check)
    assert errors(tia, upload, "original") == ["not_found"]
    assert ana.fetch(upload, "original").headers["Content-Disposition"].startswith("attachment")


def test_a_new_row_is_unchecked(world: World) -> None:
    ana = Device(world, "ana")
    announced, sent = ana.announce(b"plain words")["id"], ana.send(b"other words")
    with world.app.app_context(), db.read() as session:
        found = {row.id: row.original for row in session.scalars(select(Upload))}
    assert found == {announced: UNCHECKED, sent: UNCHECKED}


def test_private_work_shows_its_files_to_its_owner_alone(world: World) -> None:
    ana = Device(world, "ana")
    upload = ana.send(pictures.jpeg())
    ana.artifact(upload, audience="me")
    work(world)
    assert errors(ana, upload, "w320", "original") == [None, None]
    assert errors(Device(world, "tia"), upload, "w320") == ["not_found"]


def test_what_is_taken_out_or_put_into_the_trash_is_not_shown(world: World) -> None:
    ana, tia = Device(world, "ana"), Device(world, "tia")
    first, second = ana.send(pictures.jpeg()), ana.send(pictures.png())
    record = ana.artifact(first, second)
    work(world)
    wire = ana.record(record)
    key = next(
        k for k, each in wire["fields"]["attachments"].items() if each["v"]["upload"] == first
    )
    ana.push(op="remove", record=record, field="attachments", value={"key": key}, base=wire["rev"])
    assert errors(tia, first, "w320") == ["not_found"]
    assert errors(tia, second, "w320") == [None]
    assert set(ana.record(record)["media"]) == {second}
    ana.push(op="delete", record=record, base=ana.record(record)["rev"])
    assert errors(tia, second, "w320") == ["not_found"]
    ana.push(op="restore", record=record, base=ana.record(record)["rev"])
    assert errors(tia, second, "w320") == [None]


def test_writing_somebody_elses_upload_into_a_record_opens_nothing(world: World) -> None:
    ana, ben, tia = Device(world, "ana"), Device(world, "ben"), Device(world, "tia")
    upload = ana.send(pictures.jpeg())
    work(world)
    stolen = ben.artifact(upload)
    assert "media" not in ben.record(stolen)
    assert errors(ben, upload, "w320") == ["not_found"]
    assert errors(tia, upload, "w320") == ["not_found"]


def test_one_answer_tells_each_item_apart(ana: Device) -> None:
    done = ana.send(pictures.jpeg())
    work(ana.world)
    begun, unknown = ana.announce(b"begun")["id"], ids.new_id()
    answer = ana.sign((done, "w320"), (begun, "w320"), (unknown, "w320"), (done, "original"))
    assert [each.get("error") for each in answer] == [None, "not_ready", "not_found", None]
    assert [each["upload"] for each in answer] == [done, begun, unknown, done]


@pytest.mark.parametrize(
    "items",
    [[], [["x", "w320"]], [["a" * 26, "huge"]], [["a" * 26]], "all", [["a" * 26, "w320"]] * 101],
)
def test_what_makes_no_sense_is_refused(ana: Device, items: object) -> None:
    assert ana.post("/api/media/sign", {"items": items}).status_code == 422


def test_files_come_with_what_keeps_them_harmless(ana: Device) -> None:
    upload = ana.send(pictures.jpeg())
    work(ana.world)
    shown = ana.fetch(upload, "w1024")
    assert shown.headers["Content-Type"] == "image/webp"
    assert shown.headers["Content-Disposition"] == "inline"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.headers["Content-Security-Policy"].startswith("sandbox")
    assert shown.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "private" in shown.headers["Cache-Control"]
    assert "Set-Cookie" not in shown.headers


def test_ranges_and_known_files_are_answered_shortly(ana: Device) -> None:
    upload = ana.send(pictures.jpeg())
    work(ana.world)
    (address,) = ana.sign((upload, "w320"))
    client = ana.world.client()
    whole = client.get(address["url"])
    part = client.get(address["url"], headers={"Range": "bytes=4-9"})
    assert (part.status_code, part.data) == (206, whole.data[4:10])
    again = client.get(address["url"], headers={"If-None-Match": whole.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    changed = client.get(address["url"], headers={"Range": "bytes=4-9", "If-Range": '"other"'})
    assert changed.status_code == 200
    beyond = client.get(address["url"], headers={"Range": f"bytes={len(whole.data)}-"})
    assert (beyond.status_code, told(beyond)["slug"]) == (416, "bad_range")
    assert beyond.headers["Content-Range"] == f"bytes */{len(whole.data)}"
    head = client.head(address["url"])
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == str(len(whole.data))
    for odd in ("bytes=", "bytes=a-b", "lines=1-2", "bytes=1-2,5-6", "bytes=9-1", "\x7f"):
        assert client.get(address["url"], headers={"Range": odd}).status_code in (200, 416)


def test_an_address_is_for_one_file_and_for_a_while(ana: Device) -> None:
    first, second = ana.send(pictures.jpeg()), ana.send(pictures.png())
    work(ana.world)
    one, two = ana.sign((first, "w320"), (second, "w320"))
    client = ana.world.client()
    crossed = two["url"].split("?")[0] + "?" + one["url"].split("?")[1]
    assert told(client.get(crossed))["slug"] == "bad_address"
    assert client.get(one["url"].split("?")[0]).status_code == 403
    assert client.get(one["url"].replace("image%2Fwebp", "text%2Fhtml")).status_code == 403
    later = clock.now() + timedelta(hours=2)
    with clock.using(lambda: later):
        assert told(client.get(one["url"]))["slug"] == "address_expired"


@pytest.mark.parametrize(
    "path",
    ["/media/files/a/2026/b", "/media/files/../../key", "/media/files/x", "/media/files/%00"],
)
def test_addresses_that_nobody_signed_are_refused(ana: Device, path: str) -> None:
    for query in ("", "?sig=x", "?until=1&sig=x", "?until=x&sig=x", "?sig=%F0%9F%98%80&until=1"):
        answer = ana.world.client().get(path + query)
        assert answer.status_code in (400, 403, 404)
        assert told(answer)["detail"]
