"""Offer: after a restore devices bring what they have; the server takes what it lacks, by id."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from pathfolio import db
from pathfolio.errors import Conflict
from pathfolio.syncing import allowance, clients, epochs
from pathfolio.syncing.envelope import SCHEMA, Sent
from pathfolio.syncing.outlook import Outlook, outlook
from pathfolio.syncing.permission import Author
from pathfolio.syncing.push import prepare
from pathfolio.syncing.writer import Prepared, Writer, portions

GROUP = 50  # mutations of one transaction


def offer(author: Author, epoch: object, sent: list[Sent]) -> dict[str, Any]:
    """Take what is lacking; `{taken, had, refused}`. Raises Conflict for another epoch, TooMany."""
    with db.read() as session:
        if epoch != epochs.current(session, author.school):
            raise Conflict("A new epoch has begun since: pull first.", slug="new_epoch")
        allowance.demand(session, author.school, author.person)
        known = outlook(session, author, sent)
    prepared = [prepare(each, known.kinds, author, None) for each in sent]
    answer: dict[str, Any] = {"taken": [], "had": [], "refused": []}
    for part in portions(prepared, GROUP):
        for name, found in _group(author, known, part).items():
            answer[name].extend(found)
    return answer


def _group(author: Author, known: Outlook, group: list[Prepared]) -> dict[str, list[Any]]:
    def work(session: Session, writer: Writer) -> dict[str, list[Any]]:
        if author.client is not None:
            clients.lock(session, author.school, author.person, author.client, SCHEMA)
        had = set(writer.known(session, group))
        lacking = [each for each in group if each.sent.id not in had]
        allowance.charge(session, author.school, author.person, (each.sent for each in lacking))
        results = writer.write(session, lacking)
        return {
            "taken": [each["id"] for each in results if each["status"] != "rejected"],
            "had": sorted(had),
            "refused": [
                {"id": each["id"], "code": each["code"], "detail": each["detail"]}
                for each in results
                if each["status"] == "rejected"
            ],
        }

    return Writer(author, known).run(work)
