"""A disk of a few megabytes that really is full when it is: a tmpfs, where this process may mount one."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

BALLAST = "ballast"


@dataclass
class SmallDisk:
    path: Path

    def fill(self) -> None:
        """Takes all room that is left."""
        with suppress(OSError), (self.path / BALLAST).open("ab", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                with suppress(OSError):
                    while file.write(bytes(size)) == size:
                        pass

    def make_room(self) -> None:
        (self.path / BALLAST).unlink(missing_ok=True)

    @property
    def free(self) -> int:
        return shutil.disk_usage(self.path).free


@contextmanager
def small_disk(megabytes: int) -> Iterator[SmallDisk]:
    """Raises PermissionError where nothing can be mounted."""
    path = Path(tempfile.mkdtemp(prefix="pathfolio-disk-"))
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0777", "none", str(path)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode:
        path.rmdir()
        raise PermissionError(errno.EPERM, mounted.stderr.strip() or os.strerror(errno.EPERM))
    try:
        yield SmallDisk(path)
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)
        path.rmdir()
