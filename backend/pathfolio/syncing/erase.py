"""Erasure on request: bodies, history, list entries and files go at once; ids and tombstones stay."""

from __future__ import annotations

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from pathfolio import clock, db, ids
from pathfolio.errors import NotFound
from pathfolio.people import operations
from pathfolio.people.models import Person
from pathfolio.syncing import graves, ledger, spaces
from pathfolio.syncing.locks import Locks, NotLockedError, space_locks
from pathfolio.syncing.models import ERASED, Client, History, Member, Record
from pathfolio.uploads import collect

TRIES = 8


def person(school: str, person_id: str) -> int:
    """Erase a person for good; how many records went. Raises NotFound, DatabaseBusyError.

    Their account becomes a tombstone (410), their own spaces and all they wrote elsewhere go.
    """
    with db.read() as session:
        if session.get(Person, (school, person_id)) is None:
            raise NotFound("There is nobody with this id.")
        records = _records(session, school, person_id)
    # First the ledger: should the power fail in between, `reapply` finishes what was begun.
    ledger.append(ledger.Entry(school, person_id, clock.to_wire(clock.now()), sorted(records)))
    return _erase(school, person_id, set())


def reapply() -> int:
    """Erase again what a restored backup brought back; how many records went."""
    return sum(_erase(entry.school, entry.person, set(entry.records)) for entry in ledger.entries())


def finish() -> int:
    """At each start: erase whom the ledger names and the database still knows; how many records went.

    The power may have failed after the ledger was written, or somebody put an older database back without a word.
    """
    entries = list(ledger.entries())
    if not entries:
        return 0
    with db.read() as session:
        left = [entry for entry in entries if _known(session, entry)]
    return sum(_erase(entry.school, entry.person, set(entry.records)) for entry in left)


def _known(session: Session, entry: ledger.Entry) -> bool:
    query = select(Person.status).where(Person.school == entry.school, Person.id == entry.person)
    return session.scalar(query) not in {None, "deleted"}


def _records(session: Session, school: str, person_id: str) -> dict[str, str]:
    """Record -> space of all live records of a person, about their work, or in their own spaces."""
    own = (spaces.own(person_id), spaces.portfolio(person_id))
    theirs = select(Record.record).where(
        Record.school == school,
        Record.gone.is_(False),
        or_(Record.by == person_id, Record.record == person_id, Record.space.in_(own)),
    )
    query = select(Record.record, Record.space).where(
        Record.school == school,
        Record.gone.is_(False),
        or_(Record.record.in_(theirs), Record.about.in_(theirs)),
    )
    return {row.record: row.space for row in session.execute(query)}


def _erase(school: str, person_id: str, known: set[str]) -> int:
    more: set[str] = set()
    for _ in range(TRIES):
        try:
            return db.run_write(lambda session: _once(session, school, person_id, known, more))
        except NotLockedError as missing:
            more.add(missing.space)
    raise db.DatabaseBusyError("the records move too quickly")


def _once(session: Session, school: str, person_id: str, known: set[str], more: set[str]) -> int:
    found_person = session.get(Person, (school, person_id))
    if found_person is not None and found_person.status != "deleted":
        operations.forget_person(session, school, person_id)
        session.flush()
    found = _records(session, school, person_id)
    found |= {row.record: row.space for row in _live(session, school, known)}
    query = select(Member.space).where(Member.school == school, Member.person == person_id)
    own = {spaces.own(person_id), spaces.portfolio(person_id)}
    needed = {*found.values(), *session.scalars(query), *own, *more}
    with space_locks(session, school, needed, confirmed=True) as locks:
        for record in sorted(found):
            live = locks.find(record)
            if live is not None:
                locks.leave(live, ids.new_id(), erased=True)
        for space in own:
            _close(locks, space)
        for space in list(locks.roles(person_id)):
            locks.set_member(space, person_id, None)
    for record in sorted({*found, *known}):
        graves.bury(session, school, record, "erased")
    _blank(session, school, person_id)
    session.execute(delete(Client).where(Client.school == school, Client.person == person_id))
    collect.erase(session, school, person_id)
    return len(found)


def _blank(session: Session, school: str, person_id: str) -> None:
    """What the person wrote into the work of others goes from its history; that they did stays.

    What others write later stands on it: without a trace of it they would know nothing of their own work.
    """
    session.execute(
        update(History)
        .where(History.school == school, History.by == person_id)
        .values(op=ERASED, field=None, value=b"null", result=None, superseded=None)
        .values(client=None, n=None, base=None, after=None, took=[], merged=False)
    )


def _close(locks: Locks, space: str) -> None:
    """Nobody sees this space any more; devices that hold it drop everything of it."""
    held = locks.need(space)
    held.erased = held.touched = True
    for reader in sorted(locks.readers(space)):
        locks.set_member(space, reader, None)


def _live(session: Session, school: str, records: set[str]) -> list[Record]:
    found: list[Record] = []
    wanted = sorted(records)
    for start in range(0, len(wanted), 500):
        query = select(Record).where(
            Record.school == school,
            Record.record.in_(wanted[start : start + 500]),
            Record.gone.is_(False),
        )
        found += session.scalars(query)
    return found
