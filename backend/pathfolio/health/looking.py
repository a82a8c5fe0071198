"""The checks themselves; each gives the sentences about what is wrong, and counts what it has looked at."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, cast

from sqlalchemy import Table, func, select, text
from sqlalchemy.orm import Session

from pathfolio.people import roster
from pathfolio.people.models import Person, School, SchoolClass
from pathfolio.syncing import epochs, ledger, verify
from pathfolio.syncing.highwater import Marks
from pathfolio.syncing.models import Client, History, Member, Record, Space, SpaceChain
from pathfolio.uploads.models import KEPT, Reference, Upload
from pathfolio_sync import CONSUMED_START, consumed_hash

Found = Iterator[tuple[str, str]]
_RECORD = cast("Table", Record.__table__)
CHUNK = 500


def database(session: Session, looked: Counter[str]) -> Found:
    """The database's own look at itself."""
    looked["database"] += 1
    if session.get_bind().dialect.name == "sqlite":
        told = [str(row[0]) for row in session.execute(text("PRAGMA quick_check(20)"))]
        yield from (("database", f"SQLite says: {line}") for line in told if line != "ok")
        return
    query = text("SELECT coalesce(sum(checksum_failures), 0) FROM pg_stat_database")
    failures = session.scalar(query)
    if failures:
        yield "database", f"PostgreSQL has met {failures} pages whose checksum was wrong"


def spaces(session: Session, looked: Counter[str]) -> Found:
    looked["order"] += session.scalar(select(func.count()).select_from(SpaceChain)) or 0
    live = select(func.count()).select_from(Record).where(Record.gone.is_(False))
    count = session.scalar(live) or 0
    looked.update(dict.fromkeys(("records", "history", "buried"), count))
    for space in session.scalars(select(Space).order_by(Space.school, Space.space)):
        looked["digests"] += 1
        yield from verify.faults(session, space)


def members(session: Session, looked: Counter[str]) -> Found:
    """The memberships are exactly what the class lists say, and nobody is where there is nothing."""
    looked["members"] += session.scalar(select(func.count()).select_from(Member)) or 0
    yield from (("members", sentence) for sentence in verify.check_members(session))
    for school in session.scalars(select(School.id)).all():
        wanted = roster.Wanted()
        people = select(Person).where(Person.school == school, Person.status != "deleted")
        for person in session.scalars(people):
            roster.want_person(session, wanted, person)
        for each in session.scalars(select(SchoolClass).where(SchoolClass.school == school)):
            roster.want_class(session, wanted, each)
        for space, person_id, role in roster.differences(session, school, wanted):
            should = f"should be {role} there" if role else "should not be there"
            yield "members", f"space {space}: person {person_id} {should}"
    gone = (
        select(Member.person, Member.space)
        .join(Person, (Person.school == Member.school) & (Person.id == Member.person))
        .where(Person.status == "deleted")
    )
    for row in session.execute(gone):
        yield "members", f"space {row.space}: person {row.person} was deleted and is a member still"


def devices(session: Session, looked: Counter[str]) -> Found:
    """The running hash of each device says exactly what was taken from it, as far as its parts are still there."""
    taken: dict[tuple[str, str], dict[int, str]] = defaultdict(dict)
    rows = select(History.school, History.client, History.n, History.id)
    for row in session.execute(rows.where(History.client.is_not(None), History.n.is_not(None))):
        taken[row.school, row.client][row.n] = row.id
    for client in session.scalars(select(Client).order_by(Client.school, Client.client)):
        looked["devices"] += 1
        known = taken.get((client.school, client.client), {})
        if known and max(known) > client.last_n:
            yield (
                "devices",
                f"device {client.client}: its change {max(known)} was taken, but only {client.last_n} counted",
            )
        elif (client.last_n == 0) != (client.hash == CONSUMED_START):
            yield (
                "devices",
                f"device {client.client}: its hash does not fit {client.last_n} changes",
            )
        elif set(known) == set(range(1, client.last_n + 1)) and _consumed(known) != client.hash:
            yield (
                "devices",
                f"device {client.client}: its hash is not that of the changes taken from it",
            )


def _consumed(known: dict[int, str]) -> str:
    found = CONSUMED_START
    for n in sorted(known):
        found = consumed_hash(found, known[n])
    return found


def restore(session: Session, looked: Counter[str], marks: Marks) -> Found:
    """`marks`: of the high-water file, read before the snapshot of `session` began."""
    for school, found in marks.items():
        looked["restore"] += len(found)
        if epochs.is_behind(session, school, found):
            yield "restore", f"school {school}: the database lacks changes that it once had"


def erased(session: Session, looked: Counter[str]) -> Found:
    for entry in ledger.entries():
        looked["erased"] += 1
        person = session.get(Person, (entry.school, entry.person))
        if person is not None and person.status != "deleted":
            yield "erased", f"person {entry.person} was erased on request and has an account"
        for model, what in ((Record, "record"), (History, "history")):
            left = sum(_left(session, model, entry.school, part) for part in _parts(entry.records))
            if left:
                yield "erased", f"person {entry.person}: {left} rows of {what} are there still"


def _left(session: Session, model: type[Record | History], school: str, ids: list[str]) -> int:
    query = (
        select(func.count()).select_from(model).where(model.school == school, model.record.in_(ids))
    )
    if model is Record:
        query = query.where(Record.gone.is_(False))
    return session.scalar(query) or 0


def _parts(ids: list[str]) -> Iterable[list[str]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))


def shown(session: Session, looked: Counter[str]) -> Found:
    """What each record shows is written down, and what it says of a file is what is known of it."""
    uploads = {
        (row.school, row.person, row.id): row.media() for row in session.scalars(select(Upload))
    }
    references: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for row in session.scalars(select(Reference).where(Reference.live)):
        references[row.school, row.record][row.upload] = row.person
    query = select(_RECORD.c.school, _RECORD.c.record, _RECORD.c.body).where(
        _RECORD.c.gone.is_(False), _RECORD.c.kind == "artifact"
    )
    for school, record, stored in session.execute(query):
        body = json.loads(stored)
        names = set(attached(body))
        looked["shown"] += len(names)
        known = references.pop((school, record), {})
        if known.keys() != names:
            yield (
                "shown",
                f"record {record} shows {len(names)} files, but {len(known)} are written down for it",
            )
            continue
        told = {name: uploads.get((school, person, name)) for name, person in known.items()}
        if {name: entry for name, entry in told.items() if entry} != body.get("media", {}):
            yield "shown", f"record {record} says something else of its files than is known of them"
    for _, record in references:
        yield "shown", f"record {record} keeps files alive, but is not there"


def attached(body: dict[str, Any]) -> Iterator[str]:
    """The uploads that a record's attachments name."""
    for entry in body["fields"].get("attachments", {}).values():
        if "upload" in entry["v"]:
            yield str(entry["v"]["upload"])


def files(session: Session, looked: Counter[str]) -> None:
    """Counts the files that `verify.check_media` reads."""
    query = select(func.count(Upload.key.distinct())).where(Upload.state.in_(KEPT))
    looked["files"] += session.scalar(query) or 0
