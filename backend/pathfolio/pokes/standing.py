"""Who may hear what today, asked of the database itself, in plain SQL: an ORM would cost more than all connections.

Nothing is remembered between two questions, so a membership or a session that ended hears nothing more, whatever
notice was lost.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from pathfolio import clock, standing
from pathfolio.settings import Settings

CHUNK = 400
_SESSION = """
SELECT s.school, s.id, s.person, s.token, s.previous_until, s.last_seen, s.shared, s.ended, p.status, p."left"
FROM device_session s JOIN person p ON p.school = s.school AND p.id = s.person
WHERE {where}"""
_HEARERS = """
SELECT s.id, m.space
FROM member m
JOIN space x ON x.school = m.school AND x.space = m.space
JOIN device_session s ON s.school = m.school AND s.person = m.person
JOIN person p ON p.school = m.school AND p.id = m.person
WHERE m.school = ? AND m.space IN ({marks}) AND s.ended IS NULL AND p.status <> 'deleted' AND NOT x.erased"""


class UnreachableError(Exception):
    """The database does not answer: nobody can be judged, so nobody hears anything."""


class Database(Protocol):
    """Rows of a question with `?` for its values; times come as aware datetimes or as SQLite's text."""

    async def rows(self, sql: str, values: Iterable[str]) -> list[tuple[Any, ...]]:
        """Raises UnreachableError."""
        ...

    async def close(self) -> None: ...


@dataclass(slots=True)
class Found:
    """A session as it is stored, with the state of its person."""

    school: str
    id: str
    person: str
    token: str
    previous_until: datetime | None
    last_seen: datetime
    shared: bool
    ended: datetime | None
    status: str
    left: datetime | None


@dataclass(frozen=True)
class Judge:
    """Decides by the same rules as the API (`pathfolio.standing`)."""

    database: Database
    settings: Settings

    async def who(self, token: str) -> Found | None:
        """The session that a token opens, None when the API would refuse it too. Raises UnreachableError."""
        seen = standing.digest(token)
        rows = await self.database.rows(
            _SESSION.format(where="s.token = ? OR s.previous = ?"), (seen, seen)
        )
        found = _found(rows[0]) if rows else None
        if found is None or not standing.admits(found, seen, clock.now(), self.settings):
            return None
        return found if self._may_stay(found) else None

    async def staying(self, sessions: list[str]) -> set[str]:
        """Those of `sessions` that are still open. Raises UnreachableError."""
        kept = set()
        for start in range(0, len(sessions), CHUNK):
            part = sessions[start : start + CHUNK]
            where = f"s.id IN ({_marks(part)})"
            for row in await self.database.rows(_SESSION.format(where=where), part):
                found = _found(row)
                if standing.is_open(found, clock.now(), self.settings) and self._may_stay(found):
                    kept.add(found.id)
        return kept

    async def hearers(self, school: str, spaces: list[str]) -> AsyncIterator[tuple[str, str]]:
        """(session, space) for every open session whose person may see the space now. Raises UnreachableError."""
        for start in range(0, len(spaces), CHUNK):
            part = spaces[start : start + CHUNK]
            sql = _HEARERS.format(marks=_marks(part))
            for session, space in await self.database.rows(sql, (school, *part)):
                yield session, space

    def _may_stay(self, found: Found) -> bool:
        closed = standing.is_closed(found.status, found.left, clock.now(), self.settings)
        return found.status != "deleted" and not closed


def _marks(values: list[str]) -> str:
    return ", ".join("?" * len(values))


def _found(row: tuple[Any, ...]) -> Found:
    school, ident, person, token, until, seen, shared, ended, status, left = row
    last_seen = _time(seen)
    assert last_seen is not None  # noqa: S101 - the column takes no NULL
    return Found(
        school, ident, person, token, _time(until), last_seen, bool(shared), _time(ended), status, _time(left)
    )  # fmt: skip


def _time(value: datetime | str | None) -> datetime | None:
    """As `db.UtcTime` reads it: SQLite keeps UTC as text without a zone."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value


class SqliteDatabase:
    """The file on this machine, for reading; a question takes less than handing it to a thread."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    async def rows(self, sql: str, values: Iterable[str]) -> list[tuple[Any, ...]]:
        try:
            if self._connection is None:
                self._connection = sqlite3.connect(
                    f"file:{self._path}?mode=ro", uri=True, timeout=2
                )
                self._connection.execute("PRAGMA cache_size=-1024")
            return self._connection.execute(sql, tuple(values)).fetchall()
        except sqlite3.Error as problem:
            await self.close()
            raise UnreachableError(str(problem)) from problem

    async def close(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None
