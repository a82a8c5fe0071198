"""`pathfolio storage` tries a bucket, prepares it, and moves a school's files there and back while it serves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from pathfolio import ids
from pathfolio.demo import pictures
from tests.commands.served import until
from tests.durability.remote import Remote, attachment
from tests.support import proxy
from tests.support.rgw import Rgw
from tests.support.running import Running

ORIGIN = "https://portfolio.example.org"
FILES = 4


@pytest.fixture
def school(place: Running, s3_server: Rgw) -> Running:
    """The small school, with a bucket that nothing lies in yet."""
    use(place, s3_server, s3_server.endpoint)
    return place


def use(place: Running, server: Rgw, endpoint: str) -> None:
    """Files stay on disk until somebody chooses otherwise."""
    there = server.settings(server.bucket()) | {"store": "disk", "s3_endpoint": endpoint}
    place.settings |= {f"PATHFOLIO_{name.upper()}": value for name, value in there.items()}


def choose(place: Running, store: str) -> None:
    place.settings["PATHFOLIO_STORE"] = store


def photos(place: Running, maya: Remote) -> dict[str, bytes]:
    """Pieces with a photo each, verified; upload -> bytes."""
    device, sent = maya.device(), {}
    for n in range(FILES):
        photo, upload = pictures.jpeg("pipes", f"{n}"), ids.new_id()
        shown = {ids.new_id(): {"v": attachment(upload, photo), "p": "a0"}}
        device.create(title=f"Work {n}", attachments=shown)
        sent[maya.send_file(photo, upload)] = photo
    maya.wait_until_verified(list(sent), 60)
    return sent


def places(place: Running) -> list[str]:
    engine = create_engine(place.url)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT place FROM upload ORDER BY place")).scalars().all()
    engine.dispose()
    return list(found)


def test_a_bucket_is_prepared_and_keeps_every_rule(school: Running) -> None:
    said = school.refuses_with_output("storage", "selftest", "--origin", ORIGIN)
    assert "PROBLEM  it lets the app's pages send and fetch (CORS)" in said
    assert "2 rules are not kept." in said
    assert ORIGIN in school.run("storage", "setup", "--origin", ORIGIN)
    said = school.run("storage", "selftest", "--origin", ORIGIN)
    assert "ok       it refuses other bytes than an address was signed for" in said
    assert "The bucket keeps every rule." in said


def test_what_is_missing_is_said_in_a_sentence(school: Running) -> None:
    assert "set PATHFOLIO_ORIGIN" in school.refuses("storage", "setup")
    school.settings["PATHFOLIO_S3_SECRET_KEY"] = "not it"
    assert "does not let us in" in school.refuses("storage", "setup", "--origin", ORIGIN)
    school.settings["PATHFOLIO_S3_ENDPOINT"] = "http://127.0.0.1:9"
    assert "did not answer" in school.refuses("storage", "migrate", "--to", "s3")
    del school.settings["PATHFOLIO_S3_BUCKET"]
    assert "No bucket is named" in school.refuses("storage", "selftest")


def test_a_school_moves_to_a_bucket_and_back_while_it_serves(school: Running) -> None:
    school.start()
    maya = Remote(school.port).sign_in("maya")
    sent = photos(school, maya)
    assert f"Would move {FILES} files" in school.run(
        "storage", "migrate", "--to", "s3", "--dry-run"
    )
    assert places(school) == ["disk"] * FILES
    for to in ("s3", "disk"):
        said = school.run("storage", "migrate", "--to", to)
        assert f"Moved {FILES} files" in said
        assert ("New files still go" in said) == (to == "s3")
        assert places(school) == [to] * FILES
        assert {upload: maya.fetch(upload) for upload in sent} == sent
        assert all(maya.fetch(upload, "w320").startswith(b"RIFF") for upload in sent)
        assert "Moved 0 files" in school.run("storage", "migrate", "--to", to)
        assert "Everything holds." in school.run("verify")
    assert "Removed 0 objects without an upload" in school.run("collect")


def test_a_move_that_was_killed_goes_on_and_new_files_go_on_meanwhile(
    place: Running, s3_server: Rgw
) -> None:
    with proxy.link(int(s3_server.endpoint.rsplit(":", 1)[1])) as link:
        use(place, s3_server, f"http://127.0.0.1:{link.port}")
        place.start()
        maya = Remote(place.port).sign_in("maya")
        sent = photos(place, maya)
        place.stop("web")
        choose(place, "s3")
        place.start()
        link.slow(300_000)
        with moving(place):
            until(lambda: "s3" in places(place), "the first file is moved")
        assert "disk" in places(place)
        link.mend()
        new = pictures.jpeg("wood", "new")
        sent[maya.send_file(new)] = new
        assert "PROBLEM" not in place.run("storage", "migrate", "--to", "s3")
        maya.wait_until_verified(list(sent), 60)
        assert places(place) == ["s3"] * (FILES + 1)
        assert "Everything holds." in place.run("verify")
        assert {upload: maya.fetch(upload) for upload in sent} == sent


@contextmanager
def moving(place: Running) -> Iterator[None]:
    """A move in a process of its own that ends by kill -9 with the block."""
    words = [sys.executable, "-m", "pathfolio.cli", "storage", "migrate", "--to", "s3"]
    program = subprocess.Popen(
        words, env=place.environment(), stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield
    finally:
        os.killpg(program.pid, signal.SIGKILL)
        program.wait()


def test_a_file_that_is_damaged_is_said_and_stays(school: Running) -> None:
    school.start()
    maya = Remote(school.port).sign_in("maya")
    photos(school, maya)
    objects = (school.data / "media" / "objects").glob("*/*/*")
    first, second, *_ = sorted(path for path in objects if "." not in Path(path).name)
    first.write_bytes(b"something else")
    second.unlink()
    said = school.refuses_with_output("storage", "migrate", "--to", "s3")
    assert f"{first.name} is not what was sent." in said
    assert f"{second.name} is missing where it should be." in said
    assert places(school) == ["disk", "disk", *["s3"] * (FILES - 2)]
