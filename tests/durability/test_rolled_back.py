"""A database that was put back by hand, past `pathfolio restore`: noticed at start, once, whoever starts first."""

from __future__ import annotations

import contextlib
import shutil
import threading
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from pathfolio import db
from pathfolio.app import create_app
from pathfolio.settings import Settings
from pathfolio.syncing import epochs
from pathfolio.syncing.models import Meta
from tests.durability.remote import Remote
from tests.support.databases import SqliteDatabases
from tests.support.running import Running, stopped
from tests.support.small_school import prepare


@pytest.fixture
def rolled_back(sqlite_databases: SqliteDatabases, tmp_path: Path) -> Running:
    """A school that is started on an older copy of its file."""
    with stopped(sqlite_databases, tmp_path / "data", prepare) as place:
        file = Path(place.url.removeprefix("sqlite:///"))
        shutil.copy(file, tmp_path / "older")
        place.start("web")
        device = Remote(place.port).sign_in("maya").device()
        device.create(title="Lost with the newer file")
        place.stop("web")
        assert (place.data / "highwater.json").exists()
        moved = tmp_path / "school.sqlite"
        shutil.copy(tmp_path / "older", moved)
        return Running(f"sqlite:///{moved}", place.data)


def test_processes_that_start_together_begin_one_epoch(
    rolled_back: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    begin = epochs.begin
    really, together = epochs.is_behind, threading.Barrier(2)

    def both_look(*arguments: object) -> bool:
        found = really(*arguments)  # type: ignore[arg-type]
        # The other one, if it can, looks before either of us has begun an epoch.
        with contextlib.suppress(threading.BrokenBarrierError):
            together.wait(1)
        return found

    monkeypatch.setattr(epochs, "is_behind", both_look)

    def counted(session: Session, reason: str) -> None:
        begun.append(reason)
        begin(session, reason)

    monkeypatch.setattr(epochs, "begin", counted)
    settings = Settings(data=rolled_back.data, database_url=rolled_back.url, log_level="ERROR")
    apps = []
    threads = [threading.Thread(target=lambda: apps.append(create_app(settings))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(begun) == 1, begun
    for app in apps:
        with app.app_context():
            with db.read() as session:
                assert {meta.reason for meta in session.query(Meta)} == {"behind_high_water"}
            db.db.engine.dispose()
