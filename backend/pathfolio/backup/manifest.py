"""The list of what is in a backup: each file's SHA-256 and size, and how many rows each table had."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

FORMAT = 1
NAME = "manifest.json"
PIECE = 1 << 20


class BackupError(Exception):
    """Taking or putting back is not possible; the message says why and what to do."""


@dataclass
class Manifest:
    """`files`: path below the backup -> [SHA-256, bytes]; `rows`: table -> count in the snapshot."""

    made: str
    version: str
    database: str
    revision: str
    format: int = FORMAT
    files: dict[str, list[str | int]] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Last of all, flushed: a folder without it is not a backup."""
        path = folder / NAME
        with path.open("w", encoding="utf-8") as file:
            json.dump(asdict(self), file, indent=1, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Raises BackupError when the folder is not a whole backup of a known format."""
        try:
            found = json.loads((folder / NAME).read_text("utf-8"))
        except FileNotFoundError:
            raise BackupError(f"{folder} is not a backup: it has no {NAME}.") from None
        except ValueError:
            raise BackupError(f"{folder / NAME} is damaged; use another backup.") from None
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            raise BackupError(
                f"{folder} was made by another version of Pathfolio, which must restore it."
            )
        return cls(**found)

    def damaged(self, folder: Path) -> Iterator[str]:
        """The paths whose bytes are missing or not what they were."""
        for name, (digest, size) in self.files.items():
            path = folder / name
            if not path.is_file() or path.stat().st_size != size or hash_file(path) != digest:
                yield name


def hash_file(path: Path) -> str:
    """SHA-256 in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def copy_hashed(pieces: Iterator[bytes], target: Path) -> list[str | int]:
    """Writes and flushes `pieces`; returns what the manifest says of the file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with target.open("wb") as file:
        for piece in pieces:
            digest.update(piece)
            size += len(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return [digest.hexdigest(), size]


def pieces_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece
