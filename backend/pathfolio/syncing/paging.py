"""Which rows of which spaces go into one page.

First what changed above each cursor, oldest first; then, for spaces that the device does not hold
whole, older rows, newest first, shared out so that every space shows something early.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import Row, Table, or_, select
from sqlalchemy.orm import Session

from pathfolio.syncing import cursors
from pathfolio.syncing.cursors import Cursor
from pathfolio.syncing.models import Record

MOST_BYTES = 4 * 1024 * 1024
_RECORD = cast("Table", Record.__table__)


@dataclass
class Feed:
    """The rows of a page, and where each space stands after it."""

    spaces: dict[str, Cursor] = field(default_factory=dict)
    bodies: list[bytes] = field(default_factory=list)
    more: bool = False
    size: int = 0

    def take(self, body: bytes) -> None:
        self.bodies.append(body)
        self.size += len(body)

    @property
    def full(self) -> bool:
        return self.size >= MOST_BYTES


def feed(
    session: Session,
    school: str,
    spaces: Mapping[str, Row[Any]],
    held: Mapping[str, Cursor],
    limit: int,
) -> Feed:
    """At most `limit` rows for a device that holds `held` of `spaces`."""
    page = Feed()
    for name, space in spaces.items():
        cursor = held.get(name)
        if cursor is None:
            # Lacking: all of it is older than the head.
            floor = space.head + 1 if space.head else 0
            page.spaces[name] = Cursor(space.head, space.chain, floor)
        elif cursor.seq == space.head:
            page.spaces[name] = cursor
        else:
            page.spaces[name] = _newer(session, school, page, space, cursor, limit)
    _older(session, school, page, limit)
    return page


def _newer(  # noqa: PLR0917 - what is asked, and where the answer goes
    session: Session, school: str, page: Feed, space: Row[Any], cursor: Cursor, limit: int
) -> Cursor:
    """Rows above the cursor. Those that left before the device could hold them are not told."""
    room = limit - len(page.bodies)
    if room <= 0 or page.full:
        page.more = True
        return cursor
    query = (
        select(_RECORD.c.seq, _RECORD.c.body)
        .where(
            _RECORD.c.school == school,
            _RECORD.c.space == space.space,
            _RECORD.c.seq > cursor.seq,
            or_(_RECORD.c.gone.is_(False), _RECORD.c.since <= cursor.seq),
        )
        .order_by(_RECORD.c.seq)
        .limit(room + 1)
    )
    rows = session.execute(query).all()
    for at, row in enumerate(rows):
        if at == room or page.full:
            page.more = True
            last = rows[at - 1].seq
            chain = cursors.chain_at(session, school, space.space, last)
            return Cursor(last, chain, cursor.floor)
        page.take(row.body)
    return Cursor(space.head, space.chain, cursor.floor)


def _older(session: Session, school: str, page: Feed, limit: int) -> None:
    """Rows below the floor, newest first, an equal share for each space that is not whole."""
    waiting = [name for name, cursor in page.spaces.items() if cursor.floor]
    for at, name in enumerate(waiting):
        room = limit - len(page.bodies)
        share = -(-room // (len(waiting) - at))
        if share <= 0 or page.full:
            page.more = True
            return
        cursor = page.spaces[name]
        query = (
            select(_RECORD.c.seq, _RECORD.c.body)
            .where(
                _RECORD.c.school == school,
                _RECORD.c.space == name,
                _RECORD.c.seq < cursor.floor,
                _RECORD.c.gone.is_(False),
            )
            .order_by(_RECORD.c.seq.desc())
            .limit(share + 1)
        )
        rows = session.execute(query).all()
        floor = 0
        for position, row in enumerate(rows):
            if position == share or page.full:
                floor = rows[position - 1].seq if position else cursor.floor
                page.more = True
                break
            page.take(row.body)
        page.spaces[name] = Cursor(cursor.seq, cursor.chain, floor)
