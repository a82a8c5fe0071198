"""What happens to files while a backup is being taken."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from pathfolio import db, ids
from pathfolio.app import create_app
from pathfolio.backup import operations, snapshot
from pathfolio.demo import pictures
from pathfolio.jobs import worker
from pathfolio.settings import Settings
from pathfolio.uploads import checking
from pathfolio.uploads.models import Upload
from tests.durability.remote import Remote, sha
from tests.support.running import Running


@pytest.fixture
def app(still: Running) -> Iterator[Flask]:
    """The same installation inside this process, to stop time in the middle of a backup."""
    made = create_app(
        Settings(data=still.data, database_url=still.url, throwaway=True, log_level="ERROR")
    )
    with made.app_context():
        yield made
        db.db.engine.dispose()


def work() -> None:
    """The worker does all that is due."""
    worker.call_modules("start")
    worker.run_all()
    checking.stop()


def test_a_file_that_is_folded_into_its_twin_meanwhile_is_in_the_backup(
    still: Running, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    still.start("web")
    photo, upload = pictures.jpeg("sky", "both"), ids.new_id()
    Remote(still.port).sign_in("maya").send_file(photo)
    work()
    Remote(still.port).sign_in("noor").send_file(photo, upload)
    still.stop("web")
    before = key_of(upload)
    really = snapshot.take

    def meanwhile(*arguments: object) -> object:
        taken = really(*arguments)  # type: ignore[arg-type]
        work()
        return taken

    monkeypatch.setattr(snapshot, "take", meanwhile)
    folder = still.data.with_name("backup")
    said: list[str] = []
    manifest = operations.take(folder, said.append)
    assert key_of(upload) != before, "it was folded"
    assert len(said) == 1, "nothing is missing"
    assert manifest.files[f"media/{before}"] == [sha(photo), len(photo)]
    assert (folder / "media" / before).read_bytes() == photo


def test_a_file_that_is_still_being_checked_is_not_called_missing(
    still: Running, app: Flask
) -> None:
    still.start("web")
    Remote(still.port).sign_in("maya").send_file(pictures.jpeg("sky", "one"))
    still.stop("web")
    said: list[str] = []
    operations.take(still.data.with_name("backup"), said.append)
    assert len(said) == 1


def test_a_file_that_was_promised_and_is_not_there_is_told(still: Running, app: Flask) -> None:
    still.start("web")
    upload = Remote(still.port).sign_in("maya").send_file(pictures.jpeg("sky", "one"))
    still.stop("web")
    work()
    (still.data / "media" / "objects" / key_of(upload)).unlink()
    said: list[str] = []
    operations.take(still.data.with_name("backup"), said.append)
    assert (
        said[1] == "1 stored files that the database names are not there: run `pathfolio verify`."
    )


def test_a_backup_that_found_no_room_leaves_nothing_behind(
    still: Running, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    folder = still.data.with_name("backup")
    with monkeypatch.context() as broken:
        broken.setattr(operations, "copy_hashed", full)
        with pytest.raises(OSError, match="No space left"):
            operations.take(folder, print)
    assert list(folder.parent.glob("backup*")) == []
    operations.take(folder, print)


def key_of(upload: str) -> str:
    with db.read() as session:
        return session.scalars(select(Upload.key).where(Upload.id == upload)).one()
