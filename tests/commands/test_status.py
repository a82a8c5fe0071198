"""`pathfolio status` says on the terminal how the server is."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.running import Running


def test_it_says_what_was_never_done_and_then_when_it_was(place: Running, tmp_path: Path) -> None:
    said = place.run("status")
    assert "School riverside" in said
    assert "none yet: run `pathfolio backup`" in said
    assert "never: run `pathfolio verify`" in said
    place.run("backup", str(tmp_path / "backup"))
    place.run("verify", "--no-media")
    said = place.run("status")
    assert "everything held" in said
    assert "never" not in said
    assert "0 known, 0 behind" in said


def test_programs_get_the_same_for_every_school(place: Running) -> None:
    found = json.loads(place.run("status", "--json"))
    assert found.keys() == {"riverside"}
    assert found["riverside"]["epoch"]["reason"] == "first"
    assert found["riverside"]["jobs"]["failed"] == 0
