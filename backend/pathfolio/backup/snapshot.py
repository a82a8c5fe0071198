"""A consistent copy of the database while it is in use, and putting it back: SQLite and PostgreSQL."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from sqlalchemy import Engine, create_engine, func, inspect, make_url, select, table, text

from pathfolio.backup.manifest import BackupError
from pathfolio_media.files import flush_folder

TITLES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
PROGRAM_MISSING = "{} is missing. Install PostgreSQL's client programs of the server's version."
NAMES = {"sqlite": "database.sqlite", "postgresql": "database.dump"}


def take(engine: Engine, folder: Path) -> tuple[Path, dict[str, int]]:
    """Writes the snapshot into `folder`; returns its path and the rows of each table in it.

    Raises BackupError.
    """
    path = folder / NAMES[engine.dialect.name]
    if engine.dialect.name == "sqlite":
        return path, _take_sqlite(engine, path)
    return path, _take_postgres(engine, path)


def check(url: str, kind: str) -> None:
    """Can a backup of this kind of database be put into the one at `url`? Raises BackupError."""
    wanted = make_url(url)
    if wanted.get_backend_name() != kind:
        raise BackupError(
            f"This backup is of a {TITLES.get(kind, kind)} database. Set PATHFOLIO_DATABASE_URL to an empty one"
            " of that kind."
        )
    if kind == "postgresql" and shutil.which("pg_restore") is None:
        raise BackupError(PROGRAM_MISSING.format("pg_restore"))
    if kind == "sqlite" and not Path(wanted.database or "").exists():
        return  # looking would make the file
    engine = create_engine(wanted)
    try:
        demand_empty(engine)
    finally:
        engine.dispose()


def demand_empty(engine: Engine) -> None:
    """Raises BackupError."""
    if inspect(engine).get_table_names():
        raise BackupError("The database is not empty. Restore only into a new, empty one.")


def put(engine: Engine, path: Path) -> dict[str, int]:
    """Fills the empty database of `engine` from a snapshot; returns the rows of each table.

    Raises BackupError, also when the database is not empty.
    """
    demand_empty(engine)
    if engine.dialect.name == "sqlite":
        engine.dispose()
        _put_sqlite(engine, path)
    else:
        _run("pg_restore", "--exit-on-error", "--no-owner", "--no-privileges", "--single-transaction",
             f"--dbname={_dsn(engine)}", str(path), engine=engine)  # fmt: skip
    return count_rows(engine)


def count_rows(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            name: connection.scalar(select(func.count()).select_from(table(name))) or 0
            for name in sorted(inspect(engine).get_table_names())
        }


def _take_sqlite(engine: Engine, path: Path) -> dict[str, int]:
    source = sqlite3.connect(f"file:{engine.url.database}?mode=ro", uri=True)
    target = sqlite3.connect(path)
    try:
        source.backup(target)
        # One plain file, without the write-ahead log that the living database has.
        target.execute("PRAGMA journal_mode=DELETE")
        if target.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise BackupError(
                "The database is damaged (integrity_check). Look at `pathfolio verify`."
            )
        names = [
            row[0]
            for row in target.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
            )
        ]
        rows = {
            name: target.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names
        }
    except sqlite3.Error as problem:
        raise BackupError(
            f"The database could not be copied to {path.parent}: {problem}."
        ) from None
    finally:
        source.close()
        target.close()
    _flush(path)
    return rows


def _take_postgres(engine: Engine, path: Path) -> dict[str, int]:
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        # The dump and the counts look at one and the same moment.
        moment = connection.scalar(text("SELECT pg_export_snapshot()"))
        names = sorted(inspect(connection).get_table_names())
        rows = {
            name: connection.scalar(select(func.count()).select_from(table(name))) or 0
            for name in names
        }
        _run("pg_dump", "--format=custom", f"--snapshot={moment}", f"--file={path}", f"--dbname={_dsn(engine)}",
             engine=engine)  # fmt: skip
    _flush(path)
    return rows


def _put_sqlite(engine: Engine, path: Path) -> None:
    database = Path(engine.url.database or "")
    for suffix in ("", "-wal", "-shm"):
        Path(f"{database}{suffix}").unlink(missing_ok=True)
    partial = database.with_name(f"{database.name}.partial")
    shutil.copyfile(path, partial)
    _flush(partial)
    partial.rename(database)
    flush_folder(database.parent)


def _dsn(engine: Engine) -> str:
    """The address in libpq's form, without the password, which must not show in a process list."""
    url = make_url(engine.url).set(drivername="postgresql", password=None)
    return url.render_as_string(hide_password=False)


def _run(*command: str, engine: Engine) -> None:
    environment = dict(os.environ)
    if engine.url.password:
        environment["PGPASSWORD"] = str(engine.url.password)
    try:
        subprocess.run(
            command,
            check=True,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
    except FileNotFoundError:
        raise BackupError(PROGRAM_MISSING.format(command[0])) from None
    except subprocess.CalledProcessError as problem:
        raise BackupError(f"{command[0]} failed: {problem.stderr.strip()}") from None


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
