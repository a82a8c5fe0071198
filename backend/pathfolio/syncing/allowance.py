"""How much of words and tags one person may send within a day, so that no account fills the school's disk: a row each.

A bucket that leaks (GCRA, as in telephone exchanges): `until` moves ahead by what was sent and is never more than two
days ahead. Whoever is a day ahead is asked to wait, and keeps everything; a little later there is room again.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, cast

from sqlalchemy import BindParameter, Table, bindparam, case, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from pathfolio import clock, settings
from pathfolio.errors import TooMany
from pathfolio.syncing.envelope import Sent
from pathfolio.syncing.models import Allowance

DAY = 86_400_000
SHORTEST_WAIT = 30  # seconds
ROWS = 512
"""Bytes that the smallest change takes besides its own: its rows in history, chain and indexes."""

_TABLE = cast("Table", Allowance.__table__)
_UNTIL = select(_TABLE.c.until).where(
    _TABLE.c.school == bindparam("school"), _TABLE.c.person == bindparam("person")
)


def _charge(made: Any) -> Any:  # noqa: ANN401 - an INSERT of either database
    now: BindParameter[int] = bindparam("now")
    cost: BindParameter[int] = bindparam("cost")
    farthest = now + 2 * DAY
    # What is farther ahead was written under a clock that was wrong.
    owed = case((_TABLE.c.until.between(now, farthest), _TABLE.c.until), else_=now) + cost
    return made.values(
        school=bindparam("school"), person=bindparam("person"), until=now + cost
    ).on_conflict_do_update(
        index_elements=["school", "person"],
        set_={"until": case((owed > farthest, farthest), else_=owed)},
    )


_CHARGES = {
    "sqlite": _charge(sqlite.insert(_TABLE)),
    "postgresql": _charge(postgresql.insert(_TABLE)),
}


def demand(session: Session, school: str, person: str) -> None:
    """Raises TooMany for whoever sent more than a day's worth."""
    until = session.scalar(_UNTIL, {"school": school, "person": person}) or 0
    ahead = until - _now()
    if DAY <= ahead <= 2 * DAY:
        raise TooMany(
            "Very much was sent from this account today. Your work is kept on this device, and sending goes on "
            "by itself after a while.",
            seconds=max(SHORTEST_WAIT, math.ceil((ahead - DAY) / 1000)),
            slug="daily_limit",
        )


def charge(session: Session, school: str, person: str, sent: Iterable[Sent]) -> None:
    """Counts what is being written, in its own transaction; after the client's lock and before those of spaces."""
    size = sum(each.size + ROWS for each in sent)
    if size:
        cost = min(DAY, math.ceil(size * DAY / settings.current().daily_changes))
        values = {"school": school, "person": person, "now": _now(), "cost": cost}
        session.execute(_CHARGES[session.get_bind().dialect.name], values)


def _now() -> int:
    return int(clock.now().timestamp() * 1000)
