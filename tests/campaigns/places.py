"""Where campaigns run: databases of both kinds, and real servers on them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.campaigns.frame import MissingPartError
from tests.support.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.support.postgres import running_server, server_programs

KINDS = ("sqlite", "postgresql")
DURABLE = ["fsync=on", "max_connections=200", "shared_buffers=128MB"]
"""PostgreSQL as a school runs it: what the tests' own cluster leaves out of durability is on."""

SETTINGS = {"PATHFOLIO_DEVICE_CALLS": "10000000", "PATHFOLIO_ADDRESS_CALLS": "10000000"}
"""Nobody is held back for asking too often."""


@contextmanager
def folder(prefix: str, *, quick: bool = False) -> Iterator[Path]:
    """A new folder, gone afterwards; `quick`: in memory where that is possible, for flushing costs nothing there."""
    where = "/dev/shm" if quick and os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix=f"pathfolio-{prefix}-", dir=where) as name:
        yield Path(name)


@contextmanager
def databases(kind: str, place: Path) -> Iterator[Databases]:
    """Databases of one kind. Raises MissingPartError where PostgreSQL is not on this machine."""
    if kind == "sqlite":
        yield SqliteDatabases(place)
        return
    programs = server_programs()
    if programs is None:
        raise MissingPartError("PostgreSQL server", "Debian and Ubuntu: apt install postgresql")
    with running_server(programs, DURABLE) as server:
        yield PostgresDatabases(server)
