"""Restores: a new epoch once for all, and devices that bring back what the server lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import cast

import pytest
from sqlalchemy import Table, delete, insert, select

from pathfolio import clock, db, ids
from pathfolio.health import looking
from pathfolio.people.models import Person
from pathfolio.syncing import epochs, highwater
from pathfolio.syncing.models import (
    Client,
    History,
    Member,
    Record,
    Space,
    SpaceChain,
    Tombstone,
)
from tests.api.support_sync import Device, Json
from tests.api.syncing.conftest import device
from tests.api.world import World

TABLES = [
    cast("Table", model.__table__)
    for model in (Client, History, Member, Person, Record, Space, SpaceChain, Tombstone)
]


def photograph(world: World) -> Callable[[], None]:
    """Remember the log as it is now; calling the result brings exactly that back."""
    with world.app.app_context(), db.read() as session:
        kept = {
            table: [dict(row) for row in session.execute(select(table)).mappings()]
            for table in TABLES
        }

    def restore() -> None:
        with world.app.app_context(), db.write() as session:
            for table, rows in kept.items():
                session.execute(delete(table))
                if rows:
                    session.execute(insert(table), rows)

    return restore


def begin_epoch(world: World) -> None:
    with world.app.app_context():
        db.run_write(lambda session: epochs.begin(session, "restored"))


def offer(device: Device, mutations: list[Json]) -> Json:
    answer = device.post(
        "offer", {"client": device.client, "epoch": device.epoch, "mutations": mutations}
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: Json = answer.get_json()
    return found


def test_a_device_of_an_older_epoch_is_told_the_new_one_and_nothing_else(
    world: World, ana: Device
) -> None:
    ana.create(title="Mine")
    before = ana.epoch
    begin_epoch(world)
    page = ana.page()
    assert page["epoch"] != before
    assert (page["spaces"], page["changes"], page["forget"]) == ({}, [], [])
    assert (page["more"], page["confirmed"], page["vector"]) == (True, None, None)


def test_after_a_restore_devices_bring_back_what_was_lost(
    world: World, ana: Device, tia: Device
) -> None:
    kept = ana.create(title="Kept")
    restore = photograph(world)
    made = ana.creation(title="Lost")
    edit = ana.set(kept, "title", "Kept and changed")
    ana.must(made, edit)
    tia.pull()
    feedback = tia.creation("feedback", artifact=made["record"], glow="Good", audience="published")
    tia.must(feedback)
    restore()
    begin_epoch(world)

    ana, tia = (Device(each.http, each.person, epoch=each.page()["epoch"]) for each in (ana, tia))
    again = [each | {"n": n} for n, each in enumerate([made, edit], 1)]
    assert offer(ana, again)["taken"] == [made["id"], edit["id"]]
    assert offer(ana, again)["had"] == sorted([made["id"], edit["id"]])
    assert offer(tia, [feedback])["taken"] == [feedback["id"]]
    ana.pull()
    assert ana.fields(kept)["title"] == "Kept and changed"
    assert ana.fields(feedback["record"])["glow"] == "Good"


def test_the_numbers_of_an_offer_are_not_those_of_the_new_client(world: World, ana: Device) -> None:
    ana.pull()
    made = ana.creation(title="Offered")
    again = Device(ana.http, ana.person, epoch=ana.epoch)
    assert offer(again, [made | {"n": 7}])["taken"] == [made["id"]]
    again.must(again.creation(title="Pushed as number one"))
    with world.app.app_context(), db.read() as session:
        assert list(looking.devices(session, Counter())) == []


def test_an_offer_that_may_not_be_is_refused_and_kept(world: World, ana: Device) -> None:
    ana.pull()
    bad = ana.set(ids.new_id(), "title", "Words of mine")
    told = offer(ana, [bad])
    assert [(each["id"], each["code"]) for each in told["refused"]] == [(bad["id"], "forbidden")]
    assert offer(ana, [bad])["had"] == [bad["id"]]
    assert ana.not_accepted()[0]["mutation"] == bad


def test_an_offer_for_another_epoch_is_sent_back(ana: Device) -> None:
    body = {"client": ana.client, "epoch": ids.new_id(), "mutations": []}
    answer = ana.post("offer", body)
    assert (answer.status_code, answer.get_json()["slug"]) == (409, "new_epoch")


def test_a_database_behind_the_high_water_file_begins_a_new_epoch_at_start(
    world: World, ana: Device
) -> None:
    ana.create(title="Kept")
    restore = photograph(world)
    ana.create(title="Lost")
    with world.app.app_context():
        highwater.here().flush()
        assert epochs.check_at_start() is False
    restore()
    with world.app.app_context():
        assert epochs.check_at_start() is True
        assert epochs.check_at_start() is False
    assert ana.page()["epoch"] != ana.epoch


def test_a_log_that_went_another_way_is_noticed_at_start_too(world: World, ana: Device) -> None:
    restore = photograph(world)
    ana.create(title="Lost")
    with world.app.app_context():
        highwater.here().flush()
    restore()
    ana.twin().create(title="Another")
    with world.app.app_context():
        highwater.here()._waiting.clear()
        assert epochs.check_at_start() is True


def test_an_unannounced_restore_is_noticed_by_a_cursor_above_the_head(
    world: World, ana: Device, ben: Device
) -> None:
    ben.pull()
    restore = photograph(world)
    ana.create(title="Lost")
    restore()
    page = ana.page()
    assert page["epoch"] != ana.epoch
    assert page["changes"] == []
    assert ben.page()["epoch"] == page["epoch"]


def test_an_unannounced_restore_is_noticed_by_an_unknown_chain(world: World, ana: Device) -> None:
    ana.pull()
    restore = photograph(world)
    ana.create(title="Lost")
    restore()
    ana.twin().create(title="Another")
    assert ana.page()["epoch"] != ana.epoch


def test_a_change_that_a_rolled_back_server_took_twice_is_not_the_same_to_who_read_the_first(
    world: World, ana: Device, tia: Device
) -> None:
    restore = photograph(world)
    made = ana.creation(title="Lost, and sent again")
    ana.must(made)
    tia.pull()
    restore()
    later = clock.now() + timedelta(seconds=1)
    with clock.using(lambda: later):
        ana.must(made)
        assert tia.page()["epoch"] != tia.epoch


def test_claims_of_impossible_cursors_begin_one_epoch_a_day_at_most(
    world: World, ana: Device
) -> None:
    ana.create(title="Mine")
    seq = ana.cursors[ana.portfolio][0]
    ana.cursors[ana.portfolio] = [seq + 5, "f" * 16, 0]
    first = ana.page()["epoch"]
    assert first != ana.epoch
    ana.epoch = first
    page = ana.page()
    assert page["epoch"] == first
    assert page["replace"] == [ana.portfolio]
    ana.keep(page)
    assert len(ana.all("artifact")) == 1
    later = clock.now() + timedelta(days=2)
    ana.cursors[ana.portfolio] = [seq + 5, "f" * 16, 0]
    with clock.using(lambda: later):
        assert device(world, "ana").page(epoch=first, spaces=ana.cursors)["epoch"] != first


def test_a_claim_of_one_school_is_no_news_for_another(world: World, ana: Device) -> None:
    far = device(world, "ana", "south")
    ana.create(title="Mine")
    far.create(title="Mine")
    ana.cursors[ana.portfolio] = [99, "f" * 16, 0]
    assert ana.page()["epoch"] != ana.epoch
    page = far.page()
    assert (page["epoch"], page["replace"]) == (far.epoch, [])
    with world.app.app_context():
        marks = highwater.here()
        marks.flush()
        assert world.id("school", "south") in marks.read()
        assert world.id("school") not in marks.read()


@pytest.mark.parametrize("epoch", [5, [], {}, "x"])
def test_an_epoch_that_is_none_is_an_old_one(ana: Device, epoch: object) -> None:
    page = ana.page(epoch=epoch)
    assert page["changes"] == []
