"""The frameworks that every school starts with.

`whole_person.json` is ours (CC0); `career_clusters.json` holds the names of the National Career
Clusters Framework of Advance CTE (see docs/credits.md), offered as suggestions for interests.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pathfolio import db
from pathfolio.ids import derived_id
from pathfolio.people.models import School
from pathfolio.syncing import spaces, write
from pathfolio_sync import canonical

NAMES = ("whole_person", "career_clusters")


@dataclass(frozen=True)
class Framework:
    """One file, as it is served."""

    name: str
    data: dict[str, Any]
    text: bytes
    sha256: str

    @property
    def record(self) -> str:
        """Id of its record, the same in every school, so that alignments mean the same everywhere."""
        return derived_id(f"framework:{self.name}")

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of its record."""
        return {
            "title": self.data["title"],
            "sha256": self.sha256,
            "url": f"/api/frameworks/{self.sha256}",
            "items": len(self.data["items"]),
            "type": self.data["type"],
        }


@cache
def frameworks() -> tuple[Framework, ...]:
    """All built-in frameworks."""
    return tuple(_read(name) for name in NAMES)


def _read(name: str) -> Framework:
    folder = resources.files("pathfolio.frameworks") / "data"
    data = json.loads((folder / f"{name}.json").read_text("utf-8"))
    text = canonical(data)
    return Framework(name, data, text, sha256(text).hexdigest())


def by_hash(wanted: str) -> Framework | None:
    return next((each for each in frameworks() if each.sha256 == wanted), None)


def leaves() -> list[tuple[str, str]]:
    """(id of the framework's record, item id) of every standard that has none below it."""
    found = []
    for each in frameworks():
        if each.data["type"] == "case":
            parents = {item["parent"] for item in each.data["items"]}
            found += [
                (each.record, item["id"])
                for item in each.data["items"]
                if item["id"] not in parents
            ]
    return found


def publish(session: Session, school: str) -> None:
    """Tell everybody in a school which frameworks there are; nothing where they know."""
    space = spaces.of_school(school)
    with write.space_locks(session, school, [space]) as locks:
        for each in frameworks():
            write.write_server_record(locks, space, "framework", each.record, each.fields, None)


def publish_everywhere() -> None:
    """The same for all schools, after an upgrade."""
    with db.read() as session:
        schools = list(session.scalars(select(School.id).order_by(School.id)))
    for school in schools:
        db.run_write(lambda session, school=school: publish(session, school))  # type: ignore[misc]
