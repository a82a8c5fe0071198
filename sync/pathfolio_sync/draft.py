"""The work in progress on one mutation: a record being changed, and what its history row will say."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import cast

from pathfolio_sync.canonical import canonical, content_hash
from pathfolio_sync.edit_time import edit_time, parse_time, wire_time
from pathfolio_sync.seen import Seen, number
from pathfolio_sync.types import (
    TRASH,
    Context,
    Element,
    Event,
    EventKind,
    Flag,
    HistoryRow,
    Json,
    Mutation,
    Record,
    Rev,
    Status,
)

Key = tuple[int, datetime, str, str]
"""What decides between two changes that did not know each other: narrowness, edit time, content hash, id."""

_GRADES: tuple[Status, ...] = ("ok", "merged", "conflict")
_LONG_AGO = datetime(1, 1, 2, tzinfo=UTC)


def same(one: Json, other: Json) -> bool:
    """Equality as JSON has it (`1` is not `true`)."""
    return one is other or canonical(one) == canonical(other)


class Draft:
    """A copy of a record on which the rules work.

    `time` begins as the corrected edit time and is moved, by `follows`, past what the author knew.
    """

    def __init__(self, state: Record, mutation: Mutation, context: Context) -> None:
        self.state = cast("Record", {**state})
        self.id = mutation["id"]
        self.mutation = mutation
        self.context = context
        self.seen = Seen(mutation, context)
        self.last = number(state["rev"])
        self.rev: Rev = [self.last + 1, self.id]
        self.edited = self.time = edit_time(
            now=context.now,
            device_now=context.device_now,
            at=parse_time(mutation["at"]),
            pulled=parse_time(mutation["pulled"]),
        )
        self.fields = {**state["fields"]}
        self.meta = {**state["meta"]}
        self.flags = {**state.get("flags", {})}
        self.status: Status = "ok"
        self.took: list[str] = []
        self.results: dict[str, Json] = {}
        self.superseded: dict[str, Json] = {}
        self.events: list[Event] = []

    # What was before

    def entry(self, rev: Rev) -> HistoryRow | None:
        return self.context.history.entry(str(rev[1]))

    def knows_all(self) -> bool:
        """Whether nothing at all happened that the author did not know by base."""
        return self.seen.rev >= self.last

    def key(self, field: str, value: Json, rev: Rev) -> Key:
        """The weight of a value in a true conflict; the greatest one of all stays, whoever comes first."""
        narrow = self.context.narrowness.get(field)
        if rev is self.rev:
            time = self.time
        else:
            row = self.entry(rev)
            time = row.time if row else _LONG_AGO
        return (narrow(value) if narrow else 0, time, content_hash(value), str(rev[1]))

    def author(self, rev: Rev) -> str:
        if rev is self.rev:
            return self.context.actor
        row = self.entry(rev)
        return row.by if row else self.state["by"]

    def follows(self, times: Iterable[datetime]) -> None:
        """Put this change after the changes of the same thing that its author knew, whatever their clock says.

        So a later change of a chain never weighs less than an earlier one, which is what makes the order of arrival
        not matter.
        """
        for time in times:
            self.time = max(self.time, time + timedelta(milliseconds=1))

    # What comes of it

    def grade(self, status: Status) -> None:
        self.status = max(self.status, status, key=_GRADES.index)

    def elements(self, field: str) -> dict[str, Element]:
        return {**cast("dict[str, Element]", self.fields.get(field, {}))}

    def put_elements(self, field: str, elements: dict[str, Element]) -> None:
        self.fields[field] = elements
        if not elements:
            del self.fields[field]

    # Flags

    def flag(
        self, loser: Rev, field: str, value: Json, winner: Rev, key: str | None = None
    ) -> None:
        """Keep a losing value (of a field, or of its entry `key`) in the body and tell both authors."""
        self.tell("conflict", field, winner, loser)
        self.grade("conflict")
        row = None if loser is self.rev else self.entry(loser)
        at = wire_time(row.time if row else self.time)
        op = row.op if row else self.mutation["op"]
        self.flags[_flag_name(str(loser[1]), op, field, key)] = Flag(
            field=field, value=value, by=self.author(loser), at=at
        )

    def flag_delete(self, deleter: Rev, editor: Rev) -> None:
        """Keep in the body that somebody deleted what somebody else was editing, and tell both."""
        self.tell("revived", TRASH, editor, deleter)
        self.grade("merged")
        row = None if deleter is self.rev else self.entry(deleter)
        at = wire_time(row.time if row else self.time)
        self.flags[str(deleter[1])] = Flag(field=TRASH, value=None, by=self.author(deleter), at=at)

    def unflag(self, field: str, rows: Iterable[HistoryRow], key: str | None = None) -> bool:
        """Drop the flags of values that the author goes on from with this change; whether there were any."""
        if not self.flags or all(flag["field"] != field for flag in self.flags.values()):
            return False
        names = {_flag_name(row.id, row.op, field, key) for row in rows}
        lost = [name for name in names if name in self.flags and self.flags[name]["field"] == field]
        for name in lost:
            del self.flags[name]
        return bool(lost)

    def unflag_shown(self, field: str, value: Json) -> None:
        """Drop the flags of a value that is now the one shown."""
        for mutation, flag in list(self.flags.items()):
            if flag["field"] == field and same(flag["value"], value):
                del self.flags[mutation]

    def tell(self, kind: EventKind, field: str, winner: Rev, loser: Rev) -> None:
        people = tuple(dict.fromkeys((self.author(winner), self.author(loser))))
        event = Event(kind=kind, record=self.state["id"], field=field, people=people)
        if event not in self.events:
            self.events.append(event)


def _flag_name(mutation: str, op: str, field: str, key: str | None) -> str:
    """The loser's mutation id; a create may lose in several places, so there the place is named too."""
    if op != "create":
        return mutation
    return f"{mutation}:{field}" if key is None else f"{mutation}:{field}:{key}"
