"""`pathfolio user`: people, codes, and erasing somebody after offering a copy."""

from __future__ import annotations

import json
import re
from pathlib import Path

from pathfolio.demo import pictures
from tests.durability.ahead import everything_stored
from tests.durability.remote import Remote, attachment, sha
from tests.support.running import Running

WORDS = "Words of somebody who leaves"
PRIVATE = "A thought that was never published"


def test_the_list_names_everybody_with_role_and_state(place: Running) -> None:
    said = place.run("user", "list")
    assert re.search(r"^ada +teacher +active +Ada Okafor$", said, re.MULTILINE)
    assert re.search(r"^grace +coordinator +active +Grace Moreau$", said, re.MULTILINE)
    assert len(said.splitlines()) == 5


def test_a_one_time_code_sets_a_new_password(place: Running) -> None:
    code, until = re.match(r"(\S+)  \(until (\S+)\)", place.run("user", "code", "maya")).groups()  # type: ignore[union-attr]
    assert until.endswith("Z")
    place.start("web")
    body = {
        "username": "maya",
        "code": code,
        "password": "seven blue kites",
        "device": "x",
        "shared": False,
    }
    assert Remote(place.port).must("/api/session/code", body)["person"]["name"] == "Maya Castillo"
    Remote(place.port).sign_in("maya", "seven blue kites")


def test_nobody_of_that_name_is_a_sentence(place: Running) -> None:
    for word in ("code", "delete"):
        assert "user name zoe" in place.refuses("user", word, "zoe")
    assert "no school moon" in place.refuses("user", "list", "--school", "moon")


def test_deleting_takes_a_copy_of_everything_and_leaves_nothing(
    place: Running, tmp_path: Path
) -> None:
    place.start()
    maya, ada = Remote(place.port).sign_in("maya"), Remote(place.port).sign_in("ada")
    device, upload = maya.device(), "a" * 26
    photo = pictures.jpeg("garden", "maya")
    shown = {"b" * 26: {"v": attachment(upload, photo), "p": "a0"}}
    work = device.create(title="First title", attachments=shown)
    device.must(device.text(work, "words", WORDS))
    maya.send_file(photo, upload)
    maya.wait_until_verified([upload], 60)
    device.create(title="Only mine", audience="me")
    teacher = ada.device()
    teacher.pull()
    thought = teacher.creation("feedback", artifact=work, glow=PRIVATE, audience="me")
    thought |= {"space": teacher.own}
    teacher.must(thought)
    teacher.pull()
    record = thought["record"]
    teacher.must(
        teacher.text(record, "glow", "Bold colours"), teacher.set(record, "audience", "published")
    )

    folder = tmp_path / "maya's copy"
    said = place.run("user", "delete", "maya", says=f"{folder}\nmaya\n")
    assert f"to {folder}" in said
    assert "Erased maya" in said

    records = json.loads((folder / "records.json").read_text())
    titles = {each["fields"].get("title") for each in records}
    assert {"First title", "Only mine"} <= titles
    assert any(each["kind"] == "feedback" for each in records), (
        "what others said of it belongs to it"
    )
    history = json.loads((folder / "history.json").read_text())
    assert any(each["op"] == "text" and each["value"] == WORDS for each in history)
    (file,) = json.loads((folder / "files.json").read_text())
    assert (file["upload"], file["sha256"]) == (upload, sha(photo))
    assert (folder / file["file"]).read_bytes() == photo
    assert PRIVATE not in "".join(path.read_text() for path in folder.glob("*.json"))

    assert maya.get("/api/session").status_code == 410
    assert list((place.data / "media" / "objects").rglob("*.*")) == []
    stored = everything_stored(place.url)
    for gone in (WORDS, "First title", "Only mine", "Maya Castillo"):
        assert gone not in stored, gone
    assert "maya" not in place.run("user", "list")
    for name in ("web", "worker"):
        place.stop(name)
    assert "Everything holds." in place.run("verify")


def test_nothing_is_erased_without_the_name_being_typed(place: Running, tmp_path: Path) -> None:
    before = everything_stored(place.url)
    assert "Nothing was erased" in place.refuses(
        "user", "delete", "leo", "--no-copy", says="noor\n"
    )
    # Without a terminal nobody answers.
    assert "Aborted" in place.refuses("user", "delete", "leo", "--no-copy")
    assert "Aborted" in place.refuses("user", "delete", "leo")
    assert everything_stored(place.url) == before


def test_nothing_is_erased_when_the_copy_cannot_be_written(place: Running, tmp_path: Path) -> None:
    before = everything_stored(place.url)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for folder, sentence in (("mine", "is not empty"), ("file", "file")):
        words = ("user", "delete", "leo", "--yes", "--copy", str(tmp_path / folder))
        assert sentence in place.refuses(*words)
    assert everything_stored(place.url) == before
