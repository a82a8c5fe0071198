"""Is this installation's database at this version already? Answered without starting the application."""

from __future__ import annotations

import sqlite3

from pathfolio.settings import Settings


def is_current(settings: Settings) -> bool:
    """True only where that is certain; only SQLite is looked into, since that is where a start must be quick."""
    path = settings.data / "pathfolio.sqlite"
    if settings.database_url or not path.exists():
        return False
    from alembic.script import ScriptDirectory

    from pathfolio.migrations import FOLDER

    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            (version,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        finally:
            connection.close()
    except (sqlite3.Error, TypeError):
        return False
    return bool(version == ScriptDirectory(str(FOLDER)).get_current_head())
