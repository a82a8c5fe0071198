"""The upload contract: idempotent, resumable from another device, verified by hash before anything is freed."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta

import pytest

from pathfolio import clock, db, ids
from pathfolio.uploads.models import Upload
from tests.api.uploads.device import Device, sha, told, work
from tests.api.world import World
from tests.media import pictures

LONG = os.urandom(3 * 1_048_576 + 17)


@pytest.fixture
def ana(world: World) -> Device:
    return Device(world, "ana")


def test_a_photo_is_sent_checked_and_rendered(ana: Device) -> None:
    data = pictures.jpeg()
    upload = ana.send(data)
    assert ana.state(upload)["state"] == "verifying"
    work(ana.world)
    assert ana.state(upload)["state"] == "verified"
    for size in ("w320", "w1024", "w2000", "jpg1024", "original"):
        shown = ana.fetch(upload, size)
        assert shown.status_code == 200
        assert pictures.PLACE not in shown.data


def test_announcing_again_changes_nothing(ana: Device) -> None:
    upload, data = ids.new_id(), b"the same bytes"
    first = ana.announce(data, upload)
    assert first == ana.announce(data, upload)
    assert (first["state"], first["have"]) == ("open", [])


def test_completing_again_changes_nothing(ana: Device) -> None:
    upload = ana.send(pictures.saved("PNG"))
    again = ana.post(f"/api/uploads/{upload}/complete", {})
    assert told(again)["state"] == "verifying"
    work(ana.world)
    assert told(ana.post(f"/api/uploads/{upload}/complete", {}))["state"] == "verified"
    assert ana.send(pictures.saved("PNG"), upload) == upload


def test_another_device_of_the_same_person_goes_on_where_the_first_stopped(world: World) -> None:
    phone, laptop = Device(world, "ana"), Device(world, "ana")
    status = phone.announce(LONG)
    size = status["part_size"]
    for address in phone.addresses(status["id"], LONG, size, 1, 3):
        n = address["n"]
        assert phone.put(address, LONG[(n - 1) * size : n * size]) == 200
    assert laptop.announce(LONG, status["id"])["have"] == [[1, size], [3, size]]
    laptop.send(LONG, status["id"])
    work(world)
    assert phone.state(status["id"])["state"] == "verified"
    assert phone.fetch(status["id"], "original").data == LONG


def test_a_missing_part_is_named(ana: Device) -> None:
    status = ana.announce(LONG)
    (address,) = ana.addresses(status["id"], LONG, status["part_size"], 2)
    ana.put(address, LONG[status["part_size"] : 2 * status["part_size"]])
    answer = ana.post(f"/api/uploads/{status['id']}/complete", {})
    assert (answer.status_code, told(answer)["slug"]) == (409, "parts_missing")
    assert told(answer)["missing"] == [1, 3, 4]


def test_bytes_that_are_not_the_file_are_refused_and_may_be_sent_again(ana: Device) -> None:
    good, evil = b"what was announced", b"what was really sent"[:18]
    status = ana.announce(good)
    (address,) = ana.addresses(status["id"], evil, status["part_size"], 1)
    assert ana.put(address, evil) == 200
    ana.post(f"/api/uploads/{status['id']}/complete", {})
    work(ana.world)
    refused = ana.state(status["id"])
    assert (refused["state"], refused["code"]) == ("rejected", "wrong_bytes")
    assert ana.announce(good, status["id"])["state"] == "open"
    ana.send(good, status["id"])
    work(ana.world)
    assert ana.state(status["id"])["state"] == "verified"


def test_an_address_takes_only_its_own_bytes(ana: Device) -> None:
    status = ana.announce(b"0123456789")
    (address,) = ana.addresses(status["id"], b"0123456789", status["part_size"], 1)
    for other in (b"9876543210", b"012345678", b"0123456789A", b""):
        assert ana.put(address, other) == 400
    assert ana.announce(b"0123456789", status["id"])["have"] == []


def test_an_address_ends_after_a_quarter_of_an_hour(ana: Device) -> None:
    status = ana.announce(b"slow")
    (address,) = ana.addresses(status["id"], b"slow", status["part_size"], 1)
    later = clock.now() + timedelta(minutes=16)
    with clock.using(lambda: later):
        assert ana.put(address, b"slow") == 403


def test_the_same_file_of_the_same_person_is_there_at_once(ana: Device) -> None:
    data = pictures.webp()
    ana.send(data)
    work(ana.world)
    again = ana.announce(data)
    assert again["state"] == "exists"
    assert ana.state(again["id"])["state"] == "verified"
    assert ana.fetch(again["id"], "w320").status_code == 200


def test_knowing_a_hash_is_not_having_the_file(world: World) -> None:
    ana, ben, cai = Device(world, "ana"), Device(world, "ben"), Device(world, "ana", "south")
    data = pictures.png()
    ana.send(data)
    work(world)
    assert ben.announce(data)["state"] == "open"
    assert cai.announce(data)["state"] == "open"


def test_the_same_bytes_of_two_people_are_kept_once_per_school(world: World) -> None:
    data = pictures.saved("PNG", pictures.drawn(50, 50))
    devices = [Device(world, "ana"), Device(world, "ben"), Device(world, "ana", "south")]
    uploads = [device.send(data) for device in devices]
    work(world)
    for device, upload in zip(devices, uploads, strict=True):
        assert device.fetch(upload, "original").data == data
    with world.app.app_context():
        from pathfolio.uploads.storage import disk  # noqa: PLC0415 -- needs the application

        originals = [each.key for each in disk().found() if "." not in each.key]
    assert len(originals) == 2
    assert len({key.split("/")[0] for key in originals}) == 2


def test_two_people_may_choose_one_id_and_never_meet(world: World) -> None:
    ana, ben, upload = Device(world, "ana"), Device(world, "ben"), ids.new_id()
    ana.send(b"a file of Ana", upload)
    ben.send(b"a file of Ben", upload)
    work(world)
    assert ana.fetch(upload, "original").data == b"a file of Ana"
    assert ben.fetch(upload, "original").data == b"a file of Ben"


def test_an_upload_of_somebody_else_is_unknown(world: World) -> None:
    upload = Device(world, "ana").announce(b"mine")["id"]
    for name, school in (("ben", "north"), ("tia", "north"), ("cora", "north"), ("ana", "south")):
        other = Device(world, name, school)
        part = {"n": 1, "size": 4, "sha256": sha(b"mine")}
        assert other.post(f"/api/uploads/{upload}/parts", {"parts": [part]}).status_code == 404
        assert other.post(f"/api/uploads/{upload}/complete", {}).status_code == 404
        assert told(other.browser.get(f"/api/uploads?ids={upload}"))["uploads"] == []


def test_an_id_stays_with_its_file(ana: Device) -> None:
    upload = ana.announce(b"one file")["id"]
    body = {
        "upload_id": upload,
        "sha256": sha(b"another"),
        "size": 7,
        "mime": "a/b",
        "kind": "file",
    }
    answer = ana.post("/api/uploads", body)
    assert (answer.status_code, told(answer)["slug"]) == (409, "upload_differs")


def test_a_file_that_is_no_picture_is_kept_as_a_download(ana: Device) -> None:
    upload = ana.send(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")
    work(ana.world)
    assert ana.state(upload)["state"] == "verified"
    shown = ana.fetch(upload, "original")
    assert shown.headers["Content-Disposition"].startswith("attachment")
    assert shown.headers["Content-Type"] == "application/octet-stream"
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert ana.sign((upload, "w320")) == [{"upload": upload, "size": "w320", "error": "none"}]


def test_a_broken_picture_is_refused_with_a_reason_and_stays_downloadable(ana: Device) -> None:
    broken = pictures.saved("PNG")[:30]
    upload = ana.send(broken)
    work(ana.world)
    state = ana.state(upload)
    assert (state["state"], state["code"]) == ("rejected", "unreadable")
    assert state["reason"] == "This picture can't be opened: the file is broken."
    shown = ana.fetch(upload, "original")
    assert shown.data == broken
    assert shown.headers["Content-Disposition"].startswith("attachment")


def test_a_cut_picture_is_damaged_and_shown_as_far_as_it_goes(ana: Device) -> None:
    data = pictures.saved("JPEG", pictures.drawn(900, 700))
    upload = ana.send(data[: len(data) // 2])
    work(ana.world)
    assert ana.state(upload)["state"] == "damaged"
    assert ana.fetch(upload, "w320").status_code == 200


def test_what_is_announced_counts_before_it_is_sent(make_world: Callable[..., World]) -> None:
    ana = Device(make_world(person_quota=100), "ana")
    ana.announce(b"x" * 60)
    body = {
        "upload_id": ids.new_id(),
        "sha256": sha(b"y" * 60),
        "size": 60,
        "mime": "a/b",
        "kind": "file",
    }
    full = ana.post("/api/uploads", body)
    assert (full.status_code, told(full)["slug"]) == (413, "quota")
    assert Device(ana.world, "ben").announce(b"y" * 60)["state"] == "open"


def test_a_file_above_the_limit_is_refused_before_a_byte_is_sent(
    make_world: Callable[..., World],
) -> None:
    ana = Device(make_world(upload_bytes=1000), "ana")
    body = {
        "upload_id": ids.new_id(),
        "sha256": sha(b""),
        "size": 1001,
        "mime": "video/mp4",
        "kind": "video",
    }
    answer = ana.post("/api/uploads", body)
    assert (answer.status_code, told(answer)["slug"]) == (413, "too_large")


def test_a_whole_queue_is_asked_for_in_one_call(ana: Device) -> None:
    done, waiting, begun = ana.send(b"done"), ana.send(pictures.gif()), ana.announce(b"begun")["id"]
    with ana.world.app.app_context():
        from pathfolio.jobs import worker  # noqa: PLC0415 -- needs the application

        worker.run_one()
    found = told(ana.browser.get("/api/uploads"))["uploads"]
    assert {each["id"]: each["state"] for each in found} == {waiting: "verifying", begun: "open"}
    named = told(ana.browser.get(f"/api/uploads?ids={done},{begun},{ids.new_id()}"))["uploads"]
    assert {each["id"]: each["state"] for each in named} == {done: "verified", begun: "open"}


def test_a_session_that_the_store_lost_is_begun_anew(ana: Device) -> None:
    status = ana.announce(b"lost and found")
    (address,) = ana.addresses(status["id"], b"lost and found", status["part_size"], 1)
    with ana.world.app.app_context():
        from pathfolio.uploads.storage import disk  # noqa: PLC0415 -- needs the application

        for each in disk().unfinished():
            disk().abort(each.key, each.handle)
    assert ana.put(address, b"lost and found") == 404
    assert ana.send(b"lost and found", status["id"]) == status["id"]
    work(ana.world)
    assert ana.state(status["id"])["state"] == "verified"


def test_a_database_restored_to_before_the_parts_were_joined_takes_the_file_again(
    ana: Device,
) -> None:
    data = b"sent before the restore, and after it"
    upload = ana.announce(data)["id"]
    name = (ana.world.id("school"), ana.person, upload)
    with ana.world.app.app_context(), db.read() as session:
        before = session.get_one(Upload, name)
    ana.send(data, upload)
    work(ana.world)
    with ana.world.app.app_context(), db.write() as session:
        now = session.get_one(Upload, name)
        now.state, now.key, now.handle = before.state, before.key, before.handle
    assert ana.send(data, upload) == upload
    work(ana.world)
    assert ana.state(upload)["state"] == "verified"


BAD: list[tuple[str, dict[str, object]]] = [
    ("empty", {"size": 0}),
    ("negative", {"size": -1}),
    ("a fraction", {"size": 1.5}),
    ("a huge number", {"size": 10**30}),
    ("text", {"size": "12"}),
    ("true", {"size": True}),
    ("a short hash", {"sha256": "ab"}),
    ("a hash in capitals", {"sha256": "A" * 64}),
    ("an id of another form", {"upload_id": "../../etc/passwd"}),
    ("an unknown kind", {"kind": "program"}),
    ("no media type", {"mime": "image"}),
    ("a media type with a line", {"mime": "image/png\r\nX: y"}),
    ("NUL", {"mime": "image/\0"}),
    ("a time without zone", {"captured_at": "2026-11-23T14:52:11"}),
    ("a time that overflows", {"captured_at": "0000-00-00T00:00:00.000Z"}),
    ("an unknown field", {"evil": 1}),
]


@pytest.mark.parametrize("change", [change for _, change in BAD], ids=[name for name, _ in BAD])
def test_what_makes_no_sense_is_refused_with_a_sentence(
    ana: Device, change: dict[str, object]
) -> None:
    body = {
        "upload_id": ids.new_id(),
        "sha256": sha(b"x"),
        "size": 1,
        "mime": "image/jpeg",
        "kind": "photo",
        "captured_at": "2026-11-23T14:52:11.123Z",
    }
    assert ana.post("/api/uploads", body).status_code == 200
    answer = ana.post("/api/uploads", body | {"upload_id": ids.new_id()} | change)
    assert answer.status_code in (400, 413, 422)
    assert told(answer)["detail"]


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [{"n": 0, "size": 4, "sha256": sha(b"data")}],
        [{"n": 2, "size": 4, "sha256": sha(b"data")}],
        [{"n": 1, "size": 5, "sha256": sha(b"data")}],
        [{"n": 1, "size": 4, "sha256": "x"}],
        [{"n": 1, "size": 4, "sha256": sha(b"data")}] * 9,
        [{"n": 10**12, "size": 4, "sha256": sha(b"data")}],
    ],
)
def test_parts_that_the_file_does_not_have_get_no_address(ana: Device, parts: list[object]) -> None:
    upload = ana.announce(b"data")["id"]
    assert ana.post(f"/api/uploads/{upload}/parts", {"parts": parts}).status_code == 422


def test_a_finished_upload_gives_no_more_addresses(ana: Device) -> None:
    upload = ana.send(b"data")
    part = {"n": 1, "size": 4, "sha256": sha(b"data")}
    answer = ana.post(f"/api/uploads/{upload}/parts", {"parts": [part]})
    assert (answer.status_code, told(answer)["slug"]) == (409, "not_open")
    assert told(answer)["state"] == "verifying"
