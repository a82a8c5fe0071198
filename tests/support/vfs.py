"""Stands between SQLite and the disk: sees every write, truncation, flush and deletion, and may let it fail.

A VFS of the very SQLite that this interpreter's `sqlite3` runs on, made with ctypes: it copies the operating
system's own VFS and replaces a few functions. So the server's own code, with its own pragmas, is what is watched;
nothing is compiled.
Structures: https://sqlite.org/c3ref/vfs.html and https://sqlite.org/c3ref/io_methods.html.
"""

from __future__ import annotations

import _sqlite3
import ctypes
from collections.abc import Callable
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int64, c_void_p
from typing import Protocol

OK, ERROR = 0, 1
IOERR_WRITE, IOERR_FSYNC, IOERR_TRUNCATE, FULL = 778, 1034, 1546, 13

_Open = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, c_void_p)
_Delete = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)
_Write = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_Truncate = CFUNCTYPE(c_int, c_void_p, c_int64)
_Sync = CFUNCTYPE(c_int, c_void_p, c_int)
_Close = CFUNCTYPE(c_int, c_void_p)


class _Vfs(Structure):
    _fields_ = [
        ("iVersion", c_int),
        ("szOsFile", c_int),
        ("mxPathname", c_int),
        ("pNext", c_void_p),
        ("zName", c_char_p),
        ("pAppData", c_void_p),
        ("xOpen", _Open),
        ("xDelete", _Delete),
        ("others", c_void_p * 14),
    ]


class _Methods(Structure):
    _fields_ = [
        ("iVersion", c_int),
        ("xClose", _Close),
        ("xRead", c_void_p),
        ("xWrite", _Write),
        ("xTruncate", _Truncate),
        ("xSync", _Sync),
        ("others", c_void_p * 13),
    ]


class _File(Structure):
    _fields_ = [("pMethods", POINTER(_Methods))]


class Watcher(Protocol):
    """Each is called before SQLite's wish is done; anything but OK is what SQLite gets to hear instead of it."""

    def write(self, path: str, offset: int, data: bytes, /) -> int: ...

    def truncate(self, path: str, size: int, /) -> int: ...

    def sync(self, path: str, /) -> int: ...

    def delete(self, path: str, /) -> int: ...

    def synced(self, path: str, /) -> None:
        """The flush is done."""
        ...


class NoSuchInterfaceError(RuntimeError):
    """This interpreter's SQLite hides its C interface."""


def _library() -> ctypes.CDLL:
    # The module itself, so that what is found is the library that it was linked with, not another one of that name.
    library = ctypes.CDLL(_sqlite3.__file__)
    if not hasattr(library, "sqlite3_vfs_register"):
        raise NoSuchInterfaceError("this Python's sqlite3 was linked without its C interface")
    library.sqlite3_vfs_find.restype = POINTER(_Vfs)
    library.sqlite3_vfs_find.argtypes = [c_char_p]
    library.sqlite3_vfs_register.argtypes = [c_void_p, c_int]
    library.sqlite3_vfs_unregister.argtypes = [c_void_p]
    return library


class WatchedVfs:
    """Registered under `name` (in a URL: `?vfs=name&uri=true`), or as what every connection uses."""

    def __init__(self, name: str, watcher: Watcher, *, default: bool = False) -> None:
        """Raises NoSuchInterfaceError."""
        self.library = _library()
        self.watcher = watcher
        self.paths: dict[int, str] = {}
        self._methods: dict[int, tuple[_Methods, _Methods]] = {}
        self._real = self.library.sqlite3_vfs_find(None)
        self._name = name.encode()
        self._vfs = _Vfs()
        ctypes.memmove(ctypes.byref(self._vfs), self._real, ctypes.sizeof(_Vfs))
        self._vfs.zName, self._vfs.pNext = self._name, None
        self._vfs.xOpen, self._vfs.xDelete = _Open(self._open), _Delete(self._delete)
        # The system's VFS needs its own description, for example to find the way of locking.
        self._vfs.szOsFile = self._real.contents.szOsFile
        self.library.sqlite3_vfs_register(ctypes.byref(self._vfs), int(default))

    def unregister(self) -> None:
        self.library.sqlite3_vfs_unregister(ctypes.byref(self._vfs))

    def _open(self, _vfs: int, name: int, file: int, flags: int, out: int) -> int:
        result = int(self._real.contents.xOpen(self._real_address(), name, file, flags, out))
        opened = _File.from_address(file)
        if result == OK and name and opened.pMethods:
            self.paths[file] = ctypes.string_at(name).decode()
            self._wrap(opened)
        return result

    def _real_address(self) -> int:
        return ctypes.addressof(self._real.contents)

    def _wrap(self, opened: _File) -> None:
        address = ctypes.addressof(opened.pMethods.contents)
        if address not in self._methods:
            real = opened.pMethods.contents
            own = _Methods()
            ctypes.memmove(ctypes.byref(own), ctypes.byref(real), ctypes.sizeof(_Methods))
            own.xWrite = _Write(self._writing(real))
            own.xTruncate = _Truncate(self._truncating(real))
            own.xSync = _Sync(self._syncing(real))
            own.xClose = _Close(self._closing(real))
            self._methods[address] = (own, real)
        opened.pMethods = ctypes.pointer(self._methods[address][0])

    def _writing(self, real: _Methods) -> Callable[[int, int, int, int], int]:
        def write(file: int, data: int, count: int, offset: int) -> int:
            said = self.watcher.write(self.paths[file], offset, ctypes.string_at(data, count))
            return said or int(real.xWrite(file, data, count, offset))

        return write

    def _truncating(self, real: _Methods) -> Callable[[int, int], int]:
        def truncate(file: int, size: int) -> int:
            said = self.watcher.truncate(self.paths[file], size)
            return said or int(real.xTruncate(file, size))

        return truncate

    def _syncing(self, real: _Methods) -> Callable[[int, int], int]:
        def sync(file: int, flags: int) -> int:
            path = self.paths[file]
            result = self.watcher.sync(path) or int(real.xSync(file, flags))
            if result == OK:
                self.watcher.synced(path)
            return result

        return sync

    def _closing(self, real: _Methods) -> Callable[[int], int]:
        def close(file: int) -> int:
            self.paths.pop(file, None)
            return int(real.xClose(file))

        return close

    def _delete(self, _vfs: int, name: bytes, durable: int) -> int:
        said = self.watcher.delete(name.decode())
        return said or int(self._real.contents.xDelete(self._real_address(), name, durable))
