"""Edit times from clocks that lie, and places between places."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathfolio_sync import between, edit_time, parse_time, valid_place, wire_time
from tests.sync.world import NOW

times = st.datetimes(timezones=st.just(UTC))
AN_HOUR = timedelta(hours=1)


@given(now=times, device_now=st.none() | times, at=st.none() | times, pulled=st.none() | times)
def test_an_edit_is_never_before_the_pull_nor_after_now(
    now: datetime, device_now: datetime | None, at: datetime | None, pulled: datetime | None
) -> None:
    time = edit_time(now=now, device_now=device_now, at=at, pulled=pulled)
    assert time <= now
    assert time.microsecond % 1000 == 0
    if pulled:
        assert time > min(pulled, now) - timedelta(milliseconds=1)


@given(times, st.timedeltas(-10 * AN_HOUR, 10 * AN_HOUR))
def test_a_clock_that_is_wrong_by_any_amount_gives_the_same_time(
    now: datetime, wrong: timedelta
) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + (now - datetime(2000, 1, 1, tzinfo=UTC)) / 1000
    right = edit_time(now=now, device_now=now, at=now - AN_HOUR, pulled=None)
    assert right == edit_time(
        now=now, device_now=now + wrong, at=now + wrong - AN_HOUR, pulled=None
    )


def test_an_edit_from_the_devices_future_counts_as_now() -> None:
    assert edit_time(now=NOW, device_now=NOW, at=NOW + AN_HOUR, pulled=None) == NOW


def test_without_a_readable_edit_time_it_is_as_old_as_it_can_be() -> None:
    pulled = NOW - AN_HOUR
    assert edit_time(now=NOW, device_now=NOW, at=None, pulled=pulled) == pulled
    assert edit_time(now=NOW, device_now=NOW, at=None, pulled=None) == NOW


@pytest.mark.parametrize(
    "text", ["", "now", None, 5, "2026-11-23T14:52:11", "2026-13-01T00:00:00Z"]
)
def test_what_is_no_time_is_none(text: object) -> None:
    assert parse_time(text) is None


def test_wire_times_are_utc_in_milliseconds() -> None:
    time = datetime.fromisoformat("2026-11-23T16:52:11.123999+02:00")
    assert wire_time(time) == "2026-11-23T14:52:11.123Z"
    assert parse_time(wire_time(time)) == time.replace(microsecond=123000)


@given(st.integers(0, 2**32), st.lists(st.integers(0, 100), max_size=60))
def test_there_is_always_a_place_between(seed: int, spots: list[int]) -> None:
    random, places = Random(seed), list[str]()
    for spot in spots:
        at = spot % (len(places) + 1)
        before = places[at - 1] if at else None
        after = places[at] if at < len(places) else None
        places.insert(at, between(before, after, random))
    assert places == sorted(set(places))
    assert all(valid_place(place) for place in places)


def test_a_place_right_before_a_jittered_one_is_found() -> None:
    random, upper = Random(1), "a0V"
    for _ in range(100):
        lower = between("a0", upper, random)
        assert "a0" < lower < upper
        upper = lower


def test_two_devices_rarely_choose_the_same_place() -> None:
    places = {between("a0", "a1", Random(seed)) for seed in range(1000)}
    assert len(places) > 990


@pytest.mark.parametrize(
    ("before", "after"), [("a1", "a0"), ("a0", "a0"), ("", None), ("!", None), ("a00", None)]
)
def test_no_place_is_between_what_is_none_or_not_in_order(before: str, after: str | None) -> None:
    with pytest.raises(ValueError, match="no place between"):
        between(before, after, Random(1))


@pytest.mark.parametrize(
    "place", ["", "0", "a", "a0!", "a00", "b0", "A" + "0" * 26, "a0 ", "é0", None, 5, "aa" * 400]
)
def test_what_no_device_could_work_with_is_no_place(place: object) -> None:
    assert not valid_place(place)
