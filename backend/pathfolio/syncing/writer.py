"""Several mutations of one author in one transaction: which spaces to lock, and what if one fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from pathfolio import db
from pathfolio.log import log
from pathfolio.records.check import RefusedError
from pathfolio.syncing import apply, refused, store
from pathfolio.syncing.envelope import Sent
from pathfolio.syncing.locks import Locks, NotLockedError, space_locks
from pathfolio.syncing.models import History
from pathfolio.syncing.outlook import Outlook, spaces_of
from pathfolio.syncing.permission import Author
from pathfolio_sync import Mutation

T = TypeVar("T")
TRIES = 8
# Everybody waits for a transaction, and one merge of long texts, or one move in a long-lived list, may take a third
# of a second.
MOST_MERGES = 20


@dataclass
class Prepared:
    """A mutation judged before the lock: a checked `change`, or the `problem`."""

    sent: Sent
    change: apply.Change | None
    problem: RefusedError | None


def portions(todo: Iterable[Prepared], most: int | None = None) -> Iterator[list[Prepared]]:
    """`todo` in order, in parts for one short transaction each, of at most `most` mutations."""
    part: list[Prepared] = []
    merges = 0
    for each in todo:
        if part and (merges >= MOST_MERGES or len(part) == most):
            yield part
            part, merges = [], 0
        part.append(each)
        # Only what was checked is looked into; anything may stand in the raw form.
        merges += each.change is not None and _may_merge(each.change.mutation)
    if part:
        yield part


def _may_merge(mutation: Mutation) -> bool:
    """Whether texts or places may have to be merged: not for a new record."""
    return mutation["op"] in {"text", "place"} or (
        mutation["op"] == "create" and mutation["base"] is not None
    )


class PoisonError(Exception):
    """One mutation made the server itself fail: it is refused, so that the others can pass.

    `kept`: it was the keeping of the refused mutation that failed.
    """

    def __init__(self, mutation: str, *, kept: bool) -> None:
        super().__init__(mutation)
        self.mutation = mutation
        self.kept = kept


class Writer:
    """Applies an author's mutations, beginning again with more locks where that is needed."""

    def __init__(self, author: Author, known: Outlook) -> None:
        self.author = author
        self.outlook = known
        self.more: set[str] = set()
        self.poison: set[str] = set()
        self.odd: set[str] = set()

    def run(self, work: Callable[[Session, Writer], T]) -> T:
        """Run `work` in a write transaction, again when a lock was missing or a mutation failed."""
        for _ in range(TRIES):
            try:
                return db.run_write(lambda session: work(session, self))
            except NotLockedError as missing:
                self.more.add(missing.space)
            except PoisonError as failed:
                (self.odd if failed.kept else self.poison).add(failed.mutation)
        raise db.DatabaseBusyError("the records move too quickly")

    def write(self, session: Session, todo: list[Prepared]) -> list[dict[str, Any]]:
        """Apply `todo` in order; one result each, as the protocol answers."""
        changes = [each.change.mutation for each in todo if each.change is not None]
        needed = spaces_of(self.author, self.outlook, changes) | self.more
        with space_locks(session, self.author.school, needed) as locks:
            locks.expect(_records(todo))
            locks.past.expect(_mutations(todo))
            return [self._one(locks, each) for each in todo]

    def known(self, session: Session, group: list[Prepared]) -> Iterator[str]:
        """Ids of mutations that were accepted or refused before."""
        school = self.author.school
        ids = [each.sent.id for each in group]
        query = select(History.id).where(History.school == school, History.id.in_(ids))
        yield from session.scalars(query)
        entries = store.locations(session, school, map(refused.entry_id, ids))
        yield from (each for each in ids if refused.entry_id(each) in entries)

    def _one(self, locks: Locks, each: Prepared) -> dict[str, Any]:
        found = {"id": each.sent.id, "n": each.sent.n}
        try:
            result = self._apply(locks, each)
            return found | {"status": result.status}
        except RefusedError as problem:
            told = self._kept(locks, each, problem)
            return found | {"status": "rejected", "code": told.code, "detail": told.sentence}
        except (NotLockedError, SQLAlchemyError, OSError):
            raise
        except Exception as error:
            log.exception("mutation_failed", op=each.sent.raw.get("op"))
            raise PoisonError(each.sent.id, kept=False) from error

    def _kept(self, locks: Locks, each: Prepared, problem: RefusedError) -> RefusedError:
        """The reason that its author is told, what they wrote being in their list."""
        raw = each.sent.raw
        if each.sent.id in self.odd:
            return refused.keep_as_text(locks, self.author, raw, problem)
        try:
            return refused.keep(locks, self.author, raw, problem)
        except (NotLockedError, SQLAlchemyError, OSError):
            raise
        except Exception as error:
            log.exception("refused_mutation_not_kept", op=raw.get("op"))
            raise PoisonError(each.sent.id, kept=True) from error

    def _apply(self, locks: Locks, each: Prepared) -> apply.Result:
        before = refused.was_refused(locks, each.sent.id)
        if before is not None:
            raise before
        if each.sent.id in self.poison:
            raise RefusedError("invalid", "The server could not work with this change.")
        if each.change is None:
            raise each.problem or RefusedError("invalid", "This change could not be read.")
        return apply.apply(locks, self.author, self._linked(locks, each.change))

    def _linked(self, locks: Locks, change: apply.Change) -> apply.Change:
        """The change, its chain of own changes going on where one of them was refused.

        What the author wrote after a refused change knew all that was accepted before it, and nothing that it hid.
        """
        mutation = change.mutation
        base, after = refused.stood_on(locks, self.author, mutation)
        passed: set[str] = set()
        while after is not None and after not in passed and locks.past.mutation(after) is None:
            passed.add(after)
            after = refused.came_after(locks, self.author, mutation["record"], after)
        base = refused.base_before(locks, self.author, {**mutation, "base": base})
        if (after, base) == (mutation["after"], mutation["base"]):
            return change
        return replace(change, mutation={**mutation, "after": after, "base": base})


def _records(todo: list[Prepared]) -> Iterator[str]:
    for each in todo:
        yield refused.entry_id(each.sent.id)
        if each.change is not None:
            yield each.change.mutation["record"]


def _mutations(todo: list[Prepared]) -> Iterator[str]:
    """All ids whose history the merge will ask for."""
    for each in todo:
        yield each.sent.id
        if each.change is not None:
            mutation = each.change.mutation
            if mutation["base"] is not None:
                yield str(mutation["base"][1])
            if mutation["after"] is not None:
                yield mutation["after"]
