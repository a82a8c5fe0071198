"""What disk, database or bucket cannot do now, told apart from our own faults: somebody helps, then it goes on."""

from __future__ import annotations

import errno
from enum import StrEnum

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from pathfolio_media.store import StoreAwayError, StoreRefusesError


class Trouble(StrEnum):
    """The value is the slug of the problem that devices are told."""

    FULL = "disk_full"
    FAILING = "disk_failing"
    AWAY = "database_away"
    STORE_AWAY = "storage_away"
    STORE_REFUSES = "storage_refuses"

    @property
    def sentence(self) -> str:
        return _SENTENCES[self]

    @property
    def advice(self) -> str:
        """What the operator of the server is told."""
        return _ADVICE[self]

    @property
    def seconds(self) -> int:
        """When to try again."""
        return _SECONDS[self]


_KEPT = "Your work is kept on this device and will be sent again."
_SENTENCES = {
    Trouble.FULL: f"The school's computer has no room left: its administrator must make some. {_KEPT}",
    Trouble.FAILING: f"The school's computer cannot write to its disk: its administrator must look at it. {_KEPT}",
    Trouble.AWAY: f"The school's database is away for a moment. {_KEPT}",
    Trouble.STORE_AWAY: f"The school's storage for files can't be reached right now. {_KEPT}",
    Trouble.STORE_REFUSES: (
        f"The school's storage for files does not let it in: its administrator must look at it. {_KEPT}"
    ),
}
_ADVICE = {
    Trouble.FULL: "The disk is full. Make room on it and try again",
    Trouble.FAILING: "The disk cannot be written to. Look at its health, and whether it is mounted read-only",
    Trouble.AWAY: "The database did not answer. Check PATHFOLIO_DATABASE_URL and that it runs",
    Trouble.STORE_AWAY: "The bucket did not answer. Check PATHFOLIO_S3_ENDPOINT and that it runs",
    Trouble.STORE_REFUSES: "The bucket does not let us in. Check its name, its keys and this machine's clock",
}
_SECONDS = {
    Trouble.FULL: 60,
    Trouble.FAILING: 20,
    Trouble.AWAY: 5,
    Trouble.STORE_AWAY: 20,
    Trouble.STORE_REFUSES: 60,
}

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FAILING = {errno.EIO, errno.EROFS, errno.ENFILE, errno.EMFILE, errno.EACCES, errno.EPERM}
# PostgreSQL's codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
_STATES_FULL = {"53100"}
_STATES_FAILING = {"58030", "25006"}  # input or output failed, everything is read-only
_STATES_AWAY = {
    "53300",
    "57P01",
    "57P02",
    "57P03",
    "57P05",
}  # starting, stopping, no connection left


def trouble(error: BaseException) -> Trouble | None:
    """What an exception of the disk, the database or the bucket means; None when it is no such trouble."""
    if isinstance(error, DBAPIError):
        return _of_sqlite(error) or _of_postgres(error)
    if isinstance(error, StoreAwayError):
        return Trouble.STORE_AWAY
    if isinstance(error, StoreRefusesError):
        return Trouble.STORE_REFUSES
    if isinstance(error, OSError):
        number = error.errno
        return Trouble.FULL if number in _FULL else Trouble.FAILING if number in _FAILING else None
    return None


def _of_sqlite(error: DBAPIError) -> Trouble | None:
    name = str(getattr(error.orig, "sqlite_errorname", ""))
    if name == "SQLITE_FULL":
        return Trouble.FULL
    failing = name.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY"))
    return Trouble.FAILING if failing else None


def _of_postgres(error: DBAPIError) -> Trouble | None:
    if not hasattr(error.orig, "sqlstate"):
        return None
    state: str | None = getattr(error.orig, "sqlstate", None)
    if state in _STATES_FULL:
        return Trouble.FULL
    if state in _STATES_FAILING:
        return Trouble.FAILING
    # Without a state nobody answered at all.
    silent = state is None and isinstance(error, OperationalError | InterfaceError)
    away = silent or state in _STATES_AWAY or str(state).startswith("08")
    return Trouble.AWAY if away else None
