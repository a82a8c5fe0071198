"""One mutation meets one record."""

from collections.abc import Callable, Mapping
from typing import cast

from pathfolio_sync.check import complaint
from pathfolio_sync.draft import Draft
from pathfolio_sync.edit_time import wire_time
from pathfolio_sync.longtext import set_text
from pathfolio_sync.members import add_entry, remove_entry
from pathfolio_sync.ordered import Standing
from pathfolio_sync.scalar import set_scalar
from pathfolio_sync.trash import delete, revive
from pathfolio_sync.types import FLAGS, Code, Context, HistoryRow, Json, Mutation, Outcome, Record


def merge(state: Record | None, mutation: Mutation, context: Context) -> Outcome:
    """Apply a mutation by the merge rules.

    `state` is the record as stored (None: no such record, or gone) and is not changed. Permission, sizes and the
    validity of values are checked before; shapes that the rules rely on are checked here (`invalid`).
    Which mutations came first matters for `rev` and other bookkeeping, not for what scalars, members and places of
    edits that did not know each other show in the end.
    """
    known = context.history.entry(mutation["id"])
    if known:
        return Outcome(known.status, state)
    sentence = complaint(mutation, context.plan)
    if sentence:
        return _rejected(state, "invalid", sentence)
    if mutation["op"] == "create":
        return _create(state, mutation, context)
    if state is None:
        return _rejected(
            state, "invalid", "What this changes is not here; it may never have arrived."
        )
    draft = Draft(state, mutation, context)
    _OPS[mutation["op"]](draft)
    return _outcome(draft)


def _create(state: Record | None, mutation: Mutation, context: Context) -> Outcome:
    kind, fields = (
        cast("Mapping[str, Json]", mutation["value"])[name] for name in ("kind", "fields")
    )
    if state and (state["kind"] != kind or state["by"] != context.actor):
        return _rejected(state, "id_reused", "Another record has this id already.")
    draft = Draft(state or _blank(mutation, str(kind), context), mutation, context)
    if state is None:
        draft.state["created"] = draft.state["updated"] = wire_time(draft.edited)
    revive(draft)
    for name, content in cast("Mapping[str, Json]", fields).items():
        _fill(draft, name, content)
    return _outcome(draft)


def _blank(mutation: Mutation, kind: str, context: Context) -> Record:
    return Record(
        id=mutation["record"],
        kind=kind,
        rev=[0, ""],
        by=context.actor,
        created="",
        updated="",
        fields={},
        meta={},
    )


def _fill(draft: Draft, name: str, content: Json) -> None:
    """Bring in one field of a create."""
    match draft.context.plan[name]:
        case "scalar":
            set_scalar(draft, name, content)
        case "text":
            set_text(draft, name, str(content))
        case "members":
            for key, value in cast("Mapping[str, Json]", content).items():
                add_entry(draft, name, key, value)
        case "ordered":
            for key, entry in cast("Mapping[str, Mapping[str, Json]]", content).items():
                _add_placed(draft, name, key, entry)


def _set(draft: Draft) -> None:
    revive(draft)
    set_scalar(draft, _field(draft), draft.mutation["value"])


def _text(draft: Draft) -> None:
    revive(draft)
    set_text(draft, _field(draft), str(draft.mutation["value"]))


def _add(draft: Draft) -> None:
    revive(draft)
    name, value = _field(draft), _value(draft)
    if draft.context.plan[name] == "members":
        add_entry(draft, name, str(value["key"]), value["v"])
    else:
        _add_placed(draft, name, str(value["key"]), value)


def _add_placed(draft: Draft, name: str, key: str, entry: Mapping[str, Json]) -> None:
    standing, place = Standing(draft, name, key), entry.get("p")
    add_entry(draft, name, key, entry["v"])
    standing.added(str(place) if place else None)


def _remove(draft: Draft) -> None:
    key = str(_value(draft)["key"])
    if draft.mutation["field"] == FLAGS:
        draft.superseded[FLAGS] = draft.flags.pop(key, None)
    else:
        revive(draft)
        remove_entry(draft, _field(draft), key)


def _place(draft: Draft) -> None:
    revive(draft)
    value = _value(draft)
    Standing(draft, _field(draft), str(value["key"])).moved(str(value["p"]))


_OPS: Mapping[str, Callable[[Draft], None]] = {
    "set": _set,
    "text": _text,
    "add": _add,
    "remove": _remove,
    "place": _place,
    "delete": delete,
    "restore": revive,
}


def _field(draft: Draft) -> str:
    return str(draft.mutation["field"])


def _value(draft: Draft) -> Mapping[str, Json]:
    return cast("Mapping[str, Json]", draft.mutation["value"])


def _outcome(draft: Draft) -> Outcome:
    state, mutation = draft.state, draft.mutation
    state["rev"] = draft.rev
    state["updated"] = max(state["updated"], wire_time(draft.edited))
    state["fields"], state["meta"] = draft.fields, draft.meta
    state["flags"] = draft.flags
    if not draft.flags:
        del state["flags"]
    created = mutation["op"] == "create"
    row = HistoryRow(
        id=draft.id,
        rev=draft.last + 1,
        op=mutation["op"],
        field=mutation["field"],
        value=mutation["value"],
        by=draft.context.actor,
        time=draft.time,
        at=draft.context.now,
        base=mutation["base"],
        after=mutation["after"],
        status=draft.status,
        took=tuple(dict.fromkeys(draft.took)),
        merged=bool(draft.results),
        result=_part(draft.results, whole=created),
        superseded=_part(draft.superseded, whole=created),
    )
    return Outcome(draft.status, state, row, tuple(draft.events))


def _part(parts: Mapping[str, Json], *, whole: bool) -> Json:
    """Create speaks of many fields, by name; any other change of one."""
    return (dict(parts) or None) if whole else next(iter(parts.values()), None)


def _rejected(state: Record | None, code: Code, sentence: str) -> Outcome:
    return Outcome("rejected", state, code=code, sentence=sentence)
