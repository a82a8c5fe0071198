"""What a running server can check of what Pathfolio promises, in the words of a school's IT person."""

from __future__ import annotations

from dataclasses import dataclass

RESTORE = (
    "Keep the data folder as it is. Restore the newest backup into an empty place (docs/operations.md, Restore): "
    "devices then offer what it lacks."
)
REBUILD = "Run `pathfolio rebuild`, which makes it anew from the work itself, and verify again."
AGAIN = "Restart Pathfolio: it begins a new epoch, and devices offer what is lacking."
FILES = "Restore the files named here from a backup (`media/`), under the same names."
ERASE = "Run `pathfolio user delete` for them again."
ASK = "Keep the data folder as it is and report it with this text; it holds no names and no words of anybody."


@dataclass(frozen=True)
class Promise:
    """`name` is stable, for programs; `unit` is what is counted; `advice` is what to do where it is broken."""

    name: str
    title: str
    unit: str
    advice: str


PROMISES = (
    Promise("database", "The database is whole", "databases", RESTORE),
    Promise("order", "Every change has its place in one unbroken order", "changes", RESTORE),
    Promise("digests", "What devices compare with fits what is stored", "audiences", REBUILD),
    Promise("records", "Every piece of work reads as it was written", "records", REBUILD),
    Promise("history", "The last change of everything is in its history", "records", RESTORE),
    Promise("buried", "What was thrown away for good stays away", "records", ASK),
    Promise("erased", "Who was erased on request is gone", "people", ERASE),
    Promise("members", "Everybody sees what the class lists say, nobody more", "memberships", ASK),
    Promise("devices", "What devices were told to be safe was taken", "devices", RESTORE),
    Promise("restore", "The database is as new as it ever was", "audiences", AGAIN),
    Promise("shown", "Every file that work shows is known, with its true state", "files shown", REBUILD),
    Promise("files", "Every file is there, byte by byte as it was sent", "files", FILES),
)  # fmt: skip
BY_NAME = {promise.name: promise for promise in PROMISES}
