"""A record, its history and the devices that change it, without any server."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import cast

from pathfolio_sync import (
    Context,
    Element,
    Json,
    ListHistory,
    Mutation,
    Outcome,
    Plan,
    Record,
    Rev,
    derived_id,
    merge,
    wire_time,
)

PLAN: Plan = {
    "title": "scalar",
    "audience": "scalar",
    "words": "text",
    "tags": "members",
    "attachments": "ordered",
}
PLANS: Mapping[str, Plan] = {"artifact": PLAN}
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ANA, BEN = derived_id("person ana"), derived_id("person ben")
RECORD, SPACE = derived_id("record"), "p:" + ANA


def minutes(count: float) -> datetime:
    """A time so many minutes after the start of the day that the tests play on."""
    return NOW - timedelta(hours=6) + timedelta(minutes=count)


def mutation(
    name: str,
    op: str,
    field: str | None = None,
    value: Json = None,
    *,
    base: Rev | None = None,
    after: str | None = None,
    at: float = 0,
    pulled: datetime | None = None,
) -> Mutation:
    """A mutation called `name`; `after` is a name too, `at` minutes of the day."""
    return Mutation(
        id=derived_id(name),
        n=1,
        space=SPACE,
        op=op,
        record=RECORD,
        field=field,
        value=value,
        base=base,
        after=derived_id(after) if after else None,
        pulled=wire_time(pulled) if pulled else None,
        at=wire_time(minutes(at)),
    )


def creation(name: str = "create", *, at: float = 0, **fields: Json) -> Mutation:
    return mutation(name, "create", None, {"kind": "artifact", "fields": fields}, at=at)


@dataclass
class Room:
    """The server's side of one record."""

    state: Record | None = None
    history: ListHistory = field(default_factory=ListHistory)
    narrowest: Mapping[str, list[str]] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)

    def push(self, change: Mutation, *, by: str = ANA, now: datetime = NOW) -> Outcome:
        narrowness = {
            name: (lambda value, ranks=ranks: -ranks.index(str(value)))
            for name, ranks in self.narrowest.items()
        }
        context = Context(PLAN, by, now, self.history, device_now=now, narrowness=narrowness)
        outcome = merge(self.state, change, context)
        if outcome.row:
            self.history.add(outcome.row)
        self.state = outcome.state
        self.outcomes.append(outcome)
        return outcome

    def pushed(self, *changes: Mutation, by: str = ANA) -> "Room":
        for change in changes:
            self.push(change, by=by)
        return self

    @property
    def record(self) -> Record:
        assert self.state is not None
        return self.state

    @property
    def rev(self) -> Rev:
        return self.record["rev"]

    def __getitem__(self, name: str) -> Json:
        return self.record["fields"].get(name)

    def flags(self) -> dict[str, Json]:
        """Flagged values by mutation id."""
        return {key: flag["value"] for key, flag in self.record.get("flags", {}).items()}


def shown(record: Record) -> dict[str, Json]:
    """What people see: scalars and texts, entries with their values, ordered entries in order."""
    fields: dict[str, Json] = {}
    for name, content in record["fields"].items():
        if PLAN[name] in ("scalar", "text"):
            fields[name] = content
            continue
        entries = cast("dict[str, Element]", content)
        if PLAN[name] == "members":
            fields[name] = {key: entry["v"] for key, entry in entries.items()}
        else:
            order = sorted(entries, key=lambda key: (entries[key]["p"], key))
            fields[name] = [(key, entries[key]["v"]) for key in order]
    return fields
