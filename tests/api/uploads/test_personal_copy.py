"""The copy of everything that a person takes along, or is offered before being erased."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from pathfolio import db, jobs
from pathfolio.backup import personal
from pathfolio.jobs.handlers import HANDLERS
from pathfolio.uploads import checking
from pathfolio.uploads.models import REJECTED, WRONG_BYTES, Upload
from pathfolio.uploads.operations import CHECK
from tests.api.uploads.device import Device, sha, work
from tests.api.world import World
from tests.media import pictures


def never_checks(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker fails on the file, joined but not looked into, as often as it may."""

    def fail(*_: object) -> jobs.Apply:
        raise MemoryError

    monkeypatch.setattr(checking, "_checked", fail)
    monkeypatch.setitem(HANDLERS, CHECK, replace(HANDLERS[CHECK], attempts=1))
    work(world)


def copied(world: World, device: Device, folder: Path) -> dict[str, Any]:
    """What the copy says of its only file."""
    with world.app.app_context():
        personal.copy(world.id("school"), device.person, folder)
    [listed] = json.loads((folder / "files.json").read_text())
    assert isinstance(listed, dict)
    return listed


def test_it_holds_every_file_and_no_place(world: World, tmp_path: Path) -> None:
    ana, words = Device(world, "ana"), b"plain words"
    photo, document = ana.send(pictures.jpeg()), ana.send(words)
    work(world)
    with world.app.app_context():
        personal.copy(world.id("school"), ana.person, tmp_path)
    listed = {each["upload"]: each for each in json.loads((tmp_path / "files.json").read_text())}
    assert listed.keys() == {photo, document}
    assert listed[document]["sha256"] == sha(words)
    taken = (tmp_path / listed[photo]["file"]).read_bytes()
    assert pictures.PLACE not in taken
    assert (listed[photo]["sha256"], listed[photo]["size"]) == (sha(taken), len(taken))


def test_a_picture_that_cannot_be_cleaned_comes_as_it_is_shown(
    world: World, tmp_path: Path
) -> None:
    ana = Device(world, "ana")
    photo = ana.send(pictures.jpeg()[:-40] + pictures.PLACE)
    work(world)
    listed = copied(world, ana, tmp_path)
    assert listed["upload"] == photo
    assert pictures.PLACE not in (tmp_path / listed["file"]).read_bytes()


def test_a_file_that_is_not_put_together_yet_is_named(world: World, tmp_path: Path) -> None:
    ana = Device(world, "ana")
    upload = ana.send(pictures.jpeg())
    listed = copied(world, ana, tmp_path)
    assert (listed["upload"], listed["file"]) == (upload, None)
    assert "in a while" in listed["note"]


def test_a_file_that_could_not_be_checked_is_taken_along_and_called_unchecked(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, photo = Device(world, "ana"), pictures.jpeg()
    upload = ana.send(photo)
    never_checks(world, monkeypatch)
    assert ana.state(upload)["code"] == "not_checked"
    listed = copied(world, ana, tmp_path)
    assert listed["file"].startswith("files/not-checked/")
    assert "where it was taken" in listed["note"]
    assert (tmp_path / listed["file"]).read_bytes() == photo


def test_bytes_that_were_not_the_file_are_nobodys(world: World, tmp_path: Path) -> None:
    """They may not be taken along as if this person had made them."""
    ana = Device(world, "ana")
    upload = ana.send(pictures.jpeg())
    work(world)

    def spoil(session: Session) -> None:
        row = session.get_one(Upload, (world.id("school"), ana.person, upload))
        row.state, row.code = REJECTED, WRONG_BYTES

    with world.app.app_context():
        db.run_write(spoil)
    with world.app.app_context():
        personal.copy(world.id("school"), ana.person, tmp_path)
    assert json.loads((tmp_path / "files.json").read_text()) == []


def test_what_may_not_be_given_out_is_named(world: World, tmp_path: Path) -> None:
    ana = Device(world, "ana")
    upload = ana.send(pictures.jpeg()[:200] + pictures.PLACE)
    work(world)
    listed = copied(world, ana, tmp_path)
    assert (listed["upload"], listed["file"]) == (upload, None)
    assert "at school" in listed["note"]
