"""A disk in trouble, inside a real server process: writes and flushes fail as long as a file says so.

`TESTS_FAULT` names that file; its content is one of FAULTS. Reads go on. Programs call `install` (`warm.BEFORE`).
"""

from __future__ import annotations

import builtins
import errno
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support import vfs

CONTROL = "TESTS_FAULT"
FAULTS = {
    "flushing": (errno.EIO, {"sync": vfs.IOERR_FSYNC}),
    "writing": (errno.EIO, {"write": vfs.IOERR_WRITE, "truncate": vfs.IOERR_TRUNCATE}),
    "read-only": (errno.EROFS, {"write": vfs.IOERR_WRITE, "truncate": vfs.IOERR_TRUNCATE}),
    "full": (errno.ENOSPC, {"write": vfs.FULL}),
}
_WRITES = os.O_WRONLY | os.O_RDWR
_installed: list[vfs.WatchedVfs] = []  # SQLite keeps only its address


class Faulty:
    """What SQLite and Python get to hear of the disk."""

    def __init__(self, control: Path, root: Path) -> None:
        self.control, self.root = control, str(root)

    def now(self) -> str:
        try:
            return self.control.read_text()
        except FileNotFoundError:
            return ""

    def _of_sqlite(self, what: str) -> int:
        fault = FAULTS.get(self.now())
        return fault[1].get(what, vfs.OK) if fault else vfs.OK

    def write(self, _path: str, _offset: int, _data: bytes) -> int:
        return self._of_sqlite("write")

    def truncate(self, _path: str, _size: int) -> int:
        return self._of_sqlite("truncate")

    def sync(self, _path: str) -> int:
        return self._of_sqlite("sync")

    def delete(self, _path: str) -> int:
        return vfs.OK

    def synced(self, _path: str) -> None:
        return

    def fail(self, path: str) -> None:
        """Raises OSError while there is a fault, for what lies below `root`."""
        fault = FAULTS.get(self.now()) if path.startswith(self.root) else None
        if fault:
            raise OSError(fault[0], os.strerror(fault[0]), path)

    def fsync(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def fsync(descriptor: int) -> None:
            self.fail(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
            real(descriptor)

        return fsync

    def open(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def opened(file: Any, mode: str = "r", *more: Any, **named: Any) -> Any:  # noqa: ANN401
            if not isinstance(file, int) and mode.strip("bt") != "r" and self.now() != "flushing":
                self.fail(os.path.abspath(os.fspath(file)))  # noqa: PTH100 - also bytes
            return real(file, mode, *more, **named)

        return opened

    def os_open(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def opened(path: Any, flags: int, *more: Any, **named: Any) -> Any:  # noqa: ANN401
            if flags & _WRITES and self.now() != "flushing":
                self.fail(os.path.abspath(os.fspath(path)))  # noqa: PTH100
            return real(path, flags, *more, **named)

        return opened


def install() -> None:
    faulty = Faulty(Path(os.environ[CONTROL]), Path(os.environ["PATHFOLIO_DATA"]))
    _installed.append(vfs.WatchedVfs("faulty", faulty, default=True))
    opened = faulty.open(io.open)
    replaced: list[tuple[Any, str, Callable[..., Any]]] = [
        (os, "fsync", faulty.fsync(os.fsync)), (os, "open", faulty.os_open(os.open)),
        (io, "open", opened), (builtins, "open", opened),
    ]  # fmt: skip
    for place, name, function in replaced:
        setattr(place, name, function)
