"""The high-water file: how far the log had come, kept outside of the database.

A database restored from a backup is behind it; then a new epoch begins (docs/protocol.md, "Restore").
It is written and flushed after commits, at most once a second, and holds the newest cursors of the
spaces written last, not all of them.
"""

from __future__ import annotations

import atexit
import fcntl
import json
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import current_app

from pathfolio.log import log
from pathfolio_media.files import flush_folder

NAME = "highwater.json"
SECONDS = 1.0
MOST_SPACES = 256
_EXTENSION = "pathfolio.highwater"

Marks = dict[str, dict[str, tuple[int, str]]]


class HighWater:
    """The file, and what this process has not written to it yet."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._waiting: Marks = {}
        self._lock = threading.Lock()
        self._written = 0.0
        self._timer: threading.Timer | None = None

    def note(self, school: str, marks: Mapping[str, tuple[int, str]]) -> None:
        """Take note of new heads `{space: (seq, chain)}`; the file follows within a second."""
        with self._lock:
            self._waiting.setdefault(school, {}).update(marks)
            if time.monotonic() - self._written >= SECONDS:
                self._try()
            else:
                self._later()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One process at a time judges the file: others wait, and then read what it left."""
        with self.path.with_suffix(".start").open("w") as guard:
            fcntl.flock(guard, fcntl.LOCK_EX)
            yield

    def flush(self) -> None:
        """Write what waits, now."""
        with self._lock:
            self._try()

    def _later(self) -> None:
        if self._timer is None:
            self._timer = threading.Timer(SECONDS, self.flush)
            self._timer.daemon = True
            self._timer.start()

    def _try(self) -> None:
        """What is noted here is committed already: a disk in trouble must not turn it into a failure."""
        try:
            self._write()
        except OSError as problem:
            log.error("highwater_not_written", reason=problem.strerror)
            self._later()

    def read(self) -> Marks:
        """School -> space -> (seq, chain). A file that cannot be read counts as empty."""
        try:
            found = json.loads(self.path.read_text("ascii"))
        except (OSError, ValueError):
            return {}
        return {
            school: {space: (int(mark[0]), str(mark[1])) for space, mark in marks.items()}
            for school, marks in found.items()
        }

    def forget(self, school: str | None = None) -> None:
        """Begin anew, after a new epoch of one school or of all."""
        with self._lock:
            if school is None:
                self._waiting = {}
                self.path.unlink(missing_ok=True)
                flush_folder(
                    self.path.parent
                )  # back after a power cut, it would begin another epoch
                return
            self._waiting.pop(school, None)
            with self._written_by_one():
                kept = self.read()
                if kept.pop(school, None) is not None:
                    durable_write(self.path, json.dumps(kept))

    @contextmanager
    def _written_by_one(self) -> Iterator[None]:
        """Worker and command line write the file too."""
        with self.path.with_suffix(".lock").open("w") as guard:
            fcntl.flock(guard, fcntl.LOCK_EX)
            yield

    def _write(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        waiting = self._waiting
        if not waiting:
            return
        self._written = time.monotonic()
        with self._written_by_one():
            merged: dict[str, Any] = self.read()
            for school, marks in waiting.items():
                kept = merged.setdefault(school, {})
                for space, mark in marks.items():
                    known = kept.pop(space, (0, ""))
                    kept[space] = max(known, mark)
                merged[school] = dict(list(kept.items())[-MOST_SPACES:])
            durable_write(self.path, json.dumps(merged))
        self._waiting = {}


def durable_write(path: Path, text: str) -> None:
    """Replace a file so that after a power cut it holds the old or the new text, whole."""
    fresh = path.with_suffix(".new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    flush_folder(path.parent)


def here() -> HighWater:
    """The high-water file of the application in use."""
    found = current_app.extensions.get(_EXTENSION)
    if found is None:
        data = current_app.extensions["pathfolio.settings"].data
        found = current_app.extensions[_EXTENSION] = HighWater(Path(data) / NAME)
        atexit.register(found.flush)
    assert isinstance(found, HighWater)  # noqa: S101 - nobody else writes this extension
    return found


def note(school: str, marks: Mapping[str, tuple[int, str]]) -> None:
    here().note(school, marks)
