"""Push: a device's changes, in order, each applied at most once and none blocking another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy.orm import Session

from pathfolio import clock, db
from pathfolio.records import Kind
from pathfolio.records.check import RefusedError
from pathfolio.syncing import allowance, apply, clients, epochs
from pathfolio.syncing.envelope import Push, Sent
from pathfolio.syncing.outlook import Outlook, outlook
from pathfolio.syncing.permission import Author
from pathfolio.syncing.writer import Prepared, Writer, portions
from pathfolio_sync import consumed_hash


@dataclass
class Answer:
    """How far the client was consumed, and what became of what this call consumed."""

    last_n: int
    hash: str
    results: list[dict[str, Any]] = field(default_factory=list)
    gap: bool = False


def push(author: Author, sent: Push) -> dict[str, Any]:
    """Apply a push; the answer of the protocol. Raises ClientOfAnother, DatabaseBusyError, TooMany."""
    with db.read() as session:
        last_n, hashed = clients.confirmed(session, author.school, author.person, sent.client)
        epoch = epochs.current(session, author.school)
        waiting = [each for each in sent.mutations if each.n > last_n]
        if waiting:
            allowance.demand(session, author.school, author.person)
        known = outlook(session, author, waiting)
    answer = Answer(last_n, hashed)
    prepared = [prepare(each, known.kinds, author, sent.device_now) for each in waiting]
    for group in _groups(prepared):
        done = _neighbours(author, sent, known, group)
        answer.last_n, answer.hash = done.last_n, done.hash
        answer.results.extend(done.results)
        if done.gap:
            break
    return {
        "last_n": answer.last_n,
        "hash": answer.hash,
        "epoch": epoch,
        "now": clock.to_wire(clock.now()),
        "results": answer.results,
    }


def prepare(
    sent: Sent, kinds: Mapping[str, Kind], author: Author, device_now: datetime | None
) -> Prepared:
    """Check a mutation's value, outside of any lock."""
    if sent.mutation is None:
        return Prepared(sent, None, sent.problem)
    kind = kinds.get(sent.mutation["record"])
    try:
        if kind is None and sent.mutation["op"] in apply.OPS[1:]:
            # Its record may appear until the lock is held; what it may carry is judged then.
            return Prepared(sent, apply.Change(sent.mutation, None, device_now), None)
        mutation = apply.checked(sent.mutation, kind, author.person)
    except RefusedError as problem:
        return Prepared(sent, None, problem)
    return Prepared(sent, apply.Change(mutation, kind, device_now), None)


def _groups(prepared: list[Prepared]) -> Iterator[list[Prepared]]:
    for _, neighbours in groupby(prepared, key=lambda each: str(each.sent.raw.get("space"))):
        yield from portions(neighbours)


def _neighbours(author: Author, sent: Push, known: Outlook, group: list[Prepared]) -> Answer:
    """Neighbours of one space share one short transaction."""

    def work(session: Session, writer: Writer) -> Answer:
        client = clients.lock(session, author.school, author.person, sent.client, sent.schema)
        answer = Answer(client.last_n, client.hash)
        todo = [each for each in group if each.sent.n > client.last_n]
        if todo and todo[0].sent.n != client.last_n + 1:
            answer.gap = True
        elif todo:
            allowance.charge(session, author.school, author.person, (each.sent for each in todo))
            answer.results = writer.write(session, todo)
            for each in todo:
                answer.hash = consumed_hash(answer.hash, each.sent.id)
            answer.last_n = todo[-1].sent.n
            client.last_n, client.hash = answer.last_n, answer.hash
        return answer

    return Writer(author, known).run(work)
