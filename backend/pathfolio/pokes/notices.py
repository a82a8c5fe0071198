"""What a process that wrote tells the side process, and the two ways there: PostgreSQL's NOTIFY, a datagram socket."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

CHANNEL = "pathfolio_pokes"
SOCKET = "pokes.sock"
# PostgreSQL takes payloads below 8,000 bytes; one entry is below 50.
MOST_ENTRIES = 120
# What the kernel takes as the path of a socket.
MOST_PATH = 100


@dataclass
class Notice:
    """In a school, these spaces moved to these heads (None: look anyway); these people's sessions may have ended."""

    school: str
    spaces: dict[str, int | None] = field(default_factory=dict)
    people: set[str] = field(default_factory=set)

    def join(self, spaces: Mapping[str, int | None], people: set[str]) -> None:
        """Take in what came later; a head only rises, and "look anyway" stays."""
        for space, head in spaces.items():
            known = self.spaces.get(space, 0)
            self.spaces[space] = None if known is None or head is None else max(known, head)
        self.people |= people


def encode(notice: Notice) -> Iterator[str]:
    """The notice as texts that each way can carry."""
    entries: list[tuple[str, int | None] | str] = [*notice.spaces.items(), *sorted(notice.people)]
    for start in range(0, len(entries), MOST_ENTRIES):
        part = entries[start : start + MOST_ENTRIES]
        body = {
            "school": notice.school,
            "spaces": dict(each for each in part if not isinstance(each, str)),
            "people": [each for each in part if isinstance(each, str)],
        }
        yield json.dumps(body, separators=(",", ":"))


def decode(text: str | bytes) -> Notice | None:
    """None for what is not a notice."""
    try:
        body = json.loads(text)
        spaces = {
            str(space): None if head is None else int(head)
            for space, head in body["spaces"].items()
        }
        return Notice(str(body["school"]), spaces, {str(person) for person in body["people"]})
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def socket_path(data: Path) -> Path:
    """The path of the socket in the data folder, made short where the kernel would refuse it."""
    path = data / SOCKET
    if len(os.fsencode(path)) <= MOST_PATH or not Path("/proc/self/fd").is_dir():
        return path
    return Path(f"/proc/self/fd/{_folder(data)}") / SOCKET


_folders: dict[Path, int] = {}


def _folder(data: Path) -> int:
    """An open handle of the folder, kept as long as the process lives."""
    if data not in _folders:
        _folders[data] = os.open(data, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    return _folders[data]
