"""Writing files so that they survive a power cut."""

import os
import secrets
import shutil
import stat
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


def open_plain(path: Path) -> BinaryIO:
    """Opens a file that a child process may have made: never what a link names, never a pipe that blocks.

    Raises:
        OSError: it is no plain file.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"not a plain file: {path.name}")
    return os.fdopen(descriptor, "rb")


def copy_into(out: BinaryIO, source: Path) -> None:
    """Appends the bytes of `source`, a plain file."""
    with open_plain(source) as file:
        shutil.copyfileobj(file, out, 1 << 20)


def flush(out: BinaryIO) -> None:
    """Returns when the bytes are on the disk; comes before the rename that makes them visible."""
    out.flush()
    os.fsync(out.fileno())


def make_folder(folder: Path, mode: int = 0o777) -> None:
    """Makes a folder, and those above it, so that they survive a power cut with what is put into them."""
    if folder.is_dir():
        return
    make_folder(folder.parent, mode)
    folder.mkdir(mode, exist_ok=True)
    flush_folder(folder.parent)


def flush_tree(folder: Path) -> None:
    """Makes all names below a folder durable; the files themselves were flushed."""
    for each in folder.rglob("*"):
        if each.is_dir():
            flush_folder(each)
    flush_folder(folder)


def flush_folder(folder: Path) -> None:
    """Makes the names inside the folder durable: a file that was flushed is found again only by its name."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
