"""The trash: what is deleted while somebody edits it stays, and both are told."""

from datetime import timedelta

import pytest

from pathfolio_sync import Json, derived_id, wire_time
from tests.sync.world import ANA, BEN, NOW, Room, creation, mutation

EDITS: list[tuple[str, str | None, Json]] = [
    ("set", "title", "new"),
    ("text", "words", "new"),
    ("add", "tags", {"key": "t", "v": 1}),
    ("remove", "tags", {"key": "old"}),
    ("place", "attachments", {"key": "a", "p": "a5"}),
]


def full() -> Room:
    return Room().pushed(
        creation(title="old", words="old", tags={"old": 1}, attachments={"a": {"v": 1, "p": "a0"}})
    )


def test_deleting_puts_into_the_trash_on_the_servers_clock() -> None:
    room = full()
    later = NOW + timedelta(days=40)
    assert room.push(mutation("1", "delete", base=room.rev, at=1), now=later).status == "ok"
    assert room.record["deleted"] == {"by": ANA, "at": wire_time(later)}
    assert room["title"] == "old"


def test_restoring_takes_it_out_again() -> None:
    room = full()
    room.push(mutation("1", "delete", base=room.rev))
    room.push(mutation("2", "restore", base=room.rev))
    assert "deleted" not in room.record
    assert "flags" not in room.record


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit[0])
@pytest.mark.parametrize("first", ["edit", "delete"])
def test_an_edit_and_a_delete_that_did_not_know_each_other_leave_the_record_alive(
    edit: tuple[str, str | None, Json], first: str
) -> None:
    room = full()
    base = room.rev
    changes = {
        "edit": (mutation("edit", *edit, base=base, at=1), BEN),
        "delete": (mutation("delete", "delete", base=base, at=2), ANA),
    }
    for name in (first, *(changes.keys() - {first})):
        change, person = changes[name]
        room.push(change, by=person)
    assert "deleted" not in room.record
    # Told to both, offline too: by the body.
    flag = room.record["flags"][derived_id("delete")]
    assert (flag["field"], flag["by"]) == ("deleted", ANA)
    (event,) = room.outcomes[-1].events
    assert (event.kind, event.people) == ("revived", (BEN, ANA))
    assert room.outcomes[-1].status == "merged"


def test_deleting_again_with_full_knowledge_deletes_and_clears_the_notice() -> None:
    room = full()
    base = room.rev
    room.push(mutation("edit", "set", "title", "new", base=base), by=BEN)
    room.push(mutation("1", "delete", base=base))
    room.push(mutation("2", "delete", base=room.rev))
    assert "deleted" in room.record
    assert "flags" not in room.record


def test_ones_own_edits_before_a_delete_do_not_stand_in_its_way() -> None:
    room = full()
    base = room.rev
    room.push(mutation("1", "set", "title", "new", base=base))
    room.push(mutation("2", "delete", base=base, after="1"))
    assert "deleted" in room.record


def test_editing_what_one_deleted_oneself_revives_it_without_a_notice() -> None:
    room = full()
    base = room.rev
    room.push(mutation("1", "delete", base=base))
    outcome = room.push(mutation("2", "set", "title", "new", base=base, after="1"))
    assert "deleted" not in room.record
    assert ("flags" in room.record, outcome.events, outcome.status) == (False, (), "ok")


def test_dismissing_a_flag_neither_revives_nor_stands_in_the_way_of_a_delete() -> None:
    room = full()
    base = room.rev
    room.push(mutation("1", "set", "title", "one", base=base, at=1))
    room.push(mutation("2", "set", "title", "two", base=base, at=2), by=BEN)
    seen = room.rev
    room.push(mutation("3", "remove", "flags", {"key": derived_id("1")}, base=seen), by=BEN)
    room.push(mutation("4", "delete", base=seen))
    assert "deleted" in room.record
    room.push(mutation("5", "remove", "flags", {"key": "any"}, base=base), by=BEN)
    assert "deleted" in room.record


def test_deleting_twice_keeps_the_first_date() -> None:
    room = full()
    base = room.rev
    room.push(mutation("1", "delete", base=base))
    room.push(mutation("2", "delete", base=base), by=BEN, now=NOW + timedelta(days=1))
    assert room.record["deleted"] == {"by": ANA, "at": wire_time(NOW)}


def test_a_delete_from_a_base_that_history_lost_takes_nothing_away() -> None:
    room = full()
    room.push(mutation("1", "delete", base=[1, derived_id("before the restore")]))
    assert "deleted" not in room.record
