"""Pull: what changed in the spaces a person may see today, from one snapshot."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from pathfolio import clock, db
from pathfolio.errors import Invalid
from pathfolio.log import log
from pathfolio.syncing import clients, cursors, epochs, paging
from pathfolio.syncing.cursors import Cursor, ImpossibleError
from pathfolio.syncing.envelope import client_id, mapping, schema
from pathfolio.syncing.models import Space
from pathfolio.syncing.permission import Author
from pathfolio.syncing.spaces import is_space
from pathfolio_sync import vector_hash

DEFAULT_ROWS = 500
MOST_ROWS = 2000


class Unknown:
    """The hash of a vector says too little: the device must send the vector itself.

    Not an error: a browser shows those in its console, and this happens all day.
    """

    def body(self) -> bytes:
        return b'{"send_vector":true}'


@dataclass
class Page:
    """The answer of a pull; `changes` are stored bodies, never parsed."""

    epoch: str
    confirmed: tuple[int, str] | None = None
    spaces: dict[str, Cursor] = field(default_factory=dict)
    forget: list[str] = field(default_factory=list)
    erased: list[str] = field(default_factory=list)
    replace: list[str] = field(default_factory=list)
    changes: list[bytes] = field(default_factory=list)
    more: bool = True
    digest: dict[str, str] = field(default_factory=dict)

    def body(self) -> bytes:
        """The JSON text, stored bodies joined as they are."""
        vector = {space: cursor.wire for space, cursor in self.spaces.items()}
        head = {
            "epoch": self.epoch,
            "confirmed": self.confirmed,
            "now": clock.to_wire(clock.now()),
            "spaces": vector,
            "forget": self.forget,
            "replace": self.replace,
            "more": self.more,
            "digest": self.digest,
            "vector": None if self.more else vector_hash(vector),
        } | ({"erased": self.erased} if self.erased else {})
        text = json.dumps(head, separators=(",", ":")).encode("ascii")
        return b"".join((text[:-1], b',"changes":[', b",".join(self.changes), b"]}"))


def pull(author: Author, data: object) -> Page | Unknown | None:
    """Answer a pull: a page, or for the short form None ("unchanged") or `Unknown`.

    Raises Invalid, UpdateApp, ClientOfAnother.
    """
    body = mapping(data, {"client", "epoch", "schema"})
    client = client_id(body)
    schema(body)
    try:
        with db.read() as session:
            return _answer(session, author, client, body)
    except ImpossibleError as claim:
        log.warning("impossible_cursor", actor=author.person, space=str(claim))
        epochs.claim(author.school, "cursor_unknown")
        with db.read() as session:
            return _answer(session, author, client, body, believe=False)


def _answer(
    session: Session, author: Author, client: str, body: dict[str, Any], *, believe: bool = True
) -> Page | Unknown | None:
    epoch = epochs.current(session, author.school)
    if body["epoch"] is not None and body["epoch"] != epoch:
        return Page(epoch)
    spaces = cursors.permitted(session, author.school, author.person)
    if "vector" in body:
        whole = {name: [row.head, row.chain, 0] for name, row in spaces.items()}
        return None if body["vector"] == vector_hash(whole) else Unknown()
    held = cursors.parse(body.get("spaces"))
    confirmed = clients.confirmed(session, author.school, author.person, client)
    page = Page(epoch)
    page.forget = sorted(held.keys() - spaces.keys())
    page.erased = _erased(session, author.school, page.forget)
    kept = {name: cursor for name, cursor in held.items() if name in spaces}
    page.replace = sorted(
        _unusable(session, author.school, kept, spaces, believe=believe)
        | (_mismatch(author, body) & kept.keys())
    )
    unsure = _spaces(body, "unsure")
    rows = _limit(body)
    start = {name: cursor for name, cursor in kept.items() if name not in page.replace}
    feed = paging.feed(session, author.school, spaces, start, rows)
    page.spaces, page.changes, page.more = feed.spaces, feed.bodies, feed.more
    if not page.more:
        page.confirmed = confirmed
        page.digest = {
            name: f"{spaces[name].live}:{spaces[name].digest}"
            for name, cursor in page.spaces.items()
            if kept.get(name) != cursor or name in page.replace or name in unsure
        }
    return page


def _unusable(
    session: Session,
    school: str,
    held: dict[str, Cursor],
    spaces: dict[str, Row[Any]],
    *,
    believe: bool,
) -> set[str]:
    try:
        return cursors.unusable(session, school, held, spaces)
    except ImpossibleError:
        if believe:
            raise
        # A claim that begins no new epoch: each impossible cursor is answered by itself.
        return {
            name for name, cursor in held.items() if _odd(session, school, name, cursor, spaces)
        }


def _odd(
    session: Session, school: str, name: str, cursor: Cursor, spaces: dict[str, Row[Any]]
) -> bool:
    try:
        return bool(cursors.unusable(session, school, {name: cursor}, spaces))
    except ImpossibleError:
        return True


def _erased(session: Session, school: str, forget: list[str]) -> list[str]:
    query = select(Space.space).where(
        Space.school == school, Space.space.in_(forget), Space.erased.is_(True)
    )
    return sorted(session.scalars(query)) if forget else []


def _mismatch(author: Author, body: dict[str, Any]) -> set[str]:
    """Spaces whose digest did not fit on the device: told to the operator, and sent anew."""
    found = _spaces(body, "mismatch")
    for space in sorted(found):
        log.warning("digest_mismatch", actor=author.person, space=space)
    return found


def _spaces(body: dict[str, Any], key: str) -> set[str]:
    found = body.get(key, [])
    if not isinstance(found, list) or not all(map(is_space, found)):
        raise Invalid(f"The {key} must be a list of spaces.")
    return set(found)


def _limit(body: dict[str, Any]) -> int:
    limit = body.get("limit", DEFAULT_ROWS)
    if type(limit) is not int or limit < 1:
        raise Invalid("The limit must be a whole number from 1 on.")
    return min(limit, MOST_ROWS)
