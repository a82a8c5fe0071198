"""Members and ordered fields: what is added stays unless somebody who knew it takes it away; the later place wins."""

from collections.abc import Iterator
from typing import cast

from pathfolio_sync import (
    Element,
    HistoryRow,
    Json,
    ListHistory,
    derived_id,
    origin_of_place,
)
from tests.sync.world import BEN, Room, creation, mutation, shown


def tagged(**tags: Json) -> Room:
    return Room().pushed(creation(tags=tags))


def listed(**places: str) -> Room:
    return Room().pushed(
        creation(attachments={key: {"v": key, "p": place} for key, place in places.items()})
    )


def order(room: Room) -> list[str]:
    entries = cast("list[tuple[str, Json]]", shown(room.record).get("attachments", []))
    return [key for key, _ in entries]


def element(room: Room, field: str, key: str) -> Element:
    return cast("dict[str, Element]", room[field])[key]


def test_a_remove_takes_what_its_author_had_seen() -> None:
    room = tagged(boat=1, wood=2)
    room.push(mutation("1", "remove", "tags", {"key": "boat"}, base=room.rev))
    assert shown(room.record)["tags"] == {"wood": 2}
    assert room.history.rows[-1].superseded == {"key": "boat", "v": 1}


def test_an_add_that_the_remover_did_not_know_wins_in_both_orders() -> None:
    add = ("add", "tags", {"key": "boat", "v": 1})
    remove = ("remove", "tags", {"key": "boat"})
    for first, second in ((add, remove), (remove, add)):
        room = tagged(boat=1)
        base = room.rev
        room.push(mutation("1", *first, base=base), by=BEN)
        room.push(mutation("2", *second, base=base))
        assert shown(room.record)["tags"] == {"boat": 1}
        assert room.flags() == {}


def test_a_remove_takes_what_its_own_chain_added() -> None:
    room = Room().pushed(
        creation(),
        mutation("1", "add", "tags", {"key": "boat", "v": 1}, after="create"),
        mutation("2", "remove", "tags", {"key": "boat"}, after="1"),
    )
    assert "tags" not in room.record["fields"]


def test_a_remove_leaves_the_add_of_another_device_with_its_value() -> None:
    room = Room().pushed(creation())
    base = room.rev
    room.push(
        mutation("other", "add", "tags", {"key": "boat", "v": "other"}, base=base, at=1), by=BEN
    )
    room.push(mutation("1", "add", "tags", {"key": "boat", "v": "mine"}, base=base, at=2))
    assert (shown(room.record)["tags"], [*room.flags().values()]) == (
        {"boat": "mine"},
        [{"key": "boat", "v": "other"}],
    )
    outcome = room.push(
        mutation("2", "remove", "tags", {"key": "boat"}, base=base, after="1", at=3)
    )
    assert (outcome.status, shown(room.record)["tags"]) == ("merged", {"boat": "other"})
    assert room.flags() == {}


def test_two_becauses_for_one_standard_keep_the_later_and_flag_the_other() -> None:
    room = tagged(standard={"because": "old"})
    base = room.rev
    later = {"key": "standard", "v": {"because": "later"}}
    sooner = {"key": "standard", "v": {"because": "sooner"}}
    room.push(mutation("1", "add", "tags", later, base=base, at=9), by=BEN)
    outcome = room.push(mutation("2", "add", "tags", sooner, base=base, at=1))
    assert outcome.status == "conflict"
    assert shown(room.record)["tags"] == {"standard": {"because": "later"}}
    assert room.flags() == {derived_id("2"): sooner}


def test_who_knows_all_adds_to_an_entry_settles_it() -> None:
    room = tagged()
    base = room.rev
    room.push(mutation("1", "add", "tags", {"key": "boat", "v": 1}, base=base), by=BEN)
    room.push(mutation("2", "add", "tags", {"key": "boat", "v": 1}, base=base))
    assert len(element(room, "tags", "boat")["also"]) == 1
    room.push(mutation("3", "add", "tags", {"key": "boat", "v": 2}, base=room.rev))
    assert element(room, "tags", "boat") == {"v": 2, "r": room.rev}


def test_removing_what_is_not_there_is_accepted_and_changes_nothing() -> None:
    room = tagged(boat=1)
    outcome = room.push(mutation("1", "remove", "tags", {"key": "wood"}, base=room.rev))
    assert (outcome.status, shown(room.record)["tags"]) == ("ok", {"boat": 1})


def test_the_later_place_wins_in_both_orders() -> None:
    sooner = mutation(
        "1", "place", "attachments", {"key": "a", "p": "a3"}, base=[1, derived_id("create")], at=1
    )
    later = mutation(
        "2", "place", "attachments", {"key": "a", "p": "Zz"}, base=[1, derived_id("create")], at=2
    )
    for changes in ((sooner, later), (later, sooner)):
        room = listed(a="a0", b="a1", c="a2").pushed(*changes)
        assert order(room) == ["a", "b", "c"]
        assert element(room, "attachments", "a")["p"] == "Zz"


def test_a_new_caption_does_not_undo_somebodys_move() -> None:
    room = listed(a="a0", b="a1")
    base = room.rev
    room.push(
        mutation("move", "place", "attachments", {"key": "a", "p": "a2"}, base=base, at=1), by=BEN
    )
    caption = {"key": "a", "v": "caption", "p": "a0"}
    assert (
        room.push(mutation("caption", "add", "attachments", caption, base=base, at=2)).status
        == "ok"
    )
    assert shown(room.record)["attachments"] == [("b", "b"), ("a", "caption")]


def test_entries_that_ask_for_one_place_stand_apart_in_the_order_of_their_keys() -> None:
    for keys in (("x", "y", "z"), ("z", "y", "x"), ("y", "z", "x")):
        room = listed(first="Zz", last="a1")
        base = room.rev
        for key in keys:
            value = {"key": key, "v": key, "p": "a0"}
            room.push(mutation(key, "add", "attachments", value, base=base), by=BEN)
        assert order(room) == ["first", "x", "y", "z", "last"]
        places = [element(room, "attachments", key)["p"] for key in ("x", "y", "z")]
        assert len(set(places)) == 3
        assert {origin_of_place(place, key) for place, key in zip(places, "xyz", strict=True)} == {
            "a0"
        }


def test_an_entry_put_back_by_who_did_not_know_of_its_removal_keeps_its_latest_place() -> None:
    room = listed(a="a0", b="a1")
    base = room.rev
    room.push(
        mutation("move", "place", "attachments", {"key": "a", "p": "a5"}, base=base, at=5), by=BEN
    )
    room.push(
        mutation("remove", "remove", "attachments", {"key": "a"}, base=room.rev, at=6), by=BEN
    )
    assert order(room) == ["b"]
    room.push(mutation("back", "add", "attachments", {"key": "a", "v": "back"}, base=base, at=7))
    assert order(room) == ["b", "a"]


def test_a_place_for_what_is_gone_is_only_noted_in_history() -> None:
    room = listed(a="a0")
    room.push(mutation("1", "remove", "attachments", {"key": "a"}, base=room.rev))
    outcome = room.push(
        mutation("2", "place", "attachments", {"key": "a", "p": "a1"}, base=room.rev)
    )
    assert (outcome.status, order(room)) == ("ok", [])


def test_an_entry_that_never_had_a_place_gets_one() -> None:
    room = listed(a="a0")
    room.push(mutation("1", "add", "attachments", {"key": "b", "v": 1}, base=room.rev))
    assert order(room) == ["a", "b"]


class Counted(ListHistory):
    """A history that counts the rows that are read from it."""

    read = 0

    def changes(self, field: str, upto: int) -> Iterator[HistoryRow]:
        for row in super().changes(field, upto):
            self.read += 1
            yield row


def test_moving_what_one_saw_reads_nothing_of_all_the_moves_before() -> None:
    history = Counted()
    room = Room(history=history).pushed(
        creation("make", attachments={"x": {"v": 1, "p": "a0"}, "y": {"v": 2, "p": "a1"}})
    )
    for number in range(60):
        value = {"key": "xy"[number % 2], "p": f"a{number % 9}V"}
        room.push(mutation(f"move {number}", "place", "attachments", value, base=room.rev))
    assert history.read == 0
