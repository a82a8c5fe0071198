"""Who hears of what: members of today, and nobody else; from every way of writing."""

from __future__ import annotations

import socket

import pytest

from pathfolio import db
from pathfolio.people import classes, operations
from pathfolio.pokes import sending
from pathfolio.pokes.standing import CHUNK
from pathfolio.sessions import devices
from pathfolio.syncing import erase
from tests.api.pokes.conftest import Listen, token_of
from tests.api.support_sync import Device
from tests.api.world import World
from tests.support.listening import Listener, SideProcess


def device(world: World, name: str) -> Device:
    return Device(world.as_(name), world.id(name))


def moved(listener: Listener) -> dict[str, int | None]:
    """The spaces of the next poke."""
    word = listener.word()
    assert word is not None, "the stream has ended"
    assert word[0] == "moved"
    spaces: dict[str, int | None] = word[1]
    return spaces


def test_a_stream_says_for_whom_it_is(world: World, side: SideProcess) -> None:
    listener = side.listen(token_of(world.as_("tia")))
    assert listener.response.getheader("Content-Type") == "text/event-stream"
    assert listener.response.getheader("Cache-Control") == "no-store"
    assert listener.word() == ("hello", {"person": world.id("tia")})
    listener.close()


def test_a_teacher_hears_of_a_students_change_and_nothing_of_its_words(
    world: World, hears: Listen
) -> None:
    ana, tia = device(world, "ana"), device(world, "tia")
    tia.pull()
    listener = hears(tia.http)
    ana.create(title="Birdhouse", words="I built it")
    told = moved(listener)
    tia.pull()
    assert told == {ana.portfolio: tia.cursors[ana.portfolio][0]}


def test_only_members_hear(world: World, hears: Listen) -> None:
    ana, cai = device(world, "ana"), device(world, "cai")
    tia, tom, south = (
        hears(world.as_("tia")),
        hears(world.as_("tom")),
        hears(world.as_("tia", "south")),
    )
    ana.create(title="Birdhouse")
    assert ana.portfolio in moved(tia)
    cai.create(title="Kite")
    # Had it heard of Ana's change, that would have come first.
    assert set(moved(tom)) == {cai.portfolio}
    with world.app.app_context():
        operations.change_person(
            world.id("school", "south"), world.id("tia", "south"), {"name": "Tia"}, by=None
        )
    assert set(moved(south)) == {f"o:{world.id('school', 'south')}"}


def test_private_work_is_told_to_its_author_alone(world: World, hears: Listen) -> None:
    ana = device(world, "ana")
    own, tia = hears(ana.http), hears(world.as_("tia"))
    ana.create(title="Diary", audience="me")
    assert set(moved(own)) == {ana.own}
    ana.create(title="Birdhouse")
    assert set(moved(tia)) == {ana.portfolio}


def test_who_was_taken_out_of_a_class_is_told_to_look_and_hears_no_more(
    world: World, hears: Listen
) -> None:
    ana = device(world, "ana")
    tia, own = world.id("tia"), f"u:{world.id('tia')}"
    listener = hears(world.as_("tia"))
    with world.app.app_context():
        classes.take(world.id("school"), world.id("blue"), tia, by=None)
    told = moved(listener)
    assert told.keys() == {own, f"o:{world.id('school')}"}
    assert told[own] is None, "where she may look now is not said, only that she should"
    ana.create(title="Birdhouse")
    with world.app.app_context():
        operations.change_person(world.id("school"), tia, {"name": "Tia N"}, by=None)
    assert set(moved(listener)) == {f"o:{world.id('school')}"}


def test_the_stream_of_a_session_that_ends_is_cut(world: World, hears: Listen) -> None:
    phone, laptop = world.as_("ana"), world.as_("ana")
    ended, other = hears(phone), hears(laptop)
    session = phone.get("/api/session").get_json()["session"]
    assert laptop.delete(f"/api/sessions/{session}").status_code == 204
    assert ended.word() is None
    device(world, "ana").create(title="Birdhouse")
    assert moved(other)


def test_a_deleted_person_is_cut_off(world: World, hears: Listen) -> None:
    listener = hears(world.as_("ben"))
    with world.app.app_context():
        erase.person(world.id("school"), world.id("ben"))
    while (word := listener.word()) is not None:
        assert word[0] == "moved"


def test_a_new_session_of_a_device_cuts_the_old_one(world: World, hears: Listen) -> None:
    listener = hears(world.as_("ana"))
    with world.app.app_context():
        devices.end_every(world.id("school"), world.id("ana"), by=world.id("ana"))
    assert listener.word() is None


def test_many_changes_at_once_come_as_few_words(world: World, hears: Listen) -> None:
    ana = device(world, "ana")
    listener = hears(world.as_("tia"))
    made = [ana.creation(title=f"Piece {number}") for number in range(60)]
    ana.must(*made)
    ana.pull()
    words = 1
    while moved(listener)[ana.portfolio] != ana.cursors[ana.portfolio][0]:
        words += 1
    assert words < 10


def test_more_spaces_than_one_question_holds_are_all_told(world: World, hears: Listen) -> None:
    listener = hears(world.as_("tia"))
    unknown: dict[str, int | None] = {f"p:{number:026d}": 1 for number in range(2 * CHUNK)}
    own = f"u:{world.id('tia')}"
    with world.app.app_context():
        sending.note(world.id("school"), unknown | {own: None})
    assert moved(listener) == {own: None}


def test_nobody_hears_without_a_session(side: SideProcess) -> None:
    assert side.listen().status == 401
    assert side.listen("x" * 43).status == 401
    assert side.listen("short").status == 401


def test_only_our_own_pages_may_listen(world: World, side: SideProcess) -> None:
    token = token_of(world.as_("ana"))
    foreign = side.listen(token, Origin="https://evil.example")
    assert foreign.status == 403
    assert foreign.response.getheader("Access-Control-Allow-Origin") is None
    assert side.listen(token, Sec_Fetch_Site="cross-site").status == 403
    own = side.hears(token, Origin="http://127.0.0.1:8000")
    assert own.response.getheader("Access-Control-Allow-Origin") == "http://127.0.0.1:8000"
    assert own.response.getheader("Access-Control-Allow-Credentials") == "true"
    own.close()


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /api/people HTTP/1.1\r\nHost: x\r\n\r\n", 404),
        (b"POST /api/pokes HTTP/1.1\r\nHost: x\r\n\r\n", 405),
        (b"nonsense\r\n\r\n", 400),
        (b"\x16\x03\x01\x00\xff\r\n\r\n", 400),
        (b"GET /api/pokes HTTP/1.1\r\n" + b"a: b\r\n" * 300 + b"\r\n", 400),
        (b"GET /api/pokes HTTP/1.1\r\nCookie: " + b"x" * 20_000, 431),
    ],
)
def test_other_requests_get_a_plain_answer(side: SideProcess, request_: bytes, status: int) -> None:
    with socket.create_connection(("127.0.0.1", side.port), timeout=10) as client:
        client.sendall(request_)
        assert client.recv(1000).startswith(f"HTTP/1.1 {status} ".encode())


def test_a_session_holds_few_streams_and_the_oldest_gives_way(world: World, hears: Listen) -> None:
    client = world.as_("ana")
    streams = [hears(client) for _ in range(5)]
    assert streams[0].word() is None
    device(world, "ana").create(title="Birdhouse")
    assert moved(streams[4])


def test_a_lost_side_process_costs_nobody_anything(world: World, side: SideProcess) -> None:
    side.process.kill()
    side.process.wait()
    ana, tia = device(world, "ana"), device(world, "tia")
    ana.create(title="Birdhouse")
    assert [row["fields"].get("title") for row in tia.pull() if row["kind"] == "artifact"] == [
        "Birdhouse"
    ]
    with world.app.app_context():
        db.db.engine.dispose()
