"""Is this installation's database at this version already? Answered without starting the application."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

from pathfolio.settings import Settings

VERSIONS = Path(__file__).parents[1] / "migrations" / "versions"
_LINE = re.compile(r"""^(revision|down_revision)\b[^=]*=\s*(?:["'](\w+)["']|None)""", re.MULTILINE)


def is_current(settings: Settings) -> bool:
    """True only where that is certain; only SQLite is looked into, since that is where a start must be quick."""
    path = settings.data / "pathfolio.sqlite"
    if settings.database_url or not path.exists():
        return False
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            (version,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        finally:
            connection.close()
    except (sqlite3.Error, TypeError):
        return False
    return {version} == newest()


def version() -> str | None:
    """The version of the database of the application in use; None where there is no table yet."""
    from sqlalchemy import inspect, text

    from pathfolio.db import db

    with db.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return str(connection.scalar(text("SELECT version_num FROM alembic_version")))


def newest() -> set[str]:
    """The versions that no other one follows, read from the files: importing Alembic takes a third of a start."""
    made, followed = set(), set()
    for file in VERSIONS.glob("*.py"):
        found = dict(_LINE.findall(file.read_text("utf-8")))
        made.add(found["revision"])
        followed.add(found["down_revision"])
    return made - followed
