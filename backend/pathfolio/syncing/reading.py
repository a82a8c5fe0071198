"""The history of a record that its reader may see, as far as they may see the spaces it was written in."""

from __future__ import annotations

import json
from typing import Any, cast

from sqlalchemy import RowMapping, Table, exists, select
from sqlalchemy.orm import aliased

from pathfolio import clock, db
from pathfolio.errors import NotFound
from pathfolio.syncing.models import ERASED, History, Member, Record
from pathfolio.syncing.permission import Author
from pathfolio.uploads.replaced import dimmed_text, of_others

PAGE = 50
_HISTORY = cast("Table", History.__table__)


def history(author: Author, record: str, before: int | None) -> bytes:
    """One page, newest first, as JSON text; stored values joined as they are. Raises NotFound."""
    today = aliased(Member)
    # Work that was made private takes its whole past along.
    seen_today = exists().where(
        Record.school == author.school,
        Record.record == record,
        Record.gone.is_(False),
        Record.space == today.space,
        today.school == author.school,
        today.person == author.person,
    )
    with db.read() as session:
        query = (
            select(_HISTORY)
            .join(
                Member,
                (Member.school == _HISTORY.c.school) & (Member.space == _HISTORY.c.space),
            )
            .where(
                _HISTORY.c.school == author.school,
                _HISTORY.c.record == record,
                _HISTORY.c.op != ERASED,
                Member.person == author.person,
                seen_today,
            )
            .order_by(_HISTORY.c.rev.desc())
            .limit(PAGE + 1)
        )
        if before is not None:
            query = query.where(_HISTORY.c.rev < before)
        rows = session.execute(query).mappings().all()
        replaced = of_others(session, author.school, record, author.person)
    if not rows and before is None:
        raise NotFound("There is no history here, or you may not see it.")
    shown = rows[:PAGE]
    following = str(shown[-1]["rev"]) if len(rows) > PAGE else "null"
    entries = b",".join(_entry(row, replaced) for row in shown)
    return b'{"entries":[' + entries + b'],"next":' + following.encode("ascii") + b"}"


def _entry(row: RowMapping, replaced: frozenset[str]) -> bytes:
    head: dict[str, Any] = {
        "id": row["id"],
        "rev": row["rev"],
        "op": row["op"],
        "field": row["field"],
        "by": row["by"],
        "at": clock.to_wire(row["time"]),
        "status": row["status"],
    }
    text = json.dumps(head, separators=(",", ":")).encode("ascii")[:-1]
    parts = [text, b',"value":', dimmed_text(row["value"], replaced)]
    if row["superseded"] is not None:
        parts += [b',"superseded":', dimmed_text(row["superseded"], replaced)]
    return b"".join((*parts, b"}"))
