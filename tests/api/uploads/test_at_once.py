"""A record that shows a file, written at the very moment in which the worker ends its check."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy.orm import Session

from pathfolio import db
from pathfolio.syncing import apply
from pathfolio.uploads import references, states
from pathfolio.uploads.models import VERIFIED, Upload
from tests.api.uploads.device import Device
from tests.api.world import World


def test_no_record_misses_what_the_worker_found_while_it_was_written(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = Device(world, "ana")
    upload = ana.send(b"words in a file")
    name = (world.id("school"), ana.person, upload)

    def end_check(session: Session) -> None:
        states.move(session, session.get_one(Upload, name, with_for_update=True), VERIFIED)

    def worker() -> None:
        with world.app.app_context():
            db.run_write(end_check)

    checker = threading.Thread(target=worker)

    def between(session: Session, *what: Any) -> dict[str, Any]:  # noqa: ANN401 - as `note` takes them
        found = references.note(session, *what)
        checker.start()
        checker.join(timeout=1)  # it either ends here, or waits for what is being written
        return found

    with monkeypatch.context() as patch:
        patch.setattr(apply, "references", type("Slow", (), {"note": staticmethod(between)}))
        work = ana.artifact(upload)
    checker.join()
    assert ana.record(work)["media"][upload]["state"] == VERIFIED
