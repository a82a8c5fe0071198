"""Fresh databases for tests: an empty one, or a copy of one that was prepared once."""

import shutil
import sqlite3
from collections.abc import Callable
from itertools import count
from pathlib import Path

from tests.support.postgres import Server, other_user

Prepare = Callable[[str], None]
"""Brings the empty database at a URL into the state that tests start from, and closes its connections."""


class SqliteDatabases:
    """Files in one folder. A prepared database is copied as a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbers = count(1)
        self.prepared: dict[Prepare, Path] = {}

    def url(self, path: Path) -> str:
        return f"sqlite:///{path}"

    def fresh(self, prepare: Prepare | None = None) -> str:
        path = self.folder / f"test-{next(self.numbers)}.sqlite"
        if prepare:
            shutil.copy(self.template(prepare), path)
        return self.url(path)

    def template(self, prepare: Prepare) -> Path:
        if prepare not in self.prepared:
            path = self.folder / f"template-{len(self.prepared)}.sqlite"
            prepare(self.url(path))
            connection = sqlite3.connect(path)
            # One file must hold everything before it is copied.
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
            self.prepared[prepare] = path
        return self.prepared[prepare]

    def drop(self, url: str) -> None:
        path = url.removeprefix("sqlite:///")
        for suffix in ("", "-wal", "-shm"):
            Path(path + suffix).unlink(missing_ok=True)


class PostgresDatabases:
    """Databases of one server. A prepared database is used as a template."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.numbers = count(1)
        self.prepared: dict[Prepare, str] = {}
        self.spaces: set[str] = set()

    def fresh(self, prepare: Prepare | None = None) -> str:
        name = f"test_{next(self.numbers)}"
        return self.server.create(name, self.template(prepare) if prepare else "template1")

    def template(self, prepare: Prepare) -> str:
        if prepare not in self.prepared:
            name = f"prepared_{len(self.prepared)}"
            prepare(self.server.create(name))
            self.prepared[prepare] = name
        return self.prepared[prepare]

    def in_table_space(self, url: str, folder: Path) -> str:
        """Moves a database into a folder, such as a disk of its own; its URL. Table space and database go together."""
        name = self.name_of(url)
        if user := other_user():
            shutil.chown(folder, user)
        with self.server.connect() as connection:
            connection.execute(f"CREATE TABLESPACE space_of_{name} LOCATION '{folder}'")
            connection.execute(f'ALTER DATABASE "{name}" SET TABLESPACE space_of_{name}')
        self.spaces.add(name)
        return url

    def name_of(self, url: str) -> str:
        return url.split("?", maxsplit=1)[0].rsplit("/", 1)[1]

    def drop(self, url: str) -> None:
        name = self.name_of(url)
        self.server.drop(name)
        if name in self.spaces:
            self.spaces.remove(name)
            with self.server.connect() as connection:
                connection.execute(f"DROP TABLESPACE space_of_{name}")


Databases = SqliteDatabases | PostgresDatabases
