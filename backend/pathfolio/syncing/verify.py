"""Every promise that a server can check by itself: sequences, chains, digests, bodies, history."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from itertools import groupby, pairwise
from typing import Any, cast

from sqlalchemy import Row, Table, select
from sqlalchemy.orm import Session

from pathfolio import clock, db
from pathfolio.records import KINDS
from pathfolio.syncing.locks import about_of, chained, fingerprint
from pathfolio.syncing.models import History, Member, Record, Space, SpaceChain, Tombstone
from pathfolio.uploads.models import KEPT, Upload
from pathfolio.uploads.storage import store
from pathfolio_media.store import NoSuchObjectError
from pathfolio_sync import canonical

_RECORD = cast("Table", Record.__table__)


def problems(*, media: bool = True) -> list[str]:
    """One sentence for each thing that is not as it must be; `media` also hashes stored files."""
    with db.read() as session:
        found = [
            sentence
            for space in session.scalars(select(Space).order_by(Space.school, Space.space))
            for sentence in check_space(session, space)
        ]
        found += check_members(session)
    if media:
        found += check_media()
    return found


def check_space(session: Session, space: Space) -> Iterator[str]:
    yield from (sentence for _, sentence in faults(session, space))


def faults(session: Session, space: Space) -> Iterator[tuple[str, str]]:
    """(what was promised, what is wrong) for one space; the promises are named in `health.promises`."""
    name = f"space {space.space}"
    rows = session.execute(
        select(_RECORD).where(_RECORD.c.school == space.school, _RECORD.c.space == space.space)
    ).all()
    yield from (("order", f"{name}: {sentence}") for sentence in _chain(session, space, rows))
    live = [row for row in rows if not row.gone]
    digest = 0
    for row in live:
        digest ^= fingerprint(row.record, row.seq, [row.rev, row.rev_id])
        yield from (("records", f"{name}: record {row.record} {fault}") for fault in _body(row))
    if (space.live, int(space.digest, 16)) != (len(live), digest):
        yield "digests", f"{name}: the digest does not fit its {len(live)} records"
    past, buried = (look(session, space.school, live) for look in (_past, _buried))
    yield from (("history", f"{name}: {sentence}") for sentence in past)
    yield from (("buried", f"{name}: {sentence}") for sentence in buried)


def _chain(session: Session, space: Space, rows: Any) -> Iterator[str]:  # noqa: ANN401
    links = session.scalars(
        select(SpaceChain)
        .where(SpaceChain.school == space.school, SpaceChain.space == space.space)
        .order_by(SpaceChain.seq)
    ).all()
    for before, link in pairwise(links):
        if link.seq != before.seq + 1:
            yield f"the chain lacks what comes after {before.seq}"
        elif link.chain != chained(
            before.chain, link.record, link.mutation, clock.to_wire(link.at)
        ):
            yield f"the chain is broken at {link.seq}"
    last = (links[-1].seq, links[-1].chain) if links else (0, space.chain)
    if (space.head, space.chain) != last:
        yield f"the head {space.head} is not the end of the chain"
    if any(row.seq > space.head or row.since > row.seq for row in rows):
        yield "a record has a number that was never given"
    if len({row.seq for row in rows}) != len(rows):
        yield "two records have the same number"


def _body(row: Row[Any]) -> Iterator[str]:
    body = json.loads(row.body)
    if canonical(body) != row.body:
        yield "is not canonical JSON"
    told = (body["id"], body["space"], body["kind"], body["seq"], body["rev"], body["by"])
    if told != (row.record, row.space, row.kind, row.seq, [row.rev, row.rev_id], row.by):
        yield "has a body that contradicts its columns"
    if about_of(KINDS[row.kind], body) != row.about or bool(body.get("deleted")) != bool(
        row.deleted_at
    ):
        yield "has a read model that contradicts its body"


def _past(session: Session, school: str, live: list[Row[Any]]) -> Iterator[str]:
    """Each live record's last change is in its history."""
    for start in range(0, len(live), 500):
        part = live[start : start + 500]
        query = select(History.id, History.record, History.rev).where(
            History.school == school, History.id.in_([row.rev_id for row in part])
        )
        known = {(row.record, row.rev, row.id) for row in session.execute(query)}
        for row in part:
            if (row.record, row.rev, row.rev_id) not in known:
                yield f"record {row.record} has a change that its history does not know"


def _buried(session: Session, school: str, live: list[Row[Any]]) -> Iterator[str]:
    for start in range(0, len(live), 500):
        part = [row.record for row in live[start : start + 500]]
        query = select(Tombstone.record).where(
            Tombstone.school == school, Tombstone.record.in_(part)
        )
        for record in session.scalars(query):
            yield f"record {record} was buried and lives"


def check_members(session: Session) -> Iterator[str]:
    """Nobody is a member of a space that was erased or never made."""
    query = (
        select(Member.person, Member.space, Space.erased)
        .outerjoin(Space, (Space.school == Member.school) & (Space.space == Member.space))
        .where(Space.erased.is_not(False))
    )
    for row in session.execute(query):
        state = "erased" if row.erased else "unknown"
        yield f"person {row.person} is a member of the {state} space {row.space}"


def check_media() -> Iterator[str]:
    """Every file that the school said it holds safely is there, and its bytes are what they were."""
    with db.read() as session:
        query = select(Upload).where(Upload.state.in_(KEPT)).order_by(Upload.key, Upload.id)
        rows = session.scalars(query).all()
    for _, uploads in groupby(rows, key=lambda row: row.key):
        fault = _file(next(uploads))
        if fault is not None:
            yield fault


def _file(upload: Upload) -> str | None:
    digest = sha256()
    try:
        for piece in store(upload.place).read(upload.key):
            digest.update(piece)
    except NoSuchObjectError:
        return f"upload {upload.id}: its file is missing"
    if digest.hexdigest() != upload.sha256:
        return f"upload {upload.id}: its file is not what was sent"
    return None
