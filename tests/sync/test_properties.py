"""What holds for any history: the order of arrival does not matter, nothing is applied twice or lost."""

from copy import deepcopy
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathfolio_sync import Mutation, canonical, replay
from tests.sync.strategies import (
    Story,
    anything,
    examples,
    members,
    ordered,
    scalars,
    stories,
    texts,
    trash,
)
from tests.sync.world import ANA, PLANS, Room, creation, shown

PEOPLE = [ANA, ANA, "ben", "cleo"]


def told(story: Story, order: tuple[int, ...]) -> Room:
    room = Room().pushed(*story.past)
    for branch, change in story.arrivals(order):
        room.push(change, by=PEOPLE[branch])
    return room


def both(story: Story) -> tuple[Room, Room]:
    one, other = (told(story, order) for order in story.orders)
    return one, other


@examples(250)
@given(stories(scalars))
def test_concurrent_scalars_show_the_same_in_any_order(story: Story) -> None:
    one, other = both(story)
    assert canonical(one["title"]) == canonical(other["title"])


@examples(150)
@given(stories(scalars))
def test_concurrent_scalars_flag_the_same_losers_in_any_order(story: Story) -> None:
    # Two devices that chose alike have no conflict, so here each has a value of its own.
    for branch in story.branches:
        for change in branch:
            change["value"] = change["id"]
    one, other = both(story)
    assert one.flags() == other.flags()


@examples(250)
@given(stories(members))
def test_concurrent_members_show_the_same_in_any_order(story: Story) -> None:
    one, other = both(story)
    assert canonical(shown(one.record)) == canonical(shown(other.record))


@examples(400)
@given(stories(ordered))
def test_concurrent_entries_stand_in_the_same_order_whoever_comes_first(story: Story) -> None:
    one, other = both(story)
    assert canonical(shown(one.record)) == canonical(shown(other.record))


@examples(150)
@given(stories(st.one_of(trash, scalars)))
def test_whether_a_record_is_in_the_trash_does_not_depend_on_the_order(story: Story) -> None:
    one, other = both(story)
    assert ("deleted" in one.record) == ("deleted" in other.record)


@examples(150)
@given(stories(anything), st.data())
def test_a_mutation_that_comes_again_changes_nothing(story: Story, data: st.DataObject) -> None:
    arrivals = story.arrivals(story.orders[0])
    room = Room().pushed(*story.past)
    for branch, change in arrivals:
        room.push(change, by=PEOPLE[branch])
        index = data.draw(st.integers(0, len(arrivals) - 1))
        again = arrivals[index][1]
        if room.history.entry(again["id"]):
            before = deepcopy(room.record)
            outcome = room.push(again, by=PEOPLE[arrivals[index][0]])
            assert (room.record, outcome.changed) == (before, False)
            assert outcome.status == room.history.entry(again["id"]).status  # type: ignore[union-attr]


@examples(150)
@given(stories(anything))
def test_each_accepted_mutation_makes_one_row_and_the_next_rev(story: Story) -> None:
    room = told(story, story.orders[0])
    count = len(story.past) + len(story.orders[0])
    assert [row.rev for row in room.history.rows] == list(range(1, count + 1))
    assert room.rev == [count, room.history.rows[-1].id]


@examples(150)
@given(stories(anything))
def test_a_given_state_is_never_changed_in_place(story: Story) -> None:
    room = Room().pushed(*story.past)
    for branch, change in story.arrivals(story.orders[0]):
        state, before, sent = room.state, deepcopy(room.state), deepcopy(change)
        room.push(change, by=PEOPLE[branch])
        assert (state, change) == (before, sent)


@examples(150)
@given(stories(anything))
def test_replaying_over_a_base_that_holds_the_mutation_changes_nothing(story: Story) -> None:
    room = Room().pushed(*story.past)
    for branch, change in story.arrivals(story.orders[0]):
        room.push(change, by=PEOPLE[branch])
        assert replay(room.record, change, PEOPLE[branch], PLANS) is room.record


@examples(150)
@given(stories(anything))
def test_replaying_what_nobody_disturbed_shows_what_the_server_will_make_of_it(
    story: Story,
) -> None:
    room = Room().pushed(*story.past)
    for change in story.branches[0]:
        fresh = Mutation(**{**change, "base": room.rev, "after": None})
        if fresh["field"] == "attachments":
            continue  # the server parts entries that stand on one place
        expected = replay(room.record, fresh, ANA, PLANS)
        assert expected is not None
        room.push(fresh)
        assert canonical(shown(expected)) == canonical(shown(room.record))
        assert ("deleted" in expected) == ("deleted" in room.record)


@examples(250)
@given(stories(texts))
def test_every_text_ever_submitted_is_shown_flagged_or_in_history(story: Story) -> None:
    room = told(story, story.orders[0])
    kept = {str(row.value) for row in room.history.rows}
    for _, change in story.arrivals(story.orders[0]):
        assert str(change["value"]) in kept


@pytest.mark.parametrize("garbage", ["", "yesterday", "9999-99-99", "0001-01-01T00:00:00+14:00"])
@pytest.mark.parametrize("name", ["at", "pulled"])
def test_a_senseless_clock_is_no_reason_to_refuse(garbage: str, name: str) -> None:
    change = cast("Mutation", {**creation(title="a"), name: garbage})
    assert Room().push(change).status == "ok"
