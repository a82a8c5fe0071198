"""What a coordinator sees of the server: which devices are behind, what was refused, who did what."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from pathfolio import clock, db, ids, jobs
from pathfolio.audit.models import AuditEvent
from pathfolio.health import pruning, report, state
from pathfolio.jobs.models import JobRow
from pathfolio.sessions.models import DeviceSession
from pathfolio.syncing.models import Client
from tests.api.support_sync import Device, Json
from tests.api.world import World


def device(world: World, name: str, school: str = "north") -> Device:
    return Device(world.as_(name, school), world.id(name, school))


def tells(of: Device, **more: object) -> None:
    """A pull of a device that tells of itself."""
    told = {"app": "0.1.0", "waiting": 0, "files": 0} | more
    body = {"client": of.client, "epoch": None, "schema": 1, "spaces": {}, "device": told}
    assert of.post("pull", body).status_code == 200


def seen(world: World, name: str = "cora") -> Json:
    answer = world.as_(name).get("/api/operator")
    assert answer.status_code == 200
    found: Json = answer.get_json()
    return found


@contextmanager
def days_later(world: World, days: int) -> Iterator[None]:
    later = clock.now() + timedelta(days=days)
    with clock.using(lambda: later), world.app.app_context():
        yield


def test_a_device_on_which_something_waits_is_behind_until_it_says_otherwise(world: World) -> None:
    ana = device(world, "ana")
    tells(ana, waiting=3, files=1)
    found = seen(world)
    assert found["devices"] == found["behind_count"] == 1
    (row,) = found["behind"]
    assert row["person"] == {"id": world.id("ana"), "name": "Ana North"}
    assert (row["device"], row["app"], row["waiting"], row["files"]) == ("A test", "0.1.0", 3, 1)
    tells(ana)
    assert seen(world)["behind"] == []


def test_a_device_that_was_not_heard_of_for_two_weeks_is_behind(world: World) -> None:
    tells(device(world, "ana"))
    assert seen(world)["behind"] == []
    with days_later(world, 15):
        assert [row["person"]["name"] for row in seen(world)["behind"]] == ["Ana North"]


def test_a_device_that_began_anew_is_one_device(world: World) -> None:
    ana = device(world, "ana")
    tells(ana, waiting=3)
    ana.client = ids.new_id()
    tells(ana)
    found = seen(world)
    assert (found["devices"], found["behind"]) == (1, [])


def test_each_school_sees_its_own(world: World) -> None:
    tells(device(world, "ana", "south"), waiting=3)
    assert seen(world)["devices"] == 0


@pytest.mark.parametrize(
    "told",
    [
        7,
        {},
        {"app": "x", "waiting": -1, "files": 0},
        {"app": "x y", "waiting": 0, "files": 0},
        {"app": "x", "waiting": True, "files": 0},
        {"app": "x" * 41, "waiting": 0, "files": 0},
    ],
)
def test_what_a_device_tells_wrongly_is_a_typed_problem(world: World, told: object) -> None:
    ana = device(world, "ana")
    body = {"client": ana.client, "epoch": None, "schema": 1, "spaces": {}, "device": told}
    assert ana.post("pull", body).status_code == 422


def test_refused_changes_are_counted_by_code_and_never_quoted(world: World) -> None:
    ana, tia = device(world, "ana"), device(world, "tia")
    work = ana.create(title="Birdhouse")
    tia.pull()
    assert tia.results(tia.set(work, "title", "A secret of Tia")) == ["rejected forbidden"]
    answer = world.as_("cora").get("/api/operator")
    assert answer.get_json()["refused"] == {"forbidden": 1}
    assert b"secret" not in answer.data
    assert b"Birdhouse" not in answer.data


def test_epoch_backup_and_the_last_look_are_told(world: World) -> None:
    found = seen(world)
    assert (found["backup"], found["verified"], found["epoch"]["reason"]) == (None, None, "first")
    with world.app.app_context():
        report.run(media=False)
        state.note_backup(files=3, records=7)
    found = seen(world)
    assert found["verified"]["problems"] == {}
    assert found["verified"]["skipped"] == ["files"]
    assert (found["backup"]["files"], found["backup"]["records"]) == (3, 7)
    assert 0 < found["disk"]["free"] < found["disk"]["total"]


def test_work_that_was_given_up_is_told_by_its_kind(world: World) -> None:
    with world.app.app_context():
        db.run_write(lambda session: jobs.enqueue(session, "uploads.check", {}, "one"))
        db.run_write(lambda session: session.add(failed()))
    found = seen(world)["jobs"]
    assert (found["waiting"], found["failed"]) == (1, 1)
    assert [(each["kind"], each["trouble"]) for each in found["given_up"]] == [
        ("uploads.render", "OSError")
    ]


def failed() -> JobRow:
    now = clock.now()
    return JobRow(
        id=ids.new_id(), kind="uploads.render", key="two", payload={}, state="failed", due=now, created=now,
        trouble="OSError",
    )  # fmt: skip


def events(world: World, before: str | None = None) -> Json:
    query = {"before": before} if before else {}
    answer = world.as_("cora").get("/api/audit", query_string=query)
    assert answer.status_code == 200
    found: Json = answer.get_json()
    return found


def test_the_events_say_who_did_what_to_whom(world: World) -> None:
    cora = world.as_("cora")
    assert cora.patch(f"/api/people/{world.id('ana')}", json={"active": False}).status_code == 200
    newest = events(world)["events"][0]
    assert newest["action"].startswith("person.")
    assert newest["actor"] == {"id": world.id("cora"), "name": "Cora North"}
    assert newest["target"] == {"id": world.id("ana"), "name": "Ana North"}


def test_all_events_come_page_by_page_and_only_those_of_the_school(world: World) -> None:
    def many(session: Any) -> None:  # noqa: ANN401
        for number in range(120):
            session.add(
                AuditEvent(
                    id=ids.new_id(), school=world.id("school"), actor=None, action=f"test.{number}"
                )
            )
        session.add(
            AuditEvent(id=ids.new_id(), school=world.id("school", "south"), action="test.foreign")
        )

    with world.app.app_context():
        db.run_write(many)
    found, page = [], events(world)
    while True:
        found += [each["action"] for each in page["events"]]
        if page["next"] is None:
            break
        page = events(world, page["next"])
    assert len({each for each in found if each.startswith("test.")}) == 120
    assert "test.foreign" not in found
    assert world.as_("cora").get("/api/audit?before=nonsense").status_code == 422


def test_old_sessions_devices_and_events_are_forgotten_and_the_device_goes_on(world: World) -> None:
    ana = device(world, "ana")
    made = ana.creation(title="Birdhouse")
    ana.must(made)
    with days_later(world, 399):
        assert pruning.prune() == 0
    with days_later(world, 801):
        assert pruning.prune() > 3
        with db.read() as session:
            for model in (AuditEvent, DeviceSession, Client):
                assert session.scalar(select(func.count()).select_from(model)) == 0
    # It comes back, with a session of then: the server knows no such device, and takes nothing twice.
    with days_later(world, 801):
        later = device(world, "ana")
        later.client, later.n = ana.client, ana.n
        assert later.push(later.creation(title="Second"))["last_n"] == 0, (
            "a gap: it offers all it has"
        )
        offered = {
            "client": ids.new_id(),
            "epoch": later.page()["epoch"],
            "mutations": [made | {"n": 1}],
        }
        assert later.post("offer", offered).get_json()["had"] == [made["id"]]
