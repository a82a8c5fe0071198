"""Scalars: who knew the value before replaces it; otherwise the later edit stays and the other is flagged."""

from datetime import timedelta

import pytest

from pathfolio_sync import Json, derived_id, wire_time
from tests.sync.world import ANA, BEN, NOW, Room, creation, minutes, mutation


def titled(title: Json = "old") -> Room:
    return Room().pushed(creation(title=title))


def test_an_author_who_knew_the_value_replaces_it_whatever_the_clocks_say() -> None:
    room = titled()
    first, second = mutation("1", "set", "title", "one", base=room.rev, at=50), None
    room.push(first)
    second = mutation("2", "set", "title", "two", base=room.rev, at=10)
    assert room.push(second).status == "ok"
    assert (room["title"], room.flags()) == ("two", {})
    assert room.history.rows[-1].superseded == "one"


def test_of_two_that_did_not_know_each_other_the_later_edit_stays_and_the_other_is_flagged() -> (
    None
):
    room = titled()
    base = room.rev
    room.push(mutation("late", "set", "title", "late", base=base, at=20), by=BEN)
    outcome = room.push(mutation("early", "set", "title", "early", base=base, at=10))
    assert (outcome.status, room["title"]) == ("conflict", "late")
    flag = room.record["flags"][derived_id("early")]
    assert flag == {"field": "title", "value": "early", "by": ANA, "at": wire_time(minutes(10))}
    (event,) = outcome.events
    assert (event.kind, event.field, event.people) == ("conflict", "title", (BEN, ANA))


def test_typing_twice_offline_is_no_conflict() -> None:
    room = titled()
    base = room.rev
    room.push(mutation("1", "set", "title", "one", base=base, at=20))
    outcome = room.push(mutation("2", "set", "title", "two", base=base, after="1", at=5))
    assert (outcome.status, room["title"], room.flags()) == ("ok", "two", {})


def test_a_chain_that_somebody_else_claims_counts_for_nothing() -> None:
    room = titled()
    base = room.rev
    room.push(mutation("1", "set", "title", "one", base=base, at=20), by=BEN)
    assert (
        room.push(mutation("2", "set", "title", "two", base=base, after="1", at=5)).status
        == "conflict"
    )


def test_a_loser_who_goes_on_leaves_one_flag_not_two() -> None:
    room = titled()
    base = room.rev
    room.push(mutation("other", "set", "title", "other", base=base, at=30), by=BEN)
    room.push(mutation("1", "set", "title", "one", base=base, at=10))
    room.push(mutation("2", "set", "title", "two", base=base, after="1", at=20))
    assert (room["title"], room.flags()) == ("other", {derived_id("2"): "two"})
    room.push(mutation("3", "set", "title", "three", base=base, after="2", at=40))
    assert (room["title"], room.flags()) == ("three", {derived_id("other"): "other"})


def test_choosing_alike_is_no_conflict() -> None:
    room = titled()
    base = room.rev
    room.push(mutation("1", "set", "title", "same", base=base, at=10), by=BEN)
    assert room.push(mutation("2", "set", "title", "same", base=base, at=20)).status == "ok"
    assert room.flags() == {}


def test_true_and_one_are_not_alike() -> None:
    room = titled()
    base = room.rev
    room.push(mutation("1", "set", "title", True, base=base, at=10))
    assert room.push(mutation("2", "set", "title", 1, base=base, at=20)).status == "conflict"


@pytest.mark.parametrize("base", [[1, derived_id("never")], [9, derived_id("create")], None])
def test_a_base_that_history_does_not_hold_has_seen_nothing(base: list[int | str] | None) -> None:
    room = titled()
    outcome = room.push(mutation("1", "set", "title", "new", base=base, at=10))
    assert (outcome.status, room["title"]) == ("conflict", "new")
    assert list(room.flags().values()) == ["old"]


def test_a_tie_in_time_is_broken_alike_in_both_orders() -> None:
    ends = []
    for names in (("1", "2"), ("2", "1")):
        room = titled()
        base = room.rev
        for name in names:
            room.push(mutation(name, "set", "title", f"value {name}", base=base, at=10))
        ends.append((room["title"], sorted(room.flags().values(), key=str)))
    assert ends[0] == ends[1]


def test_a_true_conflict_about_the_audience_goes_to_the_narrower_one() -> None:
    for first, second in (("me", "teachers"), ("teachers", "me")):
        room = Room(narrowest={"audience": ["me", "teachers", "group"]})
        room.push(creation(audience="group"))
        base = room.rev
        room.push(mutation("1", "set", "audience", first, base=base, at=10))
        room.push(mutation("2", "set", "audience", second, base=base, at=20))
        assert room["audience"] == min(first, second)
        # Not a conflict: its author knows, and means it.
        assert room.push(mutation("3", "set", "audience", "teachers", base=room.rev)).status == "ok"
        assert room["audience"] == "teachers"


def test_a_flag_goes_when_somebody_dismisses_it_and_only_then() -> None:
    room = titled()
    base = room.rev
    room.push(mutation("1", "set", "title", "one", base=base, at=10))
    room.push(mutation("2", "set", "title", "two", base=base, at=20))
    room.push(mutation("3", "set", "title", "three", base=room.rev, at=30))
    assert room.flags() == {derived_id("1"): "one"}
    dismissal = mutation("4", "remove", "flags", {"key": derived_id("1")}, base=room.rev)
    assert room.push(dismissal).status == "ok"
    assert "flags" not in room.record
    assert room.history.rows[-1].superseded == {
        "field": "title",
        "value": "one",
        "by": ANA,
        "at": wire_time(minutes(10)),
    }


def test_one_create_that_loses_in_two_fields_keeps_both_losers() -> None:
    room = Room().pushed(creation(title="old", audience="me"))
    room.push(mutation("1", "set", "title", "new", at=10))
    room.push(mutation("2", "set", "audience", "teachers", at=10))
    assert sorted(room.flags().values(), key=str) == ["me", "old"]


def test_an_edit_made_offline_weighs_by_when_it_was_made_not_by_when_it_came() -> None:
    room = titled()
    base = room.rev
    room.push(mutation("fresh", "set", "title", "fresh", base=base, at=100), now=minutes(101))
    stale = mutation("stale", "set", "title", "stale", base=base, at=5)
    room.push(stale, now=NOW + timedelta(days=3))
    assert room["title"] == "fresh"
