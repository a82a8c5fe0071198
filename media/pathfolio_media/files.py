"""Writing files so that they survive a power cut."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def new_file(folder: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """A new file of mode 0600 under a name of its own, removed at the end unless renamed meanwhile."""
    path = folder / secrets.token_hex(16)
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            yield path, out
    finally:
        path.unlink(missing_ok=True)


def copy_into(out: BinaryIO, source: Path) -> None:
    """Appends the bytes of `source`."""
    with source.open("rb") as file:
        shutil.copyfileobj(file, out, 1 << 20)


def flush(out: BinaryIO) -> None:
    """Returns when the bytes are on the disk; comes before the rename that makes them visible."""
    out.flush()
    os.fsync(out.fileno())


def flush_folder(folder: Path) -> None:
    """Makes renames inside the folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
