"""What can't be applied is refused with a code and a sentence, and leaves everything as it was."""

import math
from copy import deepcopy

import pytest

from pathfolio_sync import Json, Mutation
from tests.sync.world import ANA, BEN, Room, creation, mutation

DEEP: Json = []
for _ in range(5000):
    DEEP = [DEEP]

MALFORMED: list[tuple[str, str | None, Json]] = [
    ("shred", None, None),
    ("set", "unknown", 1),
    ("set", None, 1),
    ("set", "words", "text by set"),
    ("set", "tags", {}),
    ("set", "title", math.nan),
    ("set", "title", 2**53),
    ("set", "title", "\ud800"),
    ("set", "title", DEEP),
    ("text", "title", "a scalar"),
    ("text", "words", 5),
    ("add", "tags", None),
    ("add", "tags", {"key": "x"}),
    ("add", "tags", {"key": "", "v": 1}),
    ("add", "tags", {"key": 5, "v": 1}),
    ("add", "title", {"key": "x", "v": 1}),
    ("add", "attachments", {"key": "x", "v": 1, "p": "!"}),
    ("add", "attachments", {"key": "x", "v": 1, "p": "a" + "V" * 600}),
    ("remove", "tags", "x"),
    ("remove", "flags", {}),
    ("remove", "title", {"key": "x"}),
    ("place", "attachments", {"key": "x"}),
    ("place", "attachments", {"key": "x", "p": "a00"}),
    ("place", "tags", {"key": "x", "p": "a0"}),
]
MISCREATED: list[Json] = [
    None,
    [],
    {"kind": "artifact"},
    {"fields": {}},
    {"kind": 5, "fields": {}},
    {"kind": "artifact", "fields": {"unknown": 1}},
    {"kind": "artifact", "fields": {"words": 1}},
    {"kind": "artifact", "fields": {"tags": []}},
    {"kind": "artifact", "fields": {"attachments": {"a": {"v": 1}}}},
    {"kind": "artifact", "fields": {"attachments": {"a": 1}}},
]


def refused(room: Room, change: Mutation, *, code: str = "invalid", by: str = ANA) -> None:
    before = deepcopy(room.state)
    outcome = room.push(change, by=by)
    assert (outcome.status, outcome.code, outcome.changed) == ("rejected", code, False)
    assert outcome.sentence
    assert outcome.sentence.endswith((".", "?"))
    assert outcome.sentence[0] in "“ACTW"
    assert not outcome.sentence.isupper()
    assert room.state == before


@pytest.mark.parametrize("change", MALFORMED, ids=lambda change: f"{change[0]} {change[1]}")
def test_a_malformed_change_is_refused(change: tuple[str, str | None, Json]) -> None:
    room = Room().pushed(creation(title="t"))
    refused(room, mutation("1", *change, base=room.rev))


@pytest.mark.parametrize("value", MISCREATED)
def test_a_malformed_record_is_refused(value: Json) -> None:
    refused(Room(), mutation("1", "create", None, value))


def test_a_change_of_nothing_is_refused() -> None:
    refused(Room(), mutation("1", "set", "title", "t"))


def test_an_id_of_somebody_else_or_of_another_kind_is_refused() -> None:
    room = Room().pushed(creation(title="t"))
    refused(room, creation("again"), code="id_reused", by=BEN)
    other = mutation("other", "create", None, {"kind": "showcase", "fields": {}})
    refused(room, other, code="id_reused")


def test_a_second_create_by_the_same_person_merges_field_by_field() -> None:
    room = Room().pushed(creation("1", title="same", words="one", at=1))
    outcome = room.push(creation("2", title="same", words="two", tags={"t": 1}, at=2))
    assert (outcome.status, room["title"], room["words"]) == ("conflict", "same", "two")
    assert [*room.flags().values()] == ["one"]
    assert room["tags"] is not None
    assert room.record["rev"][0] == 2


@pytest.mark.parametrize("base", [5, "x", [], [1], ["1", 1], {"n": 1}, [True, None]])
def test_a_malformed_base_has_seen_nothing(base: list[int | str]) -> None:
    room = Room().pushed(creation(title="t"))
    assert room.push(mutation("1", "set", "title", "u", base=base, at=1)).status == "conflict"
