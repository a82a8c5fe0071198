"""The trash after 30 days, the chain after 400."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from pathfolio import clock, db
from pathfolio.syncing import cleaning
from pathfolio.syncing.models import History, SpaceChain
from tests.api.support_sync import Device
from tests.api.world import World


@contextmanager
def days_later(world: World, days: int) -> Iterator[None]:
    later = clock.now() + timedelta(days=days)
    with clock.using(lambda: later), world.app.app_context():
        yield


def test_trash_is_shown_for_30_days_and_then_its_words_go(
    world: World, ana: Device, tia: Device
) -> None:
    work = ana.create(title="Old")
    tia.pull()
    ana.must(ana.mutation("delete", work))
    with days_later(world, 29):
        assert cleaning.empty_trash() == 0
    with days_later(world, 31):
        assert cleaning.empty_trash() == 1
        assert cleaning.empty_trash() == 0
        with db.read() as session:
            assert session.query(History).filter_by(record=work).count() == 0
    for device in (ana, tia):
        device.pull()
        assert device.get(work) is None


def test_what_came_back_from_the_trash_stays(world: World, ana: Device) -> None:
    work = ana.create(title="Old")
    ana.must(ana.mutation("delete", work), ana.mutation("restore", work))
    with days_later(world, 31):
        assert cleaning.empty_trash() == 0


def test_an_edit_after_the_purge_is_refused_and_its_words_are_kept(
    world: World, ana: Device
) -> None:
    work = ana.create(title="Old")
    ana.must(ana.mutation("delete", work))
    other = ana.twin()
    other.pull()
    edit = other.set(work, "title", "Not old at all")
    with days_later(world, 31):
        cleaning.empty_trash()
    assert other.results(edit, ana.creation(record=work) | {"n": 2}) == ["rejected purged"] * 2
    assert {entry["code"] for entry in ana.not_accepted()} == {"purged"}
    assert edit in [entry["mutation"] for entry in ana.not_accepted()]


def test_a_device_older_than_the_kept_chain_gets_its_spaces_anew(world: World, ana: Device) -> None:
    work = ana.create(title="Old")
    gone = ana.create(title="Hidden")
    ana.must(ana.set(gone, "audience", "me"), ana.set(work, "title", "Older"))
    stale = dict(ana.cursors)
    with days_later(world, 401):
        assert cleaning.prune_chain() > 0
        with db.read() as session:
            assert session.query(SpaceChain).filter_by(space=ana.portfolio).count() == 1
    page = ana.page(spaces=stale)
    assert ana.portfolio in page["replace"]
    assert all(not row.get("gone") for row in page["changes"])
    ana.pull()
    assert ana.fields(work)["title"] == "Older"
