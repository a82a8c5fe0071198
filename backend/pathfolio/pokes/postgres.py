"""PostgreSQL for the side process: one connection that listens, one that asks."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from typing import Any

import psycopg

from pathfolio.pokes.notices import CHANNEL
from pathfolio.pokes.standing import UnreachableError

CONNECT_SECONDS = 5


class PostgresDatabase:
    def __init__(self, url: str) -> None:
        self._url = address(url)
        self._connection: psycopg.AsyncConnection[tuple[Any, ...]] | None = None
        # Thousands ask in the same moment after a restart: they wait in line, with one connection.
        self._line = asyncio.Lock()

    async def rows(self, sql: str, values: Iterable[str]) -> list[tuple[Any, ...]]:
        async with self._line:
            return await self._rows(sql, values)

    async def _rows(self, sql: str, values: Iterable[str]) -> list[tuple[Any, ...]]:
        try:
            if self._connection is None or self._connection.closed:
                self._connection = await connect(self._url)
            text = sql.replace("?", "%s").encode()
            return await (await self._connection.execute(text, tuple(values))).fetchall()
        except psycopg.Error as problem:
            await self.close()
            raise UnreachableError(str(problem)) from problem

    async def close(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                await self._connection.close()
            self._connection = None


async def notifications(url: str) -> AsyncIterator[str | None]:
    """The texts of all notices; first None, from which on none is missed. Raises UnreachableError."""
    try:
        connection = await connect(address(url))
        async with connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            yield None
            async for each in connection.notifies():
                yield each.payload
    except psycopg.Error as problem:
        raise UnreachableError(str(problem)) from problem


async def connect(url: str) -> psycopg.AsyncConnection[tuple[Any, ...]]:
    return await psycopg.AsyncConnection.connect(
        url, autocommit=True, connect_timeout=CONNECT_SECONDS, application_name="pathfolio pokes",
        keepalives_idle=20, keepalives_interval=10, keepalives_count=3,
    )  # fmt: skip


def address(url: str) -> str:
    """SQLAlchemy's form as libpq's."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)
