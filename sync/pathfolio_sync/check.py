"""The shapes that the rules rely on, said in a sentence where they are missing."""

from collections.abc import Callable, Mapping

from pathfolio_sync.canonical import canonical
from pathfolio_sync.places import valid
from pathfolio_sync.types import FLAGS, Json, MergeType, Mutation, Plan

_Check = Callable[[Mutation, Plan], str | None]


def complaint(mutation: Mutation, plan: Plan) -> str | None:
    """Why a mutation can't be applied to any record of its kind, or None.

    Values are not judged here but for what merging needs: that they are JSON, texts, keys and places.
    """
    try:
        canonical(mutation["value"])
    except (ValueError, RecursionError):
        return "The value holds something that can't be kept, such as a broken character or number."
    check = _CHECKS.get(mutation["op"])
    return check(mutation, plan) if check else f"There is no change called “{mutation['op']}”."


def _create(mutation: Mutation, plan: Plan) -> str | None:
    value = mutation["value"]
    fields = value.get("fields") if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping) or not isinstance(fields, Mapping):
        return "A new record needs its kind and its fields."
    if not isinstance(value.get("kind"), str):
        return "A new record needs its kind."
    for name, content in fields.items():
        if name not in plan:
            return _unknown(name)
        if not _fits(content, plan[name]):
            return f"“{name}” does not have the form it needs."
    return None


def _fits(content: Json, merges: MergeType) -> bool:
    match merges:
        case "scalar":
            return True
        case "text":
            return isinstance(content, str)
        case "members":
            return isinstance(content, Mapping)
        case "ordered":
            return isinstance(content, Mapping) and all(
                isinstance(entry, Mapping) and "v" in entry and valid(entry.get("p"))
                for entry in content.values()
            )


def _set(mutation: Mutation, plan: Plan) -> str | None:
    return _field(mutation, plan, "scalar")


def _text(mutation: Mutation, plan: Plan) -> str | None:
    if not isinstance(mutation["value"], str):
        return "A text has to be text."
    return _field(mutation, plan, "text")


def _add(mutation: Mutation, plan: Plan) -> str | None:
    value = mutation["value"]
    if not isinstance(value, Mapping) or "v" not in value:
        return "An entry needs a key and a value."
    if value.get("p") is not None and not valid(value["p"]):
        return "The place of the entry is not one."
    return _key(mutation) or _field(mutation, plan, "members", "ordered")


def _remove(mutation: Mutation, plan: Plan) -> str | None:
    if mutation["field"] == FLAGS:
        return _key(mutation)
    return _key(mutation) or _field(mutation, plan, "members", "ordered")


def _place(mutation: Mutation, plan: Plan) -> str | None:
    value = mutation["value"]
    if not isinstance(value, Mapping) or not valid(value.get("p")):
        return "The place of the entry is not one."
    return _key(mutation) or _field(mutation, plan, "ordered")


def _nothing(_mutation: Mutation, _plan: Plan) -> None:
    return None


def _key(mutation: Mutation) -> str | None:
    value = mutation["value"]
    key = value.get("key") if isinstance(value, Mapping) else None
    return None if isinstance(key, str) and key else "The change does not say which entry it means."


def _field(mutation: Mutation, plan: Plan, *merges: MergeType) -> str | None:
    name = mutation["field"]
    if not isinstance(name, str) or name not in plan:
        return _unknown(name)
    return None if plan[name] in merges else f"“{name}” can't be changed by “{mutation['op']}”."


def _unknown(name: object) -> str:
    return f"There is no field called “{name}” here. An update of the app may help."


_CHECKS: Mapping[str, _Check] = {
    "create": _create,
    "set": _set,
    "text": _text,
    "add": _add,
    "remove": _remove,
    "place": _place,
    "delete": _nothing,
    "restore": _nothing,
}
