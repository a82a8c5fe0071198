"""What a device tells of itself beside a pull, for those who run the server: version, and what waits on it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from pathfolio import clock, db
from pathfolio.errors import Invalid
from pathfolio.syncing import clients

MOST = 10**9
_APP = re.compile(r"[A-Za-z0-9.+-]{0,40}")


def keep(school: str, person: str, opened: str, body: Mapping[str, Any]) -> None:
    """Keep `body["device"]`, told with the session `opened`. Raises Invalid, ClientOfAnother."""
    device = body.get("device")
    if device is None:
        return
    app, waiting, files = _read(device)

    def work(session: Session) -> None:
        row = clients.lock(session, school, person, str(body["client"]), int(body["schema"]))
        row.app, row.waiting, row.files = app, waiting, files
        row.session, row.seen = opened, clock.now()

    db.run_write(work)


def _read(device: object) -> tuple[str, int, int]:
    if isinstance(device, dict):
        app, *counts = (device.get(key) for key in ("app", "waiting", "files"))
        whole = [each for each in counts if type(each) is int and 0 <= each <= MOST]
        if isinstance(app, str) and _APP.fullmatch(app) and len(whole) == 2:
            return app, whole[0], whole[1]
    raise Invalid("A device tells its app's version and two counts: waiting, files.")
