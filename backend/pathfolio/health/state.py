"""How the server is and who is behind, for those who run it: counts, codes and times, never a word of any work."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from datetime import datetime, timedelta
from importlib import metadata
from typing import Any, cast

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from pathfolio import clock, db, settings
from pathfolio.clock import to_wire
from pathfolio.health import report
from pathfolio.jobs.models import FAILED, JobRow
from pathfolio.people.models import Person
from pathfolio.pokes import sending
from pathfolio.sessions.models import DeviceSession
from pathfolio.syncing.highwater import durable_write
from pathfolio.syncing.models import Client, Meta, Record

BACKUP = "backup.json"
SILENT = timedelta(days=14)
MOST_BEHIND = 200
MOST_FAILED = 20
_RECORD = cast("Table", Record.__table__)


def note_backup(*, files: int, records: int) -> None:
    """Write down that a whole backup was taken just now."""
    found = {"at": to_wire(clock.now()), "files": files, "records": records}
    durable_write(settings.current().data / BACKUP, json.dumps(found))


def last_backup() -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads((settings.current().data / BACKUP).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found


def status(school: str) -> dict[str, Any]:
    """The body of `GET /api/operator`."""
    disk = shutil.disk_usage(settings.current().data)
    with db.read() as session:
        meta = session.get_one(Meta, school)
        behind, known = devices(session, school)
        return {
            "version": metadata.version("pathfolio"),
            "now": to_wire(clock.now()),
            "epoch": {"id": meta.epoch, "began": to_wire(meta.began), "reason": meta.reason},
            "backup": last_backup(),
            "verified": verified(),
            "disk": {"free": disk.free, "total": disk.total},
            "pokes": sending.listened(),
            "jobs": jobs(session),
            "refused": refused(session, school),
            "devices": known,
            "behind": behind[:MOST_BEHIND],
            "behind_count": len(behind),
        }


def verified() -> dict[str, Any] | None:
    """What `pathfolio verify` found last: the broken promises by name."""
    found = report.last()
    if found is None:
        return None
    problems = {each["name"]: each["problems"] for each in found["checks"] if each["problems"]}
    skipped = [each["name"] for each in found["checks"] if each["skipped"]]
    return {"at": found["at"], "problems": problems, "skipped": skipped}


def jobs(session: Session) -> dict[str, Any]:
    """Background work by state; of what was given up, its kind and trouble."""
    counted = select(JobRow.state, func.count()).group_by(JobRow.state)
    states: dict[str, int] = {state: count for state, count in session.execute(counted)}  # noqa: C416 - rows are no pairs to mypy
    late = select(func.min(JobRow.due)).where(JobRow.state != FAILED, JobRow.due < clock.now())
    oldest = session.scalar(late)
    given_up = session.scalars(
        select(JobRow)
        .where(JobRow.state == FAILED)
        .order_by(JobRow.created.desc())
        .limit(MOST_FAILED)
    )
    return {
        "waiting": states.get("waiting", 0),
        "running": states.get("running", 0),
        "failed": states.get(FAILED, 0),
        "late_since": to_wire(oldest) if oldest else None,
        "given_up": [
            {"kind": row.kind, "created": to_wire(row.created), "trouble": row.trouble or ""}
            for row in given_up
        ],
    }


def refused(session: Session, school: str) -> dict[str, int]:
    """Changes that wait in their authors' lists, by the code of their refusal."""
    query = select(_RECORD.c.body).where(
        _RECORD.c.school == school,
        _RECORD.c.kind == "not_accepted",
        _RECORD.c.gone.is_(False),
        _RECORD.c.deleted_at.is_(None),
    )
    codes = Counter(json.loads(row.body)["fields"]["code"] for row in session.execute(query))
    return dict(sorted(codes.items()))


def devices(session: Session, school: str) -> tuple[list[dict[str, Any]], int]:
    """Devices that are behind, the longest unseen first, and how many are known.

    A device database that was given up (a new epoch, an eviction) is not another device: of one session only the
    newest counts. Behind: it told that something waits on it, or was not heard of for two weeks.
    """
    query = (
        select(
            Client, Person.name, DeviceSession.device, DeviceSession.ended, DeviceSession.last_seen
        )
        .join(Person, (Person.school == Client.school) & (Person.id == Client.person))
        .outerjoin(
            DeviceSession,
            (DeviceSession.school == Client.school) & (DeviceSession.id == Client.session),
        )
        .where(Client.school == school, Person.status.in_(("active", "pending")))
        .order_by(Client.seen.desc(), Client.client)
    )
    before = clock.now() - SILENT
    taken: set[str] = set()
    known, behind = 0, []
    for client, name, device, ended, last in session.execute(query):
        last_seen: datetime | None = last
        if client.session is not None and client.session in taken:
            continue
        taken.add(client.session or client.client)
        waits = bool(client.waiting or client.files)
        if ended is not None and not waits:
            continue
        known += 1
        seen: datetime = max(client.seen, last_seen) if last_seen else client.seen
        if waits or seen < before:
            behind.append(
                {
                    "person": {"id": client.person, "name": name},
                    "device": device or "",
                    "app": client.app or "",
                    "seen": to_wire(seen),
                    "waiting": client.waiting,
                    "files": client.files,
                }
            )
    return sorted(behind, key=lambda each: str(each["seen"])), known
