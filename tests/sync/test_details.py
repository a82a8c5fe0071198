"""The finer points: which text counts as the base, what history says was there before, how ties are broken."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathfolio_sync import Json, content_hash, derived_id, replay, text_merge, wire_time
from tests.sync.strategies import examples
from tests.sync.world import ANA, BEN, NOW, PLANS, Room, creation, minutes, mutation

# Texts


@st.composite
def apart(draw: st.DrawFn) -> tuple[str, str, str, str]:
    """A base of different words, two texts that change parts of it apart from each other, and what both want."""
    count = draw(st.integers(4, 30))
    words = [f" w{number}" for number in range(count)]
    both, sides = list(words), (list(words), list(words))
    at, new = draw(st.integers(1, 2)), 0
    while at < count:
        mine = sides[draw(st.integers(0, 1))]
        length = draw(st.integers(1, 3))
        for place in range(at, min(at + length, count)):
            new += 1
            change = draw(
                st.sampled_from(["", f" n{new}", f" n{new} n{new}", f"{words[place]} n{new}"])
            )
            mine[place] = both[place] = change
        at += length + draw(st.integers(1, 4))
    texts = ("".join(each).removeprefix(" ") for each in (words, *sides, both))
    base, ours, theirs, wanted = texts
    return base, ours, theirs, wanted


@examples(300)
@given(apart())
def test_changes_apart_from_each_other_are_all_there_and_nothing_else(
    texts: tuple[str, str, str, str],
) -> None:
    base, ours, theirs, wanted = texts
    assert text_merge(base, ours, theirs) == wanted
    assert text_merge(base, theirs, ours) == wanted


def test_a_long_text_of_few_words_is_told_apart_in_its_middle() -> None:
    words = [f"w{number % 9}{number % 7}" for number in range(400)]
    ours, theirs = list(words), list(words)
    ours[3], ours[390] = "first", "last"
    theirs[200] = "middle"
    merged = text_merge(*(" ".join(each) for each in (words, ours, theirs)))
    wanted = list(ours)
    wanted[200] = "middle"
    assert merged == " ".join(wanted)


def test_a_first_text_after_a_wordless_create_has_nothing_for_its_base() -> None:
    room = Room().pushed(creation())
    room.push(mutation("1", "text", "words", "others", base=room.rev, at=1), by=BEN)
    room.push(mutation("2", "text", "words", "", base=room.rev, at=2), by=BEN)
    outcome = room.push(mutation("3", "text", "words", "mine", after="create", at=3))
    assert (room["words"], outcome.status) == ("mine", "ok")
    assert "flags" not in room.record


def test_a_base_that_had_no_words_yet_counts_as_empty() -> None:
    room = Room().pushed(creation())
    base = room.rev
    room.push(mutation("1", "text", "words", "others", base=base, at=1), by=BEN)
    room.push(mutation("2", "text", "words", "", base=room.rev, at=2), by=BEN)
    outcome = room.push(mutation("3", "text", "words", "mine", base=base, at=3))
    assert (room["words"], outcome.status) == ("mine", "ok")


def test_without_base_or_create_of_ones_own_a_text_has_no_base_at_all() -> None:
    room = Room().pushed(creation())
    room.push(mutation("1", "text", "words", "others", base=room.rev, at=1), by=BEN)
    room.push(mutation("2", "text", "words", "", base=room.rev, at=2), by=BEN)
    room.push(mutation("3", "set", "title", "mine", at=3))
    assert room.push(mutation("4", "text", "words", "mine", after="3", at=4)).status == "conflict"


def test_what_was_taken_out_again_offline_is_gone() -> None:
    room = Room().pushed(creation(words="one"))
    base = room.rev
    room.push(mutation("1", "text", "words", "zero one", base=base, at=1), by=BEN)
    room.push(mutation("2", "text", "words", "one two", base=base, at=2))
    shown = [room["words"]]
    room.push(mutation("3", "text", "words", "one", base=base, after="2", at=3))
    assert [*shown, room["words"]] == ["zero one two", "zero one"]


@pytest.mark.parametrize("newer", [False, True], ids=["its own change", "somebody's change since"])
def test_who_showed_the_pulled_text_does_not_bring_back_what_was_deleted_since(
    *, newer: bool
) -> None:
    room = Room().pushed(creation(words="one"))
    base = room.rev
    room.push(mutation("1", "text", "words", "zero one", base=base, at=1), by=BEN)
    room.push(mutation("2", "text", "words", "one two", base=base, at=2))
    if newer:
        room.push(mutation("3", "set", "title", "t", base=room.rev, at=3), by=BEN)
    pulled = room.rev
    room.push(mutation("4", "text", "words", "one two", base=pulled, at=4), by=BEN)
    room.push(mutation("5", "text", "words", "zero one two three", base=pulled, after="2", at=5))
    assert room["words"] == "one two three"


def test_the_base_is_what_was_shown_also_where_a_create_or_a_text_was_merged() -> None:
    for op in ("create", "text"):
        room = Room().pushed(creation(words="one two"))
        base = room.rev
        room.push(mutation("1", "text", "words", "zero one two", base=base, at=1), by=BEN)
        whole: Json = {"kind": "artifact", "fields": {"words": "one two three"}}
        value = whole if op == "create" else "one two three"
        field = None if op == "create" else "words"
        outcome = room.push(mutation("2", op, field, value, base=base, at=2))
        assert (room["words"], outcome.status) == ("zero one two three", "merged")
        pulled = room.rev
        room.push(mutation("3", "text", "words", "one two three", base=pulled, at=3), by=BEN)
        room.push(mutation("4", "text", "words", "zero one two three four", base=pulled, at=4))
        assert room["words"] == "one two three four"


# Entries


def listed(**places: str) -> Room:
    entries = {key: {"v": key, "p": place} for key, place in places.items()}
    return Room().pushed(creation(attachments=entries))


def replaced(room: Room) -> Json:
    return room.history.rows[-1].superseded


def test_history_says_what_a_place_an_add_or_a_remove_replaced() -> None:
    room = listed(a="a0")
    before = {"key": "a", "v": "a", "p": "a0"}

    def before_last() -> Json:
        return room.history.rows[-1].superseded

    room.push(mutation("1", "place", "attachments", {"key": "a", "p": "a5"}, base=room.rev))
    assert replaced(room) == before
    room.push(mutation("2", "add", "attachments", {"key": "a", "v": "b"}, base=room.rev))
    assert replaced(room) == {**before, "p": "a5"}
    room.push(mutation("3", "remove", "attachments", {"key": "a"}, base=room.rev))
    assert replaced(room) == {"key": "a", "v": "b", "p": "a5"}
    room.push(mutation("4", "add", "tags", {"key": "t", "v": 1}, base=room.rev))
    assert replaced(room) is None
    room.push(mutation("5", "add", "tags", {"key": "t", "v": 2}, base=room.rev))
    assert replaced(room) == {"key": "t", "v": 1}


def test_a_tie_between_two_places_goes_by_their_content_not_by_their_ids() -> None:
    places = sorted(["a5", "a6"], key=content_hash)
    names = sorted(["1", "2"], key=derived_id, reverse=True)
    for order in (0, 1), (1, 0):
        room = listed(a="a0")
        base = room.rev
        for each in order:
            value = {"key": "a", "p": places[each]}
            room.push(mutation(names[each], "place", "attachments", value, base=base, at=1))
        (entry,) = dict(room["attachments"]).values()  # type: ignore[call-overload]
        assert entry["p"] == places[1]


def test_going_on_from_an_entry_of_a_create_that_lost_clears_its_flag() -> None:
    room = Room().pushed(creation())
    room.push(
        mutation("1", "add", "tags", {"key": "x", "v": "theirs"}, base=room.rev, at=9), by=BEN
    )
    fields: Json = {"kind": "artifact", "fields": {"tags": {"x": "mine"}}}
    room.push(mutation("2", "create", None, fields, at=1))
    assert list(room.flags().values()) == [{"key": "x", "v": "mine"}]
    room.push(mutation("3", "set", "title", "t", after="2", at=2))
    room.push(mutation("4", "add", "tags", {"key": "y", "v": 1}, after="3", at=2))
    assert list(room.flags().values()) == [{"key": "x", "v": "mine"}]
    room.push(mutation("5", "add", "tags", {"key": "x", "v": "mine too"}, after="4", at=3))
    assert list(room.flags().values()) == [{"key": "x", "v": "mine too"}]


def test_a_create_without_the_field_says_nothing_of_its_flags() -> None:
    room = Room().pushed(creation(tags={"x": "old"}))
    base = room.rev
    room.push(mutation("1", "add", "tags", {"key": "x", "v": "one"}, base=base, at=5), by=BEN)
    room.push(mutation("2", "add", "tags", {"key": "x", "v": "two"}, base=base, at=1))
    room.push(mutation("3", "create", None, {"kind": "artifact", "fields": {}}, at=2))
    room.push(mutation("4", "add", "tags", {"key": "x", "v": "three"}, after="3", at=3))
    assert {str(dict(each)["v"]) for each in flagged(room)} == {"two", "three"}


def flagged(room: Room) -> list[Mapping[str, Json]]:
    return [each for each in room.flags().values() if isinstance(each, Mapping)]


# The trash


@pytest.mark.parametrize("first", ["edit", "delete"])
def test_a_notice_of_a_delete_says_who_and_when_by_corrected_time(first: str) -> None:
    room = Room().pushed(creation(title="t"))
    base = room.rev
    changes = {
        "edit": (mutation("edit", "set", "title", "new", base=base, at=30), BEN),
        "delete": (mutation("delete", "delete", base=base, at=20), ANA),
    }
    for name in (first, *(changes.keys() - {first})):
        change, person = changes[name]
        room.push(change, by=person, now=NOW + timedelta(minutes=1))
    flag = room.record["flags"][derived_id("delete")]
    # `push` says that the device's clock is right at `now`.
    assert flag == {"field": "deleted", "value": None, "by": ANA, "at": wire_time(minutes(20))}
    assert room.outcomes[-1].events[0].field == "deleted"


# Replay


def test_replaying_knows_an_add_that_others_hold_an_entry_in_place_with() -> None:
    room = Room().pushed(creation(tags={"x": "old"}))
    base = room.rev
    one = mutation("1", "add", "tags", {"key": "x", "v": "same"}, base=base, at=1)
    room.push(one)
    room.push(mutation("2", "add", "tags", {"key": "x", "v": "same"}, base=base, at=2), by=BEN)
    room.push(mutation("3", "set", "title", "t", base=room.rev, at=3), by=BEN)
    assert "flags" not in room.record
    assert replay(room.record, one, ANA, PLANS) is room.record


def test_replaying_a_create_shows_a_scalar_that_is_null_and_leaves_out_empty_lists() -> None:
    made = replay(None, creation(title=None, tags={}, words="w"), ANA, PLANS)
    assert made is not None
    assert made["fields"] == {"title": None, "words": "w"}


def test_replaying_what_has_no_plan_changes_nothing() -> None:
    record = Room().pushed(creation(title="t")).record
    assert replay(record, mutation("1", "set", "title", "new"), ANA, {}) is record
    assert replay(record, mutation("1", "set", None, "new"), ANA, PLANS) is record


# What a screen hid: a pull that came under a change of one's own, which still covered it


@pytest.mark.parametrize(
    ("op", "name", "values"),
    [
        ("text", "words", ("one", "theirs", "mine", "mine again")),
        ("set", "title", ("one", "theirs", "mine", "mine again")),
    ],
)
@pytest.mark.parametrize("wins", [True, False], ids=["own wins", "own loses"])
def test_what_an_own_change_still_hid_is_not_overwritten(
    op: str, name: str, values: tuple[str, str, str, str], *, wins: bool
) -> None:
    before, theirs, mine, again = values
    first: dict[str, Json] = {"kind": "artifact", "fields": {name: before}}
    room = Room().pushed(mutation("create", "create", None, first))
    base = room.rev
    room.push(mutation("theirs", op, name, theirs, base=base, at=5), by=BEN)
    pulled = room.rev
    room.push(mutation("mine", op, name, mine, base=base, at=9 if wins else 1))
    room.push(mutation("again", op, name, again, base=pulled, after="mine", at=10))
    assert room[name] == again
    assert theirs in room.flags().values()


def test_a_remove_leaves_what_an_own_add_still_hid() -> None:
    room = Room().pushed(creation())
    base = room.rev
    room.push(mutation("1", "add", "tags", {"key": "x", "v": "theirs"}, base=base, at=5), by=BEN)
    room.push(
        mutation("2", "add", "tags", {"key": "y", "v": "theirs"}, base=room.rev, at=5), by=BEN
    )
    pulled = room.rev
    room.push(mutation("3", "add", "tags", {"key": "x", "v": "mine"}, base=base, at=9))
    room.push(mutation("4", "remove", "tags", {"key": "x"}, base=pulled, after="3", at=10))
    room.push(mutation("5", "remove", "tags", {"key": "y"}, base=pulled, after="4", at=10))
    assert {key: entry["v"] for key, entry in dict(room["tags"]).items()} == {"x": "theirs"}  # type: ignore[call-overload]


def test_what_was_hidden_by_a_create_of_ones_own_was_not_seen() -> None:
    room = Room().pushed(creation("elsewhere", title="theirs"), by=ANA)
    pulled = room.rev
    room.push(creation("create", title="mine", at=9))
    room.push(mutation("again", "set", "title", "mine again", base=pulled, after="create", at=10))
    assert room["title"] == "mine again"
    assert "theirs" in room.flags().values()


def test_what_an_own_change_of_something_else_left_on_the_screen_was_seen() -> None:
    room = Room().pushed(creation(title="one"))
    base = room.rev
    room.push(mutation("theirs", "set", "title", "theirs", base=base, at=5), by=BEN)
    pulled = room.rev
    room.push(mutation("mine", "set", "audience", "me", base=base, at=6))
    outcome = room.push(mutation("again", "set", "title", "mine", base=pulled, after="mine", at=7))
    assert (room["title"], outcome.status) == ("mine", "ok")
