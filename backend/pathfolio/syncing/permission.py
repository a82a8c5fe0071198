"""Who may do what to a record: plain functions over roles in spaces, today's, under the lock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pathfolio.records import Kind, Writer
from pathfolio.records.check import RefusedError

OWNER, TEACHER, STUDENT, PEER = "owner", "teacher", "student", "peer"
_CREATORS = {
    Writer.OWNER: {OWNER},
    Writer.TEACHER: {TEACHER},
    Writer.READER: {OWNER, TEACHER},
    Writer.SELF: {OWNER},
}


@dataclass(frozen=True)
class Author:
    """Whose mutation it is, and from which device database."""

    school: str
    person: str
    role: str
    client: str | None = None
    active: bool = True  # somebody who left may read, not write


def forbidden(sentence: str) -> RefusedError:
    return RefusedError("forbidden", sentence)


CLOSED = "This account is closed. What you wrote is kept in your own list."
NOT_HERE = "This is not here for you any more. What you wrote is kept in your own list."


def may_create(kind: Kind, author: Author, space: str, roles: Mapping[str, str]) -> None:
    """Raises RefusedError unless the author may make a record of `kind` in `space`."""
    if kind.creator is Writer.SERVER:
        raise forbidden(f"Only the school itself writes a {kind.name}.")
    role = roles.get(space)
    if role is None:
        raise forbidden(NOT_HERE)
    if kind.creator is Writer.TEACHER and space == f"u:{author.person}":
        # A draft: nobody else reads it, and it is judged again when it is published.
        if author.role == "student":
            raise forbidden(f"Only teachers write a {kind.name}.")
        return
    if role not in _CREATORS[kind.creator]:
        raise forbidden(f"You may read here, but not add a {kind.name}.")


def may_change(kind: Kind, by: str, author: Author, space: str, roles: Mapping[str, str]) -> None:
    """Raises RefusedError unless the author may change a record that `by` made in `space`."""
    role = roles.get(space)
    if role is None:
        raise forbidden(NOT_HERE)
    if kind.creator is Writer.SERVER:
        raise forbidden(f"Only the school itself changes a {kind.name}.")
    if by != author.person and not (space.startswith("g:") and role == OWNER and not kind.about):
        raise forbidden("Only the person who wrote this may change it.")
    if role not in _CREATORS[kind.creator] and space != f"u:{author.person}":
        raise forbidden(f"You may read this {kind.name}, but not change it.")


def may_delete_notice(author: Author, space: str, op: str) -> None:
    """A person's own list: its entries may be thrown away or brought back, nothing else."""
    if space != f"u:{author.person}":
        raise forbidden(NOT_HERE)
    if op not in {"delete", "restore"}:
        raise forbidden("An entry of this list can only be thrown away or brought back.")
