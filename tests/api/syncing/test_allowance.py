"""Nobody can fill the school's disk with words: who sends very much is asked to wait, and loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus

import pytest
from sqlalchemy import select, update

from pathfolio import clock, db
from pathfolio.syncing.models import Allowance
from tests.api.support_sync import Device, Json
from tests.api.world import World

LONG = "word " * 2000  # ten kilobytes


@pytest.fixture
def small(make_world: Callable[..., World]) -> World:
    """A server that takes 100 kilobytes of one person within a day."""
    return make_world(daily_changes=100_000)


def device(world: World, name: str) -> Device:
    return Device(world.as_(name), world.id(name))


def envelope(sender: Device, *mutations: Json) -> Json:
    now = clock.to_wire(clock.now())
    return {"client": sender.client, "schema": 1, "now": now, "mutations": list(mutations)}


def fill(sender: Device) -> None:
    """Sends until the server asks to wait."""
    for _ in range(12):
        if sender.post("push", envelope(sender, sender.creation(words=LONG))).status_code != 200:
            sender.n -= 1
            return
    pytest.fail("the server took more than a day's worth")


def test_who_sends_more_than_a_days_worth_waits_and_then_goes_on(small: World) -> None:
    ana = device(small, "ana")
    fill(ana)
    waiting = ana.creation(title="One more")
    answer = ana.post("push", envelope(ana, waiting))
    problem = answer.get_json()
    assert (answer.status_code, problem["slug"]) == (HTTPStatus.TOO_MANY_REQUESTS, "daily_limit")
    assert "kept on this device" in problem["detail"]
    later = clock.now() + timedelta(seconds=int(answer.headers["Retry-After"]))
    assert later < clock.now() + timedelta(hours=4)
    with clock.using(lambda: later):
        assert ana.results(waiting) == ["ok"]
        ana.pull()
    assert ana.fields(waiting["record"])["title"] == "One more"
    assert len(ana.all("artifact")) == ana.n


def test_all_devices_of_a_person_count_together_and_nobody_elses(small: World) -> None:
    ana = device(small, "ana")
    fill(ana)
    other = ana.twin()
    refused = other.post("push", envelope(other, other.creation(title="From another device")))
    assert refused.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert device(small, "ben").create(title="Not Ana's")


def test_who_has_to_wait_can_still_read_and_hear_what_was_taken(small: World) -> None:
    ana = device(small, "ana")
    fill(ana)
    ana.pull()
    assert ana.confirmed is not None
    assert ana.confirmed[0] == ana.n > 0


def test_what_was_taken_before_costs_nothing_when_it_comes_again(small: World) -> None:
    ana = device(small, "ana")
    made = ana.creation(words=LONG)
    ana.must(made)
    before = until(small, ana)
    for _ in range(20):
        assert ana.results(made) == []
    assert until(small, ana) == before


def test_an_offer_after_a_restore_counts_too(small: World) -> None:
    ana = device(small, "ana")
    ana.pull()
    fill(ana)
    lacking = ana.creation(title="Offered")
    body = {"client": ana.client, "epoch": ana.epoch, "mutations": [lacking]}
    assert ana.post("offer", body).status_code == HTTPStatus.TOO_MANY_REQUESTS


def test_a_clock_that_was_years_ahead_shuts_nobody_out(small: World) -> None:
    ana = device(small, "ana")
    ana.create(title="Before")
    with small.app.app_context():
        years = 86_400_000 * 3000
        db.run_write(lambda session: session.execute(
            update(Allowance).values(until=Allowance.until + years)
        ))  # fmt: skip
    began = clock.now()
    ana.create(title="After")
    assert until(small, ana) - milliseconds(began) < 86_400_000


def test_a_device_after_a_long_outage_is_far_below_it(world: World) -> None:
    ana = device(world, "ana")
    words = "What I made, what was hard, and what comes next. " * 20
    many = [ana.creation(title=f"Piece {number}", words=words) for number in range(200)]
    moment = clock.now()
    with clock.using(lambda: moment):
        ana.must(*many)
    assert until(world, ana) - milliseconds(moment) < 86_400_000 / 100


def until(world: World, sender: Device) -> int:
    """The moment up to which somebody has used what is theirs, in milliseconds."""
    with world.app.app_context(), db.read() as session:
        found = session.scalar(select(Allowance.until).where(Allowance.person == sender.person))
    assert found is not None
    return found


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
