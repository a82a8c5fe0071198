"""The database's tables, version by version (Alembic). `upgrade()` brings a database up to date."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

import pathfolio
from pathfolio.db import db

FOLDER = Path(__file__).parent
_ELSEWHERE = ("pathfolio.limits",)  # tables of domains that are one module


def load_tables() -> None:
    """Import every module that declares tables."""
    for found in iter_modules(pathfolio.__path__, "pathfolio."):
        if found.ispkg and (Path(pathfolio.__path__[0]) / found.name[10:] / "models.py").exists():
            import_module(f"{found.name}.models")
    for name in _ELSEWHERE:
        import_module(name)


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration; without a connection only for reading the versions."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER))
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    return made


def version(connection: Connection) -> str | None:
    """The version a database is at, None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def versions() -> set[str]:
    """All versions that this Pathfolio knows."""
    return {each.revision for each in ScriptDirectory(str(FOLDER)).walk_revisions()}


def upgrade(target: str = "head", *, engine: Engine | None = None) -> tuple[str | None, str | None]:
    """Bring the database to `target`; the version before and after. Safe to repeat.

    All steps are one transaction, so that a failed one leaves the database as it was.
    """
    return _run(command.upgrade, target, engine or db.engine)


def downgrade(target: str, *, engine: Engine | None = None) -> tuple[str | None, str | None]:
    """Take the database back to `target` (`base`: no tables at all)."""
    return _run(command.downgrade, target, engine or db.engine)


def _run(step: object, target: str, engine: Engine) -> tuple[str | None, str | None]:
    assert callable(step)  # noqa: S101 - one of the two above
    with engine.begin() as connection:
        before = version(connection)
        step(config(connection), target)
        return before, version(connection)
