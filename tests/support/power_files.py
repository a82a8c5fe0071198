"""The same for plain files: which names and which bytes a folder may hold after the power failed.

The model is POSIX's harshest: a file's bytes are there once it was flushed, its name once its folder was. Names of one
folder appear in the order in which they were given (file systems keep a journal of names); a rename is one step.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from tests.support.power import DiskLog

FOLDER = -1
"""Stands where a file's number stands for a name that is a folder."""


@dataclass(frozen=True)
class Named:
    """`path` is now the file `file` (None: nothing), and `instead_of`, its former name, is gone."""

    path: str
    file: int | None
    instead_of: str | None = None


@dataclass(frozen=True)
class FileFlushed:
    file: int
    data: bytes


@dataclass(frozen=True)
class FolderFlushed:
    """All names given in the folder before event `upto` are on the disk."""

    path: str
    upto: int


@dataclass
class FileLog:
    """Watches what this process does to the files below `root`; `skip`: those that SQLite writes."""

    root: Path
    log: DiskLog
    skip: Callable[[str], bool]
    names: dict[str, int] = field(default_factory=dict)
    base: dict[str, int] = field(default_factory=dict)
    contents: dict[int, bytes] = field(default_factory=dict)
    count: int = 0

    def __post_init__(self) -> None:
        for path in sorted(self.root.rglob("*")):
            if not self.skip(str(path)):
                self.base[str(path)] = FOLDER if path.is_dir() else self._new()
                if path.is_file():
                    self.contents[self.count] = path.read_bytes()
        self.names = dict(self.base)

    def _new(self) -> int:
        self.count += 1
        return self.count

    def _name(self, path: str, file: int | None, instead_of: str | None = None) -> None:
        if file is None:
            self.names.pop(path, None)
        else:
            self.names[path] = file
        if instead_of is not None:
            self.names.pop(instead_of, None)
        self.log.add(Named(path, file, instead_of))

    def _file(self, path: str) -> int:
        """The file of this name; one that we never saw being made was made by now."""
        if path not in self.names:
            self._name(path, self._new())
        return self.names[path]

    def _path(self, path: Any, folder: int | None = None) -> str | None:  # noqa: ANN401 - as os takes it
        """The absolute path, if it is one of ours."""
        text = os.fspath(path)
        text = text.decode() if isinstance(text, bytes) else str(text)
        if folder is not None:
            text = str(Path(f"/proc/self/fd/{folder}").readlink() / text)
        text = str(Path(text).absolute())
        ours = text.startswith(f"{self.root}/") or text == str(self.root)
        return text if ours and not self.skip(text) else None

    # ---- what stands in for the functions of `os`

    def fsync(self, real: Callable[..., Any], fd: int) -> None:
        path = self._path(Path(f"/proc/self/fd/{fd}").readlink())
        if path is None:
            real(fd)
        elif Path(path).is_dir():
            upto = self.log.now()
            real(fd)
            self.log.add(FolderFlushed(path, upto))
        else:
            data = Path(f"/proc/self/fd/{fd}").read_bytes()
            file = self._file(path)
            real(fd)
            self.log.add(FileFlushed(file, data))

    def rename(self, real: Callable[..., Any], source: Any, target: Any, **more: Any) -> None:  # noqa: ANN401
        old, new = self._path(source), self._path(target)
        real(source, target, **more)
        if old is not None and new is not None:
            self._name(new, self._file(old), old)

    def link(self, real: Callable[..., Any], source: Any, target: Any, **more: Any) -> None:  # noqa: ANN401
        old, new = self._path(source), self._path(target)
        real(source, target, **more)
        if old is not None and new is not None:
            self._name(new, self._file(old))

    def unlink(self, real: Callable[..., Any], path: Any, *, dir_fd: int | None = None) -> None:  # noqa: ANN401
        known = self._path(path, dir_fd)
        real(path, dir_fd=dir_fd)
        if known is not None:
            self._name(known, None)

    def mkdir(self, real: Callable[..., Any], path: Any, mode: int = 0o777, **more: Any) -> None:  # noqa: ANN401
        real(path, mode, **more)
        known = self._path(path)
        if known is not None:
            self._name(known, FOLDER)

    @contextmanager
    def watching(self) -> Iterator[None]:
        ways: dict[str, Callable[..., None]] = {
            "fsync": self.fsync, "rename": self.rename, "replace": self.rename, "link": self.link,
            "unlink": self.unlink, "remove": self.unlink, "rmdir": self.unlink, "mkdir": self.mkdir,
        }  # fmt: skip
        with ExitStack() as stack:
            for name, way in ways.items():
                stack.enter_context(patch.object(os, name, _around(way, getattr(os, name))))
            yield

    # ---- after a power cut

    @cached_property
    def _events(self) -> list[tuple[int, object]]:
        """Ours alone; asked for when all is recorded."""
        ours = (Named, FileFlushed, FolderFlushed)
        return [each for each in enumerate(self.log.events) if isinstance(each[1], ours)]

    def _until(self, crash: int) -> list[tuple[int, object]]:
        return self._events[: bisect_left(self._events, crash, key=lambda each: each[0])]

    def after_power_cut(self, crash: int, random: Random) -> dict[str, bytes]:
        """Path -> bytes of each file that can be reached."""
        done = self._until(crash)
        flushed = {each.path: each.upto for _, each in done if isinstance(each, FolderFlushed)}
        names, lost = dict(self.base), set[str]()
        for number, event in done:
            if isinstance(event, Named):
                folder = event.path.rpartition("/")[0]
                if number >= flushed.get(folder, 0) and random.random() < 0.5:
                    lost.add(folder)
                if folder not in lost:
                    _take(names, event)
        contents = self._contents(done, random)
        return {
            path: contents.get(file, b"")
            for path, file in names.items()
            if file != FOLDER and self._reachable(path, names)
        }

    def _reachable(self, path: str, names: dict[str, int]) -> bool:
        return all(names.get(each) == FOLDER for each in _above(path, str(self.root)))

    def _contents(self, done: list[tuple[int, object]], random: Random) -> dict[int, bytes]:
        """What was flushed last, perhaps with some of what was on its way."""
        found = dict(self.contents)
        for _, event in done:
            if isinstance(event, FileFlushed):
                found[event.file] = event.data
        later: set[int] = set()
        for _, event in self._events[len(done) : len(done) + 20]:
            if isinstance(event, FileFlushed) and event.file not in later:
                later.add(event.file)
                before = found.get(event.file, b"")
                if event.data.startswith(before):
                    end = random.randint(len(before), len(event.data))
                    found[event.file] = event.data[:end]
        return found


@cache
def _above(path: str, root: str) -> tuple[str, ...]:
    """The folders between `root` and the path."""
    return tuple(each for each in map(str, Path(path).parents) if each.startswith(f"{root}/"))


def _take(names: dict[str, int], event: Named) -> None:
    if event.file is None:
        names.pop(event.path, None)
    else:
        names[event.path] = event.file
    if event.instead_of is not None:
        names.pop(event.instead_of, None)


def _around(way: Callable[..., None], real: Callable[..., Any]) -> Callable[..., None]:
    def call(*arguments: Any, **more: Any) -> None:  # noqa: ANN401
        way(real, *arguments, **more)

    return call
