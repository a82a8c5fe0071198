"""The ledger of erasures: outside of the database, so that no backup brings anybody back."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from flask import current_app

from pathfolio_media.files import flush_folder

NAME = "erased.jsonl"


@dataclass(frozen=True)
class Entry:
    """One erased person, with the ids (and nothing else) of all that was theirs."""

    school: str
    person: str
    at: str
    records: list[str]


def path() -> Path:
    return Path(current_app.extensions["pathfolio.settings"].data) / NAME


def append(entry: Entry) -> None:
    """Write an entry and flush it to the disk."""
    with path().open("a", encoding="ascii") as file:
        file.write(json.dumps(asdict(entry)) + "\n")
        file.flush()
        os.fsync(file.fileno())
    flush_folder(path().parent)  # the first entry also made the file


def entries() -> Iterator[Entry]:
    """All entries. A last line cut by a power failure was never followed by its erasure."""
    if not path().exists():
        return
    for line in path().read_text("ascii").splitlines():
        try:
            yield Entry(**json.loads(line))
        except (ValueError, TypeError):
            continue
