"""The restore drill: a backup taken in mid-work, a broken server, and devices that are ahead of the backup."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect

from pathfolio import ids
from pathfolio.backup.manifest import NAME, hash_file
from pathfolio.demo import pictures
from tests.durability.ahead import Ahead, everything_stored, offer, pull_of, pushing
from tests.durability.endings import everything_is_as_it_was_left
from tests.durability.remote import Remote
from tests.durability.writers import Promises
from tests.support.databases import Databases
from tests.support.running import Running

Json = dict[str, Any]
WORDS = "Words of somebody who leaves"
VERIFIED_SECONDS = 60


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_after_a_restore_devices_bring_back_all_that_was_made_since(
    server: Running, databases: Databases, tmp_path: Path
) -> None:
    names = ("maya", "noor", "leo", "ada")
    people = {name: Remote(server.port).sign_in(name) for name in names}
    photos = [pictures.jpeg("sky", str(number)) for number in range(3)]
    maya, ada, leo = Ahead(people["maya"]), Ahead(people["ada"]), Ahead(people["leo"])
    first, half, later = ids.new_id(), ids.new_id(), ids.new_id()
    kept = maya.work("Before the backup", photos[0], first)
    people["maya"].send_file(photos[0], first)
    people["maya"].wait_until_verified([first], VERIFIED_SECONDS)
    people["maya"].send_file(photos[1], half, parts=1)
    leos = leo.work(WORDS)
    promises, folder = Promises(), tmp_path / "backup"
    with pushing([people["noor"], people["maya"]], promises) as (writers, pulse):
        pulse.wait(4)
        said = server.run("backup", str(folder))
        assert "Backed up" in said
        assert "not there" not in said
        pulse.wait(8)
    assert promises.faults == []

    # Work goes on: both devices are ahead of the backup now, and one holds what it has not sent.
    edit = maya.device.set(kept, "title", "Changed after the backup")
    maya.do(edit)
    made = maya.work("Made after the backup", photos[2], later)
    people["maya"].send_file(photos[2], later)
    ada.device.pull()
    feedback = ada.do(
        ada.device.creation("feedback", artifact=made, glow="Bold", audience="published")
    )
    late = ada.device.creation("feedback", artifact=leos, glow=WORDS, audience="published")
    ada.do(late)
    maya.device.pull()
    maya.do(maya.device.creation("reply", artifact=made, feedback=feedback, words="Thank you"))
    unsent = maya.device.text(made, "words", "Written without a network")
    maya.held.append(unsent)
    server.run("user", "delete", "leo", "--copy", str(tmp_path / "leo"), "--yes")

    broken = server.data.rename(tmp_path / "broken")
    for name in ("web", "worker"):
        server.kill(name)
    databases.drop(server.url)
    server.url, server.data = databases.fresh(), tmp_path / "data again"
    said = server.run("restore", str(folder), "--ledger", str(broken / "erased.jsonl"))
    assert "every hash and count fits" in said
    assert "Erased" in said
    same_as_the_manifest(folder, server.data)
    assert "Everything holds." in server.run("verify")
    assert WORDS not in everything_stored(server.url)
    server.start()

    assert people["leo"].post("/api/sync/pull", json=pull_of(leo.device)).status_code == 410
    told = maya.meets_the_new_epoch()
    assert {edit["id"], unsent["id"]} <= set(told["taken"])
    assert told["refused"] == []
    told = ada.meets_the_new_epoch()
    assert [(each["id"], each["code"]) for each in told["refused"]] == [(late["id"], "erased")]
    for writer in writers:
        told = offer(writer.remote, str(maya.device.epoch), writer.ring)
        assert told["refused"] == []
        assert {*told["taken"], *told["had"]} == {each["id"] for each in writer.ring}
    shared = {
        name: next(w.shared for w in writers if w.remote is people[name])
        for name in ("noor", "maya")
    }
    everything_is_as_it_was_left({name: people[name] for name in shared}, writers, shared)
    maya.device.pull()
    assert maya.device.fields(kept)["title"] == "Changed after the backup"
    assert maya.device.fields(made)["words"] == "Written without a network"
    assert maya.device.fields(feedback)["glow"] == "Bold"
    assert WORDS not in everything_stored(server.url)

    # Files: what the backup holds is served; what it lacks is sent again by the device that kept it.
    assert people["maya"].fetch(first) == photos[0]
    assert people["ada"].fetch(first, "w320")
    for upload, data in ((half, photos[1]), (later, photos[2])):
        people["maya"].send_file(data, upload)
    people["maya"].wait_until_verified([first, half, later], VERIFIED_SECONDS)
    assert people["maya"].fetch(later) == photos[2]
    ada.device.pull()
    assert ada.device.get(made)["media"][later]["state"] == "verified"  # type: ignore[index]
    for name in ("web", "worker"):
        server.stop(name)
    assert "Everything holds." in server.run("verify")


def same_as_the_manifest(folder: Path, data: Path) -> None:
    """Every file that the backup names is in the store again, hashed here once more."""
    manifest = json.loads((folder / NAME).read_text())
    media = {
        name.removeprefix("media/"): digest
        for name, (digest, _) in manifest["files"].items()
        if name.startswith("media/")
    }
    assert len(media) >= 5, "an original and its renditions"
    assert {name: hash_file(data / "media" / "objects" / name) for name in media} == media


@pytest.fixture
def backup(still: Running, tmp_path: Path) -> Path:
    """A backup of a school that nobody is using."""
    folder = tmp_path / "backup"
    still.run("backup", str(folder))
    return folder


@pytest.fixture
def elsewhere(still: Running, databases: Databases, tmp_path: Path) -> Iterator[Running]:
    """An empty installation for the backup; after a refusal nothing may have been put there."""
    url = databases.fresh()
    yield Running(url, tmp_path / "elsewhere")
    databases.drop(url)


def nothing_was_put(place: Running) -> None:
    assert not place.data.exists() or not list(place.data.iterdir())
    engine = create_engine(place.url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()


@pytest.mark.parametrize("part", ["database", "key"])
def test_a_damaged_backup_is_refused(backup: Path, elsewhere: Running, part: str) -> None:
    victim = (
        backup / "data" / "secrets" / "key" if part == "key" else next(backup.glob("database.*"))
    )
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 1
    victim.write_bytes(content)
    said = elsewhere.refuses("restore", str(backup))
    assert "The backup is damaged (1 files" in said
    assert victim.name in said
    nothing_was_put(elsewhere)


def test_a_backup_that_was_not_finished_is_refused(backup: Path, elsewhere: Running) -> None:
    (backup / NAME).unlink()
    assert "is not a backup" in elsewhere.refuses("restore", str(backup))
    nothing_was_put(elsewhere)


def test_a_backup_of_a_newer_version_is_refused(backup: Path, elsewhere: Running) -> None:
    manifest = json.loads((backup / NAME).read_text())
    (backup / NAME).write_text(json.dumps(manifest | {"revision": "9999", "version": "99.0"}))
    assert "made by a newer Pathfolio (99.0)" in elsewhere.refuses("restore", str(backup))
    nothing_was_put(elsewhere)


def test_a_place_that_is_not_empty_is_refused(
    backup: Path, still: Running, elsewhere: Running
) -> None:
    before = everything_stored(still.url)
    assert "is not empty" in still.refuses("restore", str(backup))
    still.data = elsewhere.data
    assert "The database is not empty" in still.refuses("restore", str(backup))
    assert everything_stored(still.url) == before
    elsewhere.data.mkdir()
    (elsewhere.data / "notes.txt").write_text("mine")
    assert "is not empty" in elsewhere.refuses("restore", str(backup))
    assert [path.name for path in elsewhere.data.iterdir()] == ["notes.txt"]


@pytest.mark.postgres
def test_another_kind_of_database_is_refused(
    backup: Path, elsewhere: Running, sqlite_url: str, postgres_url: str
) -> None:
    mine = elsewhere.url
    elsewhere.url = postgres_url if mine.startswith("sqlite") else sqlite_url
    said = elsewhere.refuses("restore", str(backup))
    assert f"is of a {'SQLite' if mine.startswith('sqlite') else 'PostgreSQL'} database" in said
    nothing_was_put(elsewhere)


def test_a_backup_never_overwrites_another(backup: Path, still: Running) -> None:
    before = hash_file(backup / NAME)
    assert "exists already" in still.refuses("backup", str(backup))
    assert hash_file(backup / NAME) == before


def test_a_backup_that_was_interrupted_does_not_stand_in_the_way(
    still: Running, tmp_path: Path
) -> None:
    folder = tmp_path / "nightly"
    (tmp_path / "nightly.partial").mkdir()
    (tmp_path / "nightly.partial" / "database.dump").write_text("half")
    still.run("backup", str(folder))
    assert not (tmp_path / "nightly.partial").exists()
    shutil.rmtree(folder)
