"""The one way to write: hold the locks of spaces, change records, and let them be written together.

Everything that changes a record or a membership goes through `Locks`: it counts `seq`, forms the
chain, keeps the digests, and writes all of it at the end of `space_locks`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from pathfolio import clock
from pathfolio.db import after_commit
from pathfolio.pokes import sending as pokes
from pathfolio.records import KINDS, Kind
from pathfolio.syncing import graves, highwater, spaces, store
from pathfolio.syncing.models import Member
from pathfolio.syncing.past import Past
from pathfolio_sync import canonical, chain_next, parse_time

GUARDED_SHARE = 0.2
GUARDED_LEAST = 10


class NotLockedError(Exception):
    """A space turned out to be needed that is not locked: begin again with it."""

    def __init__(self, space: str) -> None:
        super().__init__(space)
        self.space = space


class ManyMembershipsEndError(Exception):
    """A roster change would end more than 20 % of memberships: somebody must confirm it."""

    def __init__(self, ended: int, total: int) -> None:
        super().__init__(f"{ended} of {total} memberships would end")
        self.ended = ended
        self.total = total


@dataclass
class Held:
    """A locked space as it will be written."""

    head: int
    chain: str
    live: int
    digest: int
    erased: bool
    touched: bool = False


@dataclass
class Live:
    """A live record: where it is, and its body as parsed JSON (never changed in place)."""

    record: str
    space: str
    kind: Kind
    seq: int
    state: dict[str, Any]

    @property
    def by(self) -> str:
        return str(self.state["by"])

    @property
    def about(self) -> str | None:
        return about_of(self.kind, self.state)


class Locks:
    """Locked spaces of one school within one write transaction."""

    def __init__(self, session: Session, school: str, *, confirmed: bool = False) -> None:
        self.session = session
        self.school = school
        self.confirmed = confirmed
        self.now = clock.now()
        self._time = clock.to_wire(self.now)
        self.past = Past(session, school)
        self.held: dict[str, Held] = {}
        self._records: dict[str, Live | None] = {}
        self._rows: dict[tuple[str, str], dict[str, Any]] = {}
        self._buried: dict[str, str] = {}
        self._chain: list[dict[str, Any]] = []
        self._roles: dict[str, dict[str, str]] = {}
        self._readers: dict[str, set[str]] = {}
        self._ended = 0
        self._moved: dict[str, int | None] = {}

    # Spaces

    def acquire(self, spaces: Iterable[str]) -> None:
        """Lock spaces in sorted order, making those that are new."""
        names = sorted(set(spaces))
        store.make_missing(self.session, self.school, names)
        for row in store.lock(self.session, self.school, names):
            self.held[row.space] = Held(
                row.head, row.chain, row.live, int(row.digest, 16), row.erased
            )

    def need(self, space: str) -> Held:
        """The locked space. Raises NotLockedError."""
        held = self.held.get(space)
        if held is None:
            raise NotLockedError(space)
        return held

    def _advance(self, space: str, record: str, mutation: str) -> int:
        held = self.need(space)
        held.head += 1
        held.chain = chained(held.chain, record, mutation, self._time)
        held.touched = True
        self._chain.append(
            {
                "school": self.school,
                "space": space,
                "seq": held.head,
                "chain": held.chain,
                "record": record,
                "mutation": mutation,
                "at": self.now,
            }
        )
        return held.head

    # Records

    def expect(self, records: Iterable[str]) -> None:
        """Read these records, or why they are not there, in one go."""
        wanted = {each for each in records if each not in self._records}
        self._records.update(dict.fromkeys(wanted))
        for row in store.live_rows(self.session, self.school, wanted):
            self._records[row.record] = Live(
                row.record,
                row.space,
                KINDS[row.kind],
                row.seq,
                json.loads(row.body),
            )
        absent = [each for each in wanted if self._records[each] is None]
        self._buried |= store.tombstones(self.session, self.school, absent)

    def find(self, record: str) -> Live | None:
        """The live record, its space surely locked. Raises NotLockedError."""
        if record not in self._records:
            self.expect([record])
        live = self._records[record]
        if live is not None:
            self.need(live.space)
        return live

    def forget(self, record: str) -> None:
        """Read the record again when it is asked for next."""
        self._records.pop(record, None)

    def holds(self, record: str) -> bool:
        """Whether the record lives in a space that is locked here."""
        self.expect([record])
        live = self._records[record]
        return live is not None and live.space in self.held

    def about(self, artifact: str, space: str) -> list[Live]:
        """The live records in `space` that are about `artifact`."""
        found = store.records_about(self.session, self.school, artifact, space)
        self.expect(found)
        fresh = [live.record for live in self._records.values() if live and live.about == artifact]
        each = (self._records[record] for record in sorted({*found, *fresh}))
        return [live for live in each if live and live.space == space and live.about == artifact]

    def put(self, space: str, kind: Kind, state: Mapping[str, Any], mutation: str) -> Live:
        """Write `state` as the live record in `space`; `mutation` goes into the chain.

        A record that lives elsewhere must `leave` first.
        """
        record = str(state["id"])
        before = self.find(record)
        seq = self._advance(space, record, mutation)
        new = dict(state) | {"space": space, "seq": seq}
        held = self.need(space)
        if before is None:
            held.live += 1
        else:
            held.digest ^= fingerprint(record, before.seq, before.state["rev"])
        held.digest ^= fingerprint(record, seq, new["rev"])
        live = Live(record, space, kind, seq, new)
        self._records[record] = live
        deleted = new.get("deleted")
        self._rows[space, record] = self._row(live, gone=False) | {
            "deleted_at": parse_time(deleted["at"]) if deleted else None,
            "body": canonical(new),
        }
        return live

    def leave(self, live: Live, mutation: str, *, erased: bool = False) -> None:
        """Put a `gone` row in the place of a live record, which says nothing but its id."""
        seq = self._advance(live.space, live.record, mutation)
        held = self.need(live.space)
        held.live -= 1
        held.digest ^= fingerprint(live.record, live.seq, live.state["rev"])
        gone = Live(live.record, live.space, live.kind, seq, live.state)
        # It names the space it left, never where to: a device may get the body in the new space first.
        body = {"id": live.record, "seq": seq, "gone": True, "space": live.space}
        body |= {"erased": True} if erased else {}
        self._rows[live.space, live.record] = self._row(gone, gone=True) | {
            "about": None,
            "deleted_at": None,
            "body": canonical(body),
        }
        self._records[live.record] = None

    def _row(self, live: Live, *, gone: bool) -> dict[str, Any]:
        earlier = self._rows.get((live.space, live.record))
        return {
            "school": self.school,
            "space": live.space,
            "record": live.record,
            "kind": live.kind.name,
            "seq": live.seq,
            # Of a row that is there already the database keeps its own.
            "since": earlier["since"] if earlier else live.seq,
            "rev": live.state["rev"][0],
            "rev_id": live.state["rev"][1],
            "gone": gone,
            "by": live.by,
            "about": live.about,
        }

    def tombstone(self, record: str) -> str | None:
        """Why the id is not usable any more: `erased`, `purged`, or None."""
        self.expect([record])
        return self._buried.get(record)

    def never(self, record: str) -> None:
        """Nothing is made under this id, which no record has: it would be about what was erased."""
        graves.mark(self.session, self.school, record, "erased")
        self._buried[record] = "erased"

    # Members

    def roles(self, person: str) -> dict[str, str]:
        """Space -> role of a person today."""
        if person not in self._roles:
            self._roles[person] = store.roles(self.session, self.school, person)
        return self._roles[person]

    def readers(self, space: str) -> set[str]:
        """Everybody who may see a space today."""
        if space not in self._readers:
            self._readers[space] = set(store.readers(self.session, self.school, space))
        return self._readers[space]

    def set_member(self, space: str, person: str, role: str | None) -> None:
        """Give a role in a locked space, or end it."""
        self.need(space)
        before = self.roles(person).get(space)
        if before == role:
            return
        # Which spaces they may see has changed, and no head tells that.
        self._moved[spaces.own(person)] = None
        same = (Member.school == self.school, Member.person == person, Member.space == space)
        self.session.execute(delete(Member).where(*same))
        if role is None:
            self._ended += 1
            self.roles(person).pop(space)
        else:
            self.roles(person)[space] = role
            values = {"school": self.school, "person": person, "space": space, "role": role}
            self.session.execute(insert(Member).values(**values, since=self.now))
        self._readers.pop(space, None)

    # Writing

    def flush(self) -> None:
        """Write all that was changed. Raises ManyMembershipsEndError."""
        self._guard()
        store.write_records(self.session, list(self._rows.values()))
        store.write_rows(self.session, self._chain, self.past.fresh)
        touched = {name: held for name, held in self.held.items() if held.touched}
        store.write_spaces(
            self.session,
            [
                {
                    "_school": self.school,
                    "_space": name,
                    "head": held.head,
                    "chain": held.chain,
                    "live": held.live,
                    "digest": f"{held.digest:016x}",
                    "erased": held.erased,
                }
                for name, held in touched.items()
            ],
        )
        marks = {name: (held.head, held.chain) for name, held in touched.items()}
        if marks:
            after_commit(self.session, lambda: highwater.note(self.school, marks))
        moved = {name: head for name, (head, _) in marks.items()} | self._moved
        if moved:
            after_commit(self.session, lambda: pokes.note(self.school, moved))

    def _guard(self) -> None:
        if self._ended < GUARDED_LEAST or self.confirmed:
            return
        total = store.count_members(self.session, self.school) + self._ended
        if self._ended > total * GUARDED_SHARE:
            raise ManyMembershipsEndError(self._ended, total)


@contextmanager
def space_locks(
    session: Session, school: str, spaces: Iterable[str], *, confirmed: bool = False
) -> Iterator[Locks]:
    """Lock `spaces` of a school, and write what was changed at the end of the block.

    `confirmed` lets a roster change end more than 20 % of all memberships.
    Raises NotLockedError inside, ManyMembershipsEndError at the end.
    """
    locks = Locks(session, school, confirmed=confirmed)
    locks.acquire(spaces)
    yield locks
    locks.flush()


def chained(previous: str, record: str, mutation: str, at: str) -> str:
    """The chain after a change at a time of the server (docs/protocol.md, "Pull").

    The time makes the difference when a server that was rolled back is sent the same change again: what it makes of it
    (edit times, say) differs, and whoever has read the first must read the second.
    """
    return chain_next(previous, record, mutation + at)


def fingerprint(record: str, seq: int, rev: list[Any]) -> int:
    """A live row's share in its space's digest (docs/protocol.md, "Digest")."""
    text = f"{record}:{seq}:{rev[0]}:{rev[1]}"
    return int.from_bytes(sha256(text.encode("ascii")).digest()[:8])


def about_of(kind: Kind, state: Mapping[str, Any]) -> str | None:
    """The artifact that a record belongs to; for `not_accepted` the record it was meant for."""
    field = "record" if kind.name == "not_accepted" else kind.about
    return state["fields"].get(field) if field else None
