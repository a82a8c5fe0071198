"""Moving stored files from one store to the other while everything goes on.

Each file is copied, read back and hashed on the other side; only then its rows say that it lies there. So a move may
be killed at any moment and begun again. The old copy stays as long as a backup may lead to it, and is then collected.
"""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from pathfolio import clock
from pathfolio.db import read, run_write
from pathfolio.uploads.models import KEPT, OPEN, VERIFYING, WRONG_BYTES, Upload
from pathfolio.uploads.removing import remove_later
from pathfolio.uploads.storage import names, store
from pathfolio_media.store import NoSuchObjectError, Store

UNTYPED = "application/octet-stream"
EVERY = 100
Say = Callable[[str], None]


@dataclass(frozen=True)
class File:
    """One stored original with all that was made from it; `sha256` where it is known what it must be."""

    school: str
    key: str
    size: int
    mime: str
    sha256: str | None


@dataclass
class Moved:
    """What a move did, or (in a dry run) would do. `waiting` files were not yet checked; `problems` are sentences."""

    files: int = 0
    bytes: int = 0
    waiting: int = 0
    problems: list[str] = field(default_factory=list)


class DamagedCopyError(Exception):
    """What was copied is not what it must be; the message says which and how."""


def move(to: str, say: Say, *, school: str | None = None, dry_run: bool = False) -> Moved:
    """Moves every file that does not lie in the store `to`, of one school or of all.

    Raises StoreError when a store is away; what was moved until then stays moved.
    """
    # A store that is not there must be told before the first file.
    store(to).size("selftest/2026/nothing")
    found = Moved()
    theirs = [Upload.place != to, *([Upload.school == school] if school else [])]
    with read() as session:
        on_the_way = select(func.count()).where(*theirs, Upload.state.in_((OPEN, VERIFYING)))
        found.waiting = session.scalar(on_the_way) or 0
    for place, each in _stored(theirs):
        if not dry_run:
            try:
                copied = _move(each, place, to)
            except DamagedCopyError as problem:
                found.problems.append(str(problem))
                continue
            if not copied:
                continue
        found.files += 1
        found.bytes += each.size
        if found.files % EVERY == 0 and not dry_run:
            say(f"{found.files} files, {found.bytes / 1e6:.0f} MB so far.")
    return found


def _stored(theirs: list[ColumnElement[bool]]) -> Iterator[tuple[str, File]]:
    """(place, file), each once, however many uploads of the same bytes it stands for."""
    at_rest = Upload.state.not_in((OPEN, VERIFYING))
    with read() as session:
        rows = session.scalars(
            select(Upload).where(*theirs, at_rest).order_by(Upload.school, Upload.key, Upload.id)
        ).all()
    seen = set()
    for row in rows:
        # Of what was refused for its bytes nothing is kept.
        if (row.school, row.key) in seen or row.code == WRONG_BYTES:
            continue
        seen.add((row.school, row.key))
        known = row.sha256 if row.state in KEPT else None
        yield row.place, File(row.school, row.key, row.size, row.found or UNTYPED, known)


def _move(file: File, place: str, to: str) -> bool:
    """False when the file is no longer there to be moved. Raises DamagedCopyError."""
    source, target = store(place), store(to)
    copied = [name for name in names(file.key) if _copied(file, name, source, target)]
    moved = run_write(lambda session: _switch(session, file, place, to, found=file.key in copied))
    if moved is None:
        raise DamagedCopyError(f"{file.key} is missing where it should be.")
    return moved


def _copied(file: File, name: str, source: Store, target: Store) -> bool:
    """Whether there is such an object; afterwards the same bytes are in both stores. Raises DamagedCopyError."""
    is_original = name == file.key
    try:
        with source.local(name) as path:
            digest = _hash_file(path)
            if is_original and file.sha256 and digest != file.sha256:
                raise DamagedCopyError(f"{name} is not what was sent.")
            if _hash(target, name) != digest:
                mime = file.mime if is_original else mimetypes.guess_type(name)[0] or UNTYPED
                target.put(name, path, mime=mime)
                if _hash(target, name) != digest:
                    raise DamagedCopyError(f"{name} came out different on the other side.")
    except NoSuchObjectError:
        return False
    return True


def _switch(session: Session, file: File, place: str, to: str, *, found: bool) -> bool | None:
    """Lets every row of the file say that it lies there now; whether there was one. None: it must not, see `found`."""
    rows = session.scalars(_rows(file).where(Upload.place == place).with_for_update()).all()
    if rows and file.sha256 and not found:
        return None
    for row in rows:
        # The old copy is kept from today on for as long as backups are.
        row.place, row.touched = to, clock.now()
    if session.scalars(_rows(file).limit(1)).first() is None:
        # It was erased while we copied, and must not come back by us.
        remove_later(session, to, file.key)
    return bool(rows)


def _rows(file: File) -> Select[Upload]:
    return select(Upload).where(Upload.school == file.school, Upload.key == file.key)


def _hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _hash(where: Store, name: str) -> str | None:
    """SHA-256 of an object as the store gives it back; None where there is none."""
    digest = hashlib.sha256()
    try:
        for piece in where.read(name):
            digest.update(piece)
    except NoSuchObjectError:
        return None
    return digest.hexdigest()
