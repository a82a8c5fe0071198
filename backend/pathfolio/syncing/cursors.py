"""A device's vector, and what may be said about each of its cursors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, cast

from sqlalchemy import Row, Table, bindparam, func, select, tuple_
from sqlalchemy.orm import Session

from pathfolio.errors import Invalid
from pathfolio.syncing.models import Member, Space, SpaceChain
from pathfolio.syncing.spaces import is_space
from pathfolio_sync import CHAIN_START

MOST_SPACES = 5000
CHUNK = 400
_LARGEST = 2**53
_SPACE = cast("Table", Space.__table__)
_MEMBER = cast("Table", Member.__table__)


class Cursor(NamedTuple):
    """What a device holds of a space: up to `seq`, from `floor` on (0: all of it)."""

    seq: int
    chain: str
    floor: int

    @property
    def wire(self) -> list[int | str]:
        return list(self)


NOTHING = Cursor(0, CHAIN_START, 0)


class ImpossibleError(Exception):
    """A device claims to have seen what this server never wrote: has it lost a part of its past?"""


def parse(vector: object) -> dict[str, Cursor]:
    """The `spaces` of a pull. Raises Invalid."""
    if not isinstance(vector, dict) or len(vector) > MOST_SPACES:
        raise Invalid("The spaces must be an object of cursors.")
    return {_space(name): _cursor(each) for name, each in vector.items()}


def _space(name: object) -> str:
    if not is_space(name):
        raise Invalid("The space must be a letter, a colon and an id.")
    return str(name)


def _cursor(value: object) -> Cursor:
    if isinstance(value, list) and len(value) == 3:
        seq, chain, floor = value
        numbers = all(type(each) is int and 0 <= each < _LARGEST for each in (seq, floor))
        if numbers and isinstance(chain, str) and len(chain) == 16 and chain.isascii():
            return Cursor(seq, chain, floor)
    raise Invalid("A cursor must be [seq, chain, floor].")


_PERMITTED = (
    select(_SPACE.c.space, _SPACE.c.head, _SPACE.c.chain, _SPACE.c.live, _SPACE.c.digest)
    .join(_MEMBER, (_MEMBER.c.school == _SPACE.c.school) & (_MEMBER.c.space == _SPACE.c.space))
    .where(
        _MEMBER.c.school == bindparam("school"),
        _MEMBER.c.person == bindparam("person"),
        _SPACE.c.erased.is_(False),
    )
    .order_by(_MEMBER.c.space)  # of its key, or SQLite reads the spaces of the whole school
)


def permitted(session: Session, school: str, person: str) -> dict[str, Row[Any]]:
    """The spaces that a person may see today, with their heads, in order of name."""
    rows = session.execute(_PERMITTED, {"school": school, "person": person}).all()
    return {row[0]: row for row in cast("Sequence[Row[Any]]", rows)}


def unusable(
    session: Session, school: str, held: Mapping[str, Cursor], spaces: Mapping[str, Row[Any]]
) -> set[str]:
    """Spaces whose cursor is older than the kept chain. Raises ImpossibleError."""
    below = {
        name: cursor
        for name, cursor in held.items()
        if name in spaces and not _at_head(cursor, spaces[name])
    }
    chains = _chains(session, school, ((name, cursor.seq) for name, cursor in below.items()))
    replace = set()
    for name, cursor in below.items():
        chain = chains.get((name, cursor.seq)) if cursor.seq else CHAIN_START
        if cursor.seq > spaces[name].head or (chain is not None and chain != cursor.chain):
            raise ImpossibleError(name)
        if chain is None or (cursor.seq == 0 and _pruned(session, school, name)):
            replace.add(name)
    return replace


def _at_head(cursor: Cursor, space: Row[Any]) -> bool:
    return bool(cursor.seq == space.head and cursor.chain == space.chain)


def _pruned(session: Session, school: str, space: str) -> bool:
    """Whether the beginning of the chain is not kept any more."""
    oldest = session.scalar(
        select(func.min(SpaceChain.seq)).where(
            SpaceChain.school == school, SpaceChain.space == space
        )
    )
    return oldest is None or oldest > 1


def _chains(
    session: Session, school: str, points: Iterable[tuple[str, int]]
) -> dict[tuple[str, int], str]:
    wanted = [point for point in points if point[1]]
    found: dict[tuple[str, int], str] = {}
    for start in range(0, len(wanted), CHUNK):
        query = select(SpaceChain.space, SpaceChain.seq, SpaceChain.chain).where(
            SpaceChain.school == school,
            tuple_(SpaceChain.space, SpaceChain.seq).in_(wanted[start : start + CHUNK]),
        )
        found |= {(row.space, row.seq): row.chain for row in session.execute(query)}
    return found


def chain_at(session: Session, school: str, space: str, seq: int) -> str:
    """The chain of a space at a seq that is surely kept."""
    return session.get_one(SpaceChain, (school, space, seq)).chain
