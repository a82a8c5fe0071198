"""The shapes that the conflict rules read and write.

Wire shapes (`Record`, `Mutation`, ...) are TypedDicts: they are the JSON itself, so what is stored is what is sent.
What never travels (`HistoryRow`, `Context`, `Outcome`) are frozen dataclasses.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NotRequired, Protocol, TypeAlias, TypedDict

Json: TypeAlias = object
"""Any JSON value; narrowed where it is used."""

Rev: TypeAlias = list[int | str]
"""`[n, mutation id]`: the record's n-th change and the mutation that made it. A list, as JSON gives it."""

MergeType: TypeAlias = Literal["scalar", "text", "members", "ordered"]
Plan: TypeAlias = Mapping[str, MergeType]
"""How each field of one kind of record merges."""

Status: TypeAlias = Literal["ok", "merged", "conflict", "rejected"]
Code: TypeAlias = Literal[
    "forbidden", "invalid", "id_reused", "too_large", "erased", "purged", "widened"
]

EventKind: TypeAlias = Literal["revived", "conflict"]

TRASH = "deleted"
"""The name under which `meta` and `flags` speak of the trash; no kind may have a field of this name."""
FLAGS = "flags"
"""The name of the pseudo field whose op `remove` dismisses a flag; no kind may have a field of this name."""


class Element(TypedDict):
    """One entry of a members or ordered field."""

    v: Json
    r: Rev
    """The add that decided `v`."""
    also: NotRequired[list[Rev]]
    """Other adds that did not see each other and still hold the entry in place (rare)."""
    p: NotRequired[str]
    """Place (ordered fields only): a fractional index; entries are shown by (p, key)."""
    pr: NotRequired[Rev]
    """The add or place that decided `p` (ordered fields only)."""


class Flag(TypedDict):
    """The losing side of a true conflict, kept in the body until somebody dismisses it.

    `value` is the scalar or whole text that lost; for members and ordered fields `{key, v}`; for field "deleted"
    (somebody deleted while somebody else edited, so the record stayed) null.
    """

    field: str
    value: Json
    by: str
    at: str


class Deleted(TypedDict):
    by: str
    at: str


class Record(TypedDict):
    """A record as it is stored and sent; `space` and `seq` are the server's and pass through untouched."""

    id: str
    kind: str
    space: NotRequired[str]
    seq: NotRequired[int]
    rev: Rev
    by: str
    created: str
    updated: str
    deleted: NotRequired[Deleted]
    fields: dict[str, Json]
    meta: dict[str, Rev]
    flags: NotRequired[dict[str, Flag]]
    media: NotRequired[dict[str, Json]]


class Mutation(TypedDict):
    """One change as a device sends it; see the contract for what `value` holds per op."""

    id: str
    n: int
    space: str
    op: str
    record: str
    field: str | None
    value: Json
    base: Rev | None
    after: str | None
    pulled: str | None
    at: str


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """What an accepted mutation did; exactly one per accepted mutation, never changed afterwards.

    The server stores it beside what only it knows (school, record, space, device).
    """

    id: str
    rev: int
    op: str
    field: str | None
    value: Json
    """As submitted."""
    by: str
    time: datetime
    """Corrected edit time; never before a change of the same value that the author knew. Decides later conflicts."""
    at: datetime
    """Server time at which it was accepted."""
    base: Rev | None
    after: str | None
    status: Status
    took: tuple[str, ...] = ()
    """The scalar and text fields whose shown value this change decided, and the ordered fields of which it says where
    an entry stands (more than one only for create)."""
    merged: bool = False
    """Whether `result` differs from `value`."""
    result: Json = None
    """The field after this change, only if `merged`: the shown scalar or text; for create, `{field: shown value}`."""
    superseded: Json = None
    """What the field (scalar), entry (`{key, v, p?}`) or flag showed before; a text only in a true conflict, as
    otherwise the row before holds it."""


class History(Protocol):
    """The accepted mutations of *one* record, in all spaces it ever lived in. Read under the record's lock."""

    def holds(self, rev: int, mutation: str) -> bool:
        """Whether this record's change number `rev` was made by `mutation`."""

    def entry(self, mutation: str) -> HistoryRow | None:
        """The row of this record's mutation of that id."""

    def changes(self, field: str, upto: int) -> Iterable[HistoryRow]:
        """Rows with `rev <= upto` whose field is `field` or whose op is create, newest first, read lazily."""

    def since(self, rev: int) -> Iterable[HistoryRow]:
        """All rows with a rev above `rev`, in any order, read lazily."""


@dataclass(frozen=True, slots=True)
class Context:
    """All that a merge may know beside the record and the mutation."""

    plan: Plan
    actor: str
    """The person who wrote the mutation."""
    now: datetime
    """Server time, aware."""
    history: History
    device_now: datetime | None = None
    """The device's clock at the push (`parse_time` of the envelope's `now`); None if it can't be read."""
    narrowness: Mapping[str, Callable[[Json], int]] = field(default_factory=dict)
    """Fields (the audience) whose true conflicts go to the value with the greater number, whatever the clocks say."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something people should be told of, beyond what the body shows.

    `revived`: an edit and a delete did not know each other; the record lives. `conflict`: a value lost and is flagged.
    """

    kind: EventKind
    record: str
    field: str
    people: tuple[str, ...]
    """The authors of both sides, the winner (or editor) first."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one mutation.

    rejected: `code` and `sentence` are set, `state` is as it was, `row` is None.
    Already in history: the status of then, `state` as it was, `row` None.
    Otherwise `state` is the new record (the given one is never changed in place) and `row` its one history row.
    """

    status: Status
    state: Record | None
    row: HistoryRow | None = None
    events: tuple[Event, ...] = ()
    code: Code | None = None
    sentence: str | None = None

    @property
    def changed(self) -> bool:
        """Whether there is anything to store."""
        return self.row is not None
