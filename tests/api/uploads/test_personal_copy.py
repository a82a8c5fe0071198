"""The copy of everything that a person takes along, or is offered before being erased."""

from __future__ import annotations

import json
from pathlib import Path

from pathfolio.backup import personal
from tests.api.uploads.device import Device, sha, work
from tests.api.world import World
from tests.media import pictures


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
    with world.app.app_context():
        personal.copy(world.id("school"), ana.person, tmp_path)
    [listed] = json.loads((tmp_path / "files.json").read_text())
    assert listed["upload"] == photo
    assert pictures.PLACE not in (tmp_path / listed["file"]).read_bytes()
