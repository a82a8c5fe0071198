"""Once an edit stands for an original, its bytes go to nobody but its owner, by whatever way one asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pathfolio import clock, ids
from pathfolio.backup import personal
from pathfolio.serving.operations import SIZES
from pathfolio.syncing import rebuild, verify
from pathfolio.uploads import collect
from pathfolio.uploads.storage import disk
from tests.api.uploads.device import Device, attachment, told, work
from tests.api.world import World
from tests.media import pictures

HASH = "k9oGHQRnh493V4dIeHeXh4h4iIeI"
Later = Callable[[int], AbstractContextManager[None]]


@dataclass
class Piece:
    """A piece of work of ana with one photo: the original, its key, and edits of it."""

    ana: Device
    record: str
    key: str
    original: str

    def value(self, upload: str, **more: object) -> dict[str, Any]:
        return attachment(upload) | {"thumbhash": HASH} | more

    def edited(self, *earlier: str, **more: object) -> dict[str, Any]:
        """The value of a new edit, whose bytes are sent."""
        return self.edit_of(self.ana.send(pictures.png()), *earlier, **more)

    def edit_of(self, edit: str, *earlier: str, **more: object) -> dict[str, Any]:
        facts = {
            name: attachment(self.original)[name] for name in ("sha256", "size", "mime", "name")
        }
        replaces = {"upload": self.original, **facts, "earlier": list(earlier)} | more
        return self.value(edit, replaces=replaces)

    def back(self, *edits: str) -> dict[str, Any]:
        return self.value(self.original, restores=list(edits))

    def put(
        self, value: dict[str, Any], device: Device | None = None, **known: object
    ) -> dict[str, Any]:
        by = device or self.ana
        seen = known or {"base": by.record(self.record)["rev"]}
        change = {"key": self.key, "v": value, "p": "a0"}
        return by.push(op="add", record=self.record, field="attachments", value=change, **seen)

    def shown(self) -> dict[str, Any]:
        value: dict[str, Any] = self.ana.record(self.record)["fields"]["attachments"][self.key]["v"]
        return value


@pytest.fixture
def piece(world: World) -> Piece:
    ana = Device(world, "ana")
    original = ana.send(pictures.jpeg())
    record = ana.artifact(original)
    work(world)
    (key,) = ana.record(record)["fields"]["attachments"]
    return Piece(ana, record, key, original)


@pytest.fixture
def later() -> Later:
    """A time so many days from now."""
    return lambda days: clock.using(lambda: clock.system_now() + timedelta(days=days))


def reached(device: Device, upload: str) -> set[str]:
    """The sizes of an upload that this person gets bytes of."""
    found = device.sign(*((upload, size) for size in SIZES))
    urls = {each["size"]: each["url"] for each in found if "url" in each}
    client = device.world.client()
    return {size for size, url in urls.items() if client.get(url).status_code == 200}


def everybody(world: World) -> list[Device]:
    people = [
        ("tia", "north"),
        ("ben", "north"),
        ("tom", "north"),
        ("cora", "north"),
        ("tia", "south"),
    ]
    return [Device(world, name, school) for name, school in people]


def previewed(device: Device, piece: Piece) -> set[str]:
    """The uploads whose blurred preview the school tells this person, in the record or in its history."""
    history = told(device.browser.get(f"/api/records/{piece.record}/history"))
    return set(_previews([device.record(piece.record), history]))


def _previews(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if "thumbhash" in value and "upload" in value:
            yield value["upload"]
        value = list(value.values())
    for each in value if isinstance(value, list) else ():
        yield from _previews(each)


# What was done after the edit, by a device that knew or did not: none of it opens the original again.


def nothing_more(_: Piece, __: str) -> None:
    pass


def caption_by_a_device_that_did_not_know(piece: Piece, _: str) -> None:
    other = Device(piece.ana.world, "ana")
    first = piece.ana.record(piece.record)["rev"]
    piece.put(piece.value(piece.original, caption="My chair"), other, base=[1, ids.new_id()])
    assert piece.ana.record(piece.record)["rev"] != first


def the_old_value_put_back(piece: Piece, _: str) -> None:
    """As an older client undoes, or puts back from history."""
    assert piece.put(piece.value(piece.original))["status"] == "ok"


def taken_out(piece: Piece, _: str) -> None:
    rev = piece.ana.record(piece.record)["rev"]
    piece.ana.push(
        op="remove", record=piece.record, field="attachments", value={"key": piece.key}, base=rev
    )


def trashed_and_restored(piece: Piece, _: str) -> None:
    piece.ana.push(op="delete", record=piece.record, base=piece.ana.record(piece.record)["rev"])
    piece.ana.push(op="restore", record=piece.record, base=piece.ana.record(piece.record)["rev"])


def shown_in_another_piece(piece: Piece, _: str) -> None:
    piece.ana.artifact(piece.original)


def put_into_somebody_elses_piece(piece: Piece, edit: str) -> None:
    ben = Device(piece.ana.world, "ben")
    other = ben.artifact(piece.original)
    change = {"key": ids.new_id(), "v": piece.back(edit), "p": "a1"}
    ben.push(op="add", record=other, field="attachments", value=change)


def edited_on_two_devices_and_one_taken_back(piece: Piece, edit: str) -> None:
    known = piece.ana.record(piece.record)["rev"]
    other = Device(piece.ana.world, "ana")
    piece.put(piece.edited(), other, base=[1, ids.new_id()])
    piece.put(piece.back(edit), base=known)


def columns_made_anew(piece: Piece, _: str) -> None:
    with piece.ana.world.app.app_context():
        rebuild.all_schools()


THEN = (
    nothing_more,
    caption_by_a_device_that_did_not_know,
    the_old_value_put_back,
    edited_on_two_devices_and_one_taken_back,
    trashed_and_restored,
    shown_in_another_piece,
    put_into_somebody_elses_piece,
    columns_made_anew,
    taken_out,
)


def test_no_way_leads_anybody_else_to_a_replaced_original(piece: Piece) -> None:
    world, tia = piece.ana.world, Device(piece.ana.world, "tia")
    found = tia.sign(*((piece.original, size) for size in SIZES))
    addresses = [each["url"] for each in found if "url" in each]
    assert len(addresses) == 4
    edit = piece.edited()
    assert piece.put(edit)["status"] == "ok"
    for then in THEN:
        then(piece, edit["upload"])
        for device in everybody(world):
            assert reached(device, piece.original) == set(), (then, device.name)
        assert "original" in reached(piece.ana, piece.original), then
        assert piece.original not in previewed(tia, piece), then
    work(world)
    # Once the worker came by, nor does an address that was given before.
    assert {world.client().get(url).status_code for url in addresses} == {404}
    with world.app.app_context():
        assert verify.problems() == []


def test_the_edit_is_what_everybody_sees(piece: Piece) -> None:
    edit = piece.edited()
    piece.put(edit)
    work(piece.ana.world)
    tia = Device(piece.ana.world, "tia")
    assert reached(tia, edit["upload"]) == {"w320", "w1024", "w2000", "jpg1024"}
    assert set(tia.record(piece.record)["media"]) == {edit["upload"]}


def test_an_edit_stands_against_a_later_change_that_did_not_know_of_it(piece: Piece) -> None:
    other = Device(piece.ana.world, "ana")
    known = piece.ana.record(piece.record)["rev"]
    caption = piece.put(piece.value(piece.original, caption="My chair"), other, base=known)
    assert caption["status"] == "ok"
    edit = piece.edited()
    past = clock.to_wire(clock.now() - timedelta(minutes=5))
    assert piece.put(edit, base=known, at=past)["status"] == "conflict"
    assert piece.shown()["upload"] == edit["upload"]
    (flag,) = piece.ana.record(piece.record)["flags"].values()
    assert flag["value"]["v"]["caption"] == "My chair"
    assert "thumbhash" not in flag["value"]["v"]


def test_its_owner_brings_the_original_back(piece: Piece) -> None:
    first = piece.edited()
    piece.put(first)
    second = piece.edit_of(piece.ana.send(pictures.saved("PNG")), first["upload"])
    piece.put(second)
    work(piece.ana.world)
    tia = Device(piece.ana.world, "tia")
    assert reached(tia, first["upload"]) == set()
    piece.put(piece.back(second["upload"], first["upload"]))
    work(piece.ana.world)
    assert reached(tia, piece.original) == {"w320", "w1024", "w2000", "jpg1024"}
    assert reached(tia, first["upload"]) == set()
    assert set(tia.record(piece.record)["media"][piece.original]["sizes"]) == {
        "w320", "w1024", "w2000", "jpg1024",
    }  # fmt: skip


def test_an_original_sent_after_its_edit_is_kept_for_its_owner(piece: Piece, later: Later) -> None:
    late = ids.new_id()
    piece.original = late
    piece.put(piece.edited())
    piece.ana.send(pictures.jpeg(6), late)
    work(piece.ana.world)
    assert reached(piece.ana, late) != set()
    assert reached(Device(piece.ana.world, "tia"), late) == set()
    with later(100), piece.ana.world.app.app_context():
        assert collect.collect().unshown == []


def test_deleted_for_good_it_is_gone_for_its_owner_too_and_then_from_the_store(
    piece: Piece, later: Later
) -> None:
    app, edit = piece.ana.world.app, piece.edited()
    piece.put(edit)
    piece.put(piece.edit_of(edit["upload"], deleted=True))
    piece.put(edit | {"caption": "said by a device that had not heard of it"})
    work(piece.ana.world)
    assert reached(piece.ana, piece.original) == set()
    with later(59), app.app_context():
        assert collect.collect().unshown == []
    with later(61), app.app_context():
        assert collect.collect().unshown == [piece.original]
        assert all(piece.original not in each.key for each in disk().found())
    assert reached(piece.ana, edit["upload"]) != set()


def test_the_same_photo_put_into_a_new_piece_is_shown_whole(piece: Piece) -> None:
    piece.put(piece.edited())
    work(piece.ana.world)
    again = piece.ana.send(pictures.jpeg())
    piece.ana.artifact(again)
    work(piece.ana.world)
    tia = Device(piece.ana.world, "tia")
    assert reached(tia, again) == {"w320", "w1024", "w2000", "jpg1024"}
    assert reached(tia, piece.original) == set()


def test_a_copy_of_somebody_elses_things_holds_no_original(piece: Piece, tmp_path: Path) -> None:
    piece.put(piece.edited())
    work(piece.ana.world)
    school = piece.ana.world.id("school")
    with piece.ana.world.app.app_context():
        personal.copy(school, piece.ana.person, tmp_path / "ana")
        personal.copy(school, Device(piece.ana.world, "tia").person, tmp_path / "tia")
    assert list((tmp_path / "ana").glob(f"files/{piece.original}.*"))
    assert not (tmp_path / "tia" / "files").exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"replaces": {"upload": "x"}},
        {"replaces": "all"},
        {"restores": ["x"]},
        {"restores": ["a" * 26] * 101},
    ],
)
def test_what_makes_no_sense_is_refused(piece: Piece, changes: dict[str, object]) -> None:
    assert piece.put(piece.value(piece.original, **changes))["code"] == "invalid"
