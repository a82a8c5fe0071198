"""What a device shows: the base with its own waiting mutations on top.

The twin of the client's `replay.ts`; both are held together by shared vectors. It knows no conflict: what is waiting
is shown as if it won, until the server's answer is pulled.
"""

from collections.abc import Callable, Mapping
from typing import cast

from pathfolio_sync.types import (
    FLAGS,
    TRASH,
    Deleted,
    Element,
    Json,
    MergeType,
    Mutation,
    Plan,
    Record,
    Rev,
)

_Object = Mapping[str, Json]


def replay(
    record: Record | None, mutation: Mutation, person: str, plans: Mapping[str, Plan]
) -> Record | None:
    """Show a waiting mutation of `person` on top of a base.

    Returns a new record, or `record` itself where there is nothing to do: it holds the mutation already, there is no
    record to change, or op, kind, field or value are unknown or malformed. Never raises, never merges.
    """
    if mutation["op"] == "create":
        return record or _create(mutation, person, plans)
    if record is None or holds(record, mutation):
        return record
    if mutation["op"] == "remove" and mutation["field"] == FLAGS:
        return _unflag(record, mutation)
    stamp: Rev = [record["rev"][0], mutation["id"]]
    if mutation["op"] == "delete":
        return _delete(record, mutation, person, stamp)
    plan = plans.get(record["kind"], {})
    fields = (
        record["fields"] if mutation["op"] == "restore" else _edit(record, mutation, plan, stamp)
    )
    return record if fields is None else _edited(record, mutation, fields, stamp)


def holds(record: Record, mutation: Mutation) -> bool:
    """Whether the record shows that it holds the mutation.

    It does if the mutation made the record's last change, or the last one of what it speaks of, or lost and is flagged.
    """
    name = mutation["id"]
    ids = {record["rev"][1], *record.get("flags", {})}
    if mutation["op"] in ("delete", "restore"):
        ids.add(record["meta"].get(TRASH, [0, ""])[1])
    field, value = mutation["field"], mutation["value"]
    if field is not None and mutation["op"] in ("set", "text"):
        ids.add(record["meta"].get(field, [0, ""])[1])
    elif field is not None and isinstance(value, Mapping):
        entries = record["fields"].get(field)
        element = entries.get(value.get("key")) if isinstance(entries, Mapping) else None
        if isinstance(element, Mapping):
            revs = [element["r"], element.get("pr"), *element.get("also", [])]
            ids.update(str(rev[1]) for rev in revs if rev)
    return name in ids


def _create(mutation: Mutation, person: str, plans: Mapping[str, Plan]) -> Record | None:
    value = mutation["value"]
    kind, content = (
        (value.get("kind"), value.get("fields")) if isinstance(value, Mapping) else (None, None)
    )
    if not isinstance(kind, str) or kind not in plans or not isinstance(content, Mapping):
        return None
    stamp: Rev = [0, mutation["id"]]
    plan = plans[kind]
    shown = {name: _filled(content[name], plan[name], stamp) for name in content if name in plan}
    fields = {
        name: shown[name] for name in shown if shown[name] is not None or plan[name] == "scalar"
    }
    return Record(
        id=mutation["record"],
        kind=kind,
        space=mutation["space"],
        seq=0,
        rev=stamp,
        by=person,
        created=mutation["at"],
        updated=mutation["at"],
        fields=fields,
        meta={name: stamp for name in fields if plan[name] in ("scalar", "text")},
    )


def _filled(content: Json, merges: MergeType, stamp: Rev) -> Json:
    """A field of a new record, None where it is empty or malformed."""
    if merges == "scalar":
        return content
    if merges == "text":
        return content if isinstance(content, str) else None
    if not isinstance(content, Mapping):
        return None
    entries: dict[str, Json] = {}
    for key, entry in content.items():
        if merges == "members":
            entries[key] = Element(v=entry, r=stamp)
        elif isinstance(entry, Mapping) and "v" in entry and isinstance(entry.get("p"), str):
            entries[key] = Element(v=entry["v"], r=stamp, p=entry["p"], pr=stamp)
    return entries or None


def _edit(record: Record, mutation: Mutation, plan: Plan, stamp: Rev) -> dict[str, Json] | None:
    """The record's fields after the op, or None where it can't be applied."""
    field, op, value = mutation["field"], mutation["op"], mutation["value"]
    merges = plan.get(field) if field is not None else None
    if field is None or merges is None:
        return None
    if (op == "set" and merges == "scalar") or (
        op == "text" and merges == "text" and isinstance(value, str)
    ):
        return {**record["fields"], field: value}
    change = _ENTRY_OPS.get(op)
    if change is None or merges not in ("members", "ordered") or not isinstance(value, Mapping):
        return None
    key = value.get("key")
    entries = cast("Mapping[str, Element]", record["fields"].get(field, {}))
    changed = change(entries, key, value, merges, stamp) if isinstance(key, str) else None
    if changed is None:
        return None
    fields = {**record["fields"], field: changed}
    if not changed:
        del fields[field]
    return fields


_Entries = dict[str, Element] | None


def _add(
    entries: Mapping[str, Element], key: str, value: _Object, merges: MergeType, stamp: Rev
) -> _Entries:
    if "v" not in value:
        return None
    before, place = entries.get(key), value.get("p")
    element = Element(v=value["v"], r=stamp)
    if merges == "ordered":
        if isinstance(place, str):
            element["p"], element["pr"] = place, stamp
        elif before and "p" in before and "pr" in before:
            element["p"], element["pr"] = before["p"], before["pr"]
        else:
            return None
    return {**entries, key: element}


def _remove(
    entries: Mapping[str, Element], key: str, _value: _Object, _merges: MergeType, _stamp: Rev
) -> _Entries:
    return {other: element for other, element in entries.items() if other != key}


def _place(
    entries: Mapping[str, Element], key: str, value: _Object, merges: MergeType, stamp: Rev
) -> _Entries:
    place = value.get("p")
    if merges != "ordered" or not isinstance(place, str):
        return None
    if key not in entries:
        return dict(entries)
    return {**entries, key: {**entries[key], "p": place, "pr": stamp}}


_ENTRY_OPS: Mapping[
    str, Callable[[Mapping[str, Element], str, _Object, MergeType, Rev], _Entries]
] = {"add": _add, "remove": _remove, "place": _place}


def _edited(record: Record, mutation: Mutation, fields: dict[str, Json], stamp: Rev) -> Record:
    """The record with these fields, out of the trash, stamped where the mutation decided something."""
    meta = {**record["meta"]}
    if mutation["op"] in ("set", "text") and mutation["field"] is not None:
        meta[mutation["field"]] = stamp
    edited = cast("Record", {**record, "fields": fields, "meta": meta})
    if "deleted" in edited:
        del edited["deleted"]
        meta[TRASH] = stamp
    edited["updated"] = max(record["updated"], mutation["at"])
    return edited


def _delete(record: Record, mutation: Mutation, person: str, stamp: Rev) -> Record:
    if "deleted" in record:
        return record
    meta = {**record["meta"], TRASH: stamp}
    deleted = Deleted(by=person, at=mutation["at"])
    updated = max(record["updated"], mutation["at"])
    return cast("Record", {**record, "meta": meta, "updated": updated, "deleted": deleted})


def _unflag(record: Record, mutation: Mutation) -> Record:
    value = mutation["value"]
    key = value.get("key") if isinstance(value, Mapping) else None
    flags = record.get("flags", {})
    if not isinstance(key, str) or key not in flags:
        return record
    rest = {other: flag for other, flag in flags.items() if other != key}
    unflagged = cast("Record", {**record, "flags": rest})
    if not rest:
        del unflagged["flags"]
    return unflagged
