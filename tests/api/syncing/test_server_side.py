"""What the server writes itself takes the same path; what it checks finds what is broken."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from pathfolio import clock, db, ids
from pathfolio.frameworks import library
from pathfolio.syncing import rebuild, verify, write
from pathfolio.syncing.models import Member, Record, Space, SpaceChain
from tests.api.support_sync import Device, place
from tests.api.syncing.conftest import device
from tests.api.world import World


def in_transaction(world: World, work: Callable[[Session], None]) -> None:
    with world.app.app_context():
        db.run_write(work)


def test_every_school_has_its_frameworks_and_their_files_fit_their_hash(
    world: World, ana: Device
) -> None:
    ana.pull()
    records = [row["fields"] for row in ana.all("framework")]
    assert {fields["type"] for fields in records} == {"case", "clusters"}
    for fields in records:
        answer = ana.http.get(fields["url"])
        data = answer.get_json()
        assert len(data["items"]) == fields["items"]
        assert sha256(answer.get_data()).hexdigest() == fields["sha256"]
        assert "immutable" in answer.headers["Cache-Control"]
        known = {item["id"] for item in data["items"]}
        assert len(known) == len(data["items"])
        assert {item["parent"] for item in data["items"]} <= known | {None}
    assert ana.http.get(f"/api/frameworks/{'0' * 64}").status_code == 404
    with world.app.app_context():
        library.publish_everywhere()
    assert ana.pull() == []


def test_an_equal_record_changes_nothing_and_a_renamed_person_arrives(
    world: World, ana: Device, tia: Device
) -> None:
    tia.pull()
    answer = world.as_("cora").patch(f"/api/people/{ana.person}", json={"name": "Anna"})
    assert answer.status_code == 200
    assert [row["id"] for row in tia.pull()] == [ana.person]
    assert tia.fields(ana.person)["name"] == "Anna"
    assert tia.pull() == []


def test_what_is_known_of_a_file_reaches_every_record_that_shows_it(
    world: World, ana: Device, tia: Device
) -> None:
    upload = ids.new_id()
    photo = {
        "type": "photo",
        "upload": upload,
        "sha256": "0" * 64,
        "size": 5,
        "mime": "image/jpeg",
        "name": "a",
    }
    work = ana.create(attachments={ids.new_id(): {"v": photo, "p": place()}})
    tia.pull()
    info = {"state": "verified", "mime": "image/jpeg"}
    school, person = world.id("school"), ana.person
    in_transaction(world, lambda s: write.set_media(s, school, person, upload, info))
    in_transaction(world, lambda s: write.set_media(s, school, person, upload, info))
    in_transaction(world, lambda s: write.set_media(s, school, tia.person, upload, {"state": "x"}))
    assert [row["media"] for row in tia.pull()] == [{upload: info}]
    found = tia.get(work)
    assert found is not None
    assert found["rev"][0] == 1
    in_transaction(world, lambda s: write.set_media(s, school, person, upload, None))
    assert ["media" in row for row in tia.pull()] == [False]


def test_ending_more_than_a_fifth_of_all_memberships_must_be_confirmed(world: World) -> None:
    school = world.id("school")

    def end_all(session: Session, *, confirmed: bool) -> None:
        rows = session.query(Member).filter(Member.school == school).all()
        spaces = {row.space for row in rows}
        with write.space_locks(session, school, spaces, confirmed=confirmed) as locks:
            for row in rows:
                if not row.space.startswith("u:"):
                    write.set_member(locks, row.space, row.person, None)

    with pytest.raises(write.ManyMembershipsEndError, match="memberships would end"):
        in_transaction(world, lambda session: end_all(session, confirmed=False))
    with world.app.app_context(), db.read() as session:
        assert session.query(Member).filter(Member.space == f"o:{school}").count() > 0
    in_transaction(world, lambda session: end_all(session, confirmed=True))


def test_read_models_are_rebuilt_from_the_bodies(world: World, ana: Device) -> None:
    work = ana.create(title="Mine")

    def spoil(session: Session) -> None:
        session.execute(update(Record).where(Record.record == work).values(about=work, rev=9))
        session.execute(update(Space).values(live=0, digest="0" * 16))

    in_transaction(world, spoil)
    with world.app.app_context():
        assert any("contradicts" in sentence for sentence in verify.problems())
        assert any("digest" in sentence for sentence in verify.problems())
        assert rebuild.all_schools() > 1
        assert verify.problems() == []
        assert rebuild.all_schools() == 0


def test_a_broken_chain_is_found(world: World, ana: Device) -> None:
    work = ana.create(title="Mine")
    ana.must(ana.set(work, "title", "Mine still"))
    where = (SpaceChain.space == ana.portfolio, SpaceChain.seq == 2)

    def put(chain: str) -> None:
        def work(session: Session) -> None:
            session.execute(update(SpaceChain).where(*where).values(chain=chain))

        in_transaction(world, work)

    with world.app.app_context(), db.read() as session:
        right = session.query(SpaceChain).filter(*where).one().chain
    put("x")
    with world.app.app_context():
        assert any("chain is broken" in sentence for sentence in verify.problems())
    put(right)


def test_history_comes_in_pages_newest_first(ana: Device, tom: Device) -> None:
    work = ana.create(title="0")
    ana.must(*(ana.set(work, "title", str(n)) for n in range(1, 61)))
    first = ana.http.get(f"/api/records/{work}/history").get_json()
    assert [entry["value"] for entry in first["entries"]][:2] == ["60", "59"]
    assert first["entries"][0]["superseded"] == "59"
    rest = ana.http.get(f"/api/records/{work}/history?before={first['next']}").get_json()
    assert len(first["entries"] + rest["entries"]) == 61
    assert rest["next"] is None
    assert rest["entries"][-1]["op"] == "create"
    answer = tom.http.get(f"/api/records/{work}/history")
    assert (answer.status_code, answer.get_json()["slug"]) == (404, "not_found")


def test_many_devices_at_once_lose_nothing(world: World, ana: Device) -> None:
    """Every acknowledged change is there; seqs have no gaps (the check after each test sees to it)."""
    work = ana.create(title="Start")
    devices = [device(world, "ana") for _ in range(4)]
    failures: list[BaseException] = []

    def write_on(own: Device, name: int) -> None:
        try:
            for turn in range(6):
                tag = f"{name} {turn}"
                own.must(
                    own.mutation(
                        "add",
                        work,
                        space=own.portfolio,
                        field="tags",
                        value={"key": tag, "v": {"text": tag}},
                    )
                )
                own.pull()
        except BaseException as problem:  # noqa: BLE001 - told to the main thread
            failures.append(problem)

    threads = [
        threading.Thread(target=write_on, args=(own, name)) for name, own in enumerate(devices)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    ana.pull()
    assert len(ana.fields(work)["tags"]) == 24


def test_moving_back_and_forth_while_others_write_ends_in_one_place(world: World) -> None:
    mover, writer, teacher = (device(world, name) for name in ("ana", "ana", "tia"))
    work = mover.create(title="Start")
    writer.pull()
    failures: list[BaseException] = []

    def run(own: Device, make: Callable[[int], object]) -> None:
        try:
            for turn in range(8):
                own.push(make(turn))  # type: ignore[arg-type]
        except BaseException as problem:  # noqa: BLE001 - told to the main thread
            failures.append(problem)

    threads = [
        threading.Thread(
            target=run,
            args=(mover, lambda n: mover.set(work, "audience", ("me", "teachers")[n % 2])),
        ),
        threading.Thread(target=run, args=(writer, lambda n: writer.set(work, "where", str(n)))),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    mover.pull()
    teacher.pull()
    assert teacher.get(work) == mover.get(work)


def test_the_clock_of_the_server_is_the_one_that_counts(world: World, ana: Device) -> None:
    later = clock.now() + timedelta(days=3)
    with clock.using(lambda: later):
        own = device(world, "ana")
        work = own.create(title="Later")
        found = own.get(work)
    assert found is not None
    assert found["created"] == clock.to_wire(later)
