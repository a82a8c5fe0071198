"""The database: typed base, column types, and the only two ways to open a transaction.

`write()` is one durable write transaction, `read()` one consistent snapshot that cannot write.
SQLite and PostgreSQL keep the same promises: what `write()` has left is on the disk.
"""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, Dialect, Engine, MetaData, String, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.types import TypeDecorator, TypeEngine

T = TypeVar("T")

BUSY_SECONDS = 30
TRIES = 6
_RETRY = {"40001", "40P01"}  # serialization failure, deadlock


class Key(TypeDecorator[str]):
    """A short ASCII key, compared byte by byte on every database."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        collation = "C" if dialect.name == "postgresql" else None
        length = self.impl_instance.length if isinstance(self.impl_instance, String) else None
        return dialect.type_descriptor(String(length, collation=collation))


class Id(Key):
    """An id of `pathfolio.ids`: 26 characters."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(26)


class UtcTime(TypeDecorator[datetime]):
    """An aware time in UTC. SQLite has no zones, so it stores UTC and gets the zone back here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without zone cannot be stored")
        utc = value if value.tzinfo is UTC else value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """A JSON value: JSONB on PostgreSQL, JSON text on SQLite."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(JSONB(none_as_null=True))
        return dialect.type_descriptor(JSON(none_as_null=True))


class Base(DeclarativeBase):
    """Every model subclasses this and sets `__tablename__`; annotations give the columns."""

    registry = registry(type_annotation_map={datetime: UtcTime()})
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=True)


class DatabaseBusyError(RuntimeError):
    """The write lock was not free in time; the caller may try again soon (HTTP 503)."""


class NotDurableError(RuntimeError):
    """The database would lose acknowledged work on a power cut; starting is refused."""


_locks: WeakKeyDictionary[Engine, threading.Lock] = WeakKeyDictionary()
_writing: ContextVar[bool] = ContextVar("writing", default=False)


def set_up(app: Flask, url: str, *, pool: int = 10, demand_durable: bool = True) -> None:
    """Bind `app` to the database at `url` and check that a commit there is durable.

    `demand_durable=False` is for throw-away PostgreSQL servers that run with fsync off.
    Raises NotDurableError.
    """
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    options: dict[str, Any] = {
        "pool_size": pool,
        "max_overflow": pool,
        "pool_timeout": BUSY_SECONDS,
        # The last one used: its cache is warm, and those of a rush hour stay small.
        "pool_use_lifo": True,
    }
    if url.startswith("postgresql"):
        options["pool_pre_ping"] = True
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    db.init_app(app)
    with app.app_context():
        _set_up_engine(db.engine)
        try:
            check_durable(db.engine, demand=demand_durable)
        except NotDurableError:
            db.engine.dispose()
            raise


def _set_up_engine(engine: Engine) -> None:
    _locks[engine] = threading.Lock()
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "begin", _on_sqlite_begin)


def _on_sqlite_connect(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see _on_sqlite_begin
    for pragma in (
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "trusted_schema=OFF",
        "temp_store=MEMORY",
        "cache_size=-16384",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _on_sqlite_begin(connection: Connection) -> None:
    # A deferred BEGIN that writes later fails at once when another has written meanwhile.
    writes = connection.get_execution_options().get("pathfolio_writes", True)
    # Not through SQLAlchemy, which takes longer for the two than the whole of a small read.
    driver = cast("sqlite3.Connection", connection.connection.dbapi_connection)
    driver.execute(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
    try:
        driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
    except sqlite3.Error as error:
        raise OperationalError("BEGIN", None, error) from error


def check_durable(engine: Engine, *, demand: bool = True) -> None:
    """Read back the settings that make a commit durable. Raises NotDurableError."""
    with engine.connect() as connection:

        def shows(statement: str) -> str:
            return str(connection.exec_driver_sql(statement).scalar_one()).lower()

        if engine.dialect.name == "sqlite":
            memory = engine.url.database in {None, "", ":memory:"}
            found = {
                "journal_mode": (shows("PRAGMA journal_mode"), {"memory"} if memory else {"wal"}),
                "synchronous": (shows("PRAGMA synchronous"), {"2", "3"}),
            }
        else:
            found = {
                "fsync": (shows("SHOW fsync"), {"on"}),
                "full_page_writes": (shows("SHOW full_page_writes"), {"on"}),
                "synchronous_commit": (shows("SHOW synchronous_commit"), _PG_COMMIT),
            }
    wrong = [f"{name} is {value}" for name, (value, good) in found.items() if value not in good]
    if wrong and demand:
        raise NotDurableError(
            f"The database may lose work on a power cut: {', '.join(wrong)}. "
            "Correct its configuration and start again."
        )


_PG_COMMIT = {"on", "local", "remote_write", "remote_apply"}


@contextmanager
def write() -> Iterator[Session]:
    """One write transaction: committed durably at the end of the block, or nothing at all.

    Raises DatabaseBusyError when the lock is not free within 30 s; RuntimeError when nested.
    PostgreSQL may raise a serialization error at any point: use `run_write` where a retry is safe.
    """
    if _writing.get():
        raise RuntimeError("a write transaction is open already; pass its session on")
    engine = db.engine
    options: dict[str, Any] = {"pathfolio_writes": True}
    if engine.dialect.name == "postgresql":
        options["isolation_level"] = "READ COMMITTED"
    token = _writing.set(True)
    try:
        with _queue(engine), Session(engine.execution_options(**options)) as session:
            session.connection()
            yield session
            session.commit()
        for call in session.info.pop("after_commit", []):
            call()
    except DBAPIError as error:
        if "locked" in str(error.orig).lower() and engine.dialect.name == "sqlite":
            raise DatabaseBusyError("the database is busy") from error
        raise
    finally:
        _writing.reset(token)


@contextmanager
def read() -> Iterator[Session]:
    """One read-only snapshot: everything read inside belongs to the same moment."""
    engine = db.engine
    options: dict[str, Any] = {"pathfolio_writes": False}
    if engine.dialect.name == "postgresql":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with Session(engine.execution_options(**options), autoflush=False) as session:
        session.connection()
        yield session


def run_write(work: Callable[[Session], T]) -> T:
    """Run `work` in a write transaction, again when PostgreSQL asks for it (40001, 40P01).

    `work` may run several times; only its last run is kept. Raises DatabaseBusyError.
    """
    for attempt in range(TRIES):
        try:
            with write() as session:
                return work(session)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in _RETRY:
                raise
            if attempt + 1 == TRIES:
                raise DatabaseBusyError("the database is busy") from error
            time.sleep(0.005 * 2**attempt * (1 + random.random()))  # noqa: S311 - jitter
    raise AssertionError("unreachable")


def after_commit(session: Session, call: Callable[[], None]) -> None:
    """Run `call` once the transaction of `session` is on the disk; never when it is not."""
    session.info.setdefault("after_commit", []).append(call)


@contextmanager
def _queue(engine: Engine) -> Iterator[None]:
    """One writer at a time in this process: SQLite's own waiting is neither fair nor quick."""
    if engine.dialect.name != "sqlite":
        yield
        return
    lock = _locks.setdefault(engine, threading.Lock())
    if not lock.acquire(timeout=BUSY_SECONDS):
        raise DatabaseBusyError("the database is busy")
    try:
        yield
    finally:
        lock.release()
