"""Whether a mutation's value is one that its kind of record can hold."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError

from pathfolio import ids
from pathfolio.records.declare import Field, Kind, Merge, ValueField
from pathfolio.records.registry import KINDS, kind_named
from pathfolio.records.values import TooLargeError
from pathfolio_sync import FLAGS

MOST_ENTRIES = 500
_PLACE_BYTES = 400


class RefusedError(Exception):
    """A mutation that cannot be applied: a code of the protocol, and a sentence for its author."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence


def invalid(sentence: str) -> RefusedError:
    return RefusedError("invalid", sentence)


def creation(value: object, record: str, person: str) -> tuple[Kind, dict[str, Any]]:
    """The kind and cleaned fields of a create's value. Raises RefusedError."""
    if not isinstance(value, dict) or value.keys() != {"kind", "fields"}:
        raise invalid("A creation must carry exactly a kind and fields.")
    kind = kind_named(value["kind"])
    if kind is None:
        raise invalid(f"There is no such kind of record. Known are: {', '.join(KINDS)}.")
    given = value["fields"]
    if not isinstance(given, dict):
        raise invalid("The fields of a creation must be an object.")
    fields = {name: _whole_field(kind, name, each) for name, each in given.items()}
    for name, field in kind.fields.items():
        if field.once and not field.value.allow_none and name not in fields:
            raise invalid(f"A {kind.name} must say its {name}.")
    if kind.own_id is not None:
        wanted = kind.own_id.format(person=person, artifact=fields.get("artifact"))
        if record != ids.derived_id(wanted):
            raise invalid(f"The id of this {kind.name} must be derived from {kind.own_id}.")
    return kind, fields


def change(kind: Kind, op: str, field: object, value: object) -> Any:  # noqa: ANN401 - JSON
    """The cleaned value of any mutation but create. Raises RefusedError."""
    if op in {"delete", "restore"}:
        if field is not None or value is not None:
            raise invalid(f"A {op} carries neither field nor value.")
        return None
    if op == "remove" and field == FLAGS:
        return {"key": _only(value, {"key"})["key"]}
    found = _field(kind, field)
    if found.once:
        raise invalid(f"The {field} of a {kind.name} is said once and cannot change.")
    if op not in _OPS[found.merge]:
        raise invalid(f"There is no {op!r} for the {field} of a {kind.name}."[:200])
    if op in {"set", "text"}:
        return _value(found.value, value, str(field))
    return _entry(found, op, value, str(field))


_OPS = {
    Merge.SCALAR: {"set"},
    Merge.TEXT: {"text"},
    Merge.MEMBERS: {"add", "remove"},
    Merge.ORDERED: {"add", "remove", "place"},
}


def _field(kind: Kind, name: object) -> Field:
    found = kind.fields.get(name) if isinstance(name, str) else None
    if found is None:
        raise invalid(f"A {kind.name} has no such field. It has: {', '.join(kind.fields)}.")
    return found


def _whole_field(kind: Kind, name: str, value: object) -> Any:  # noqa: ANN401 - JSON
    field = _field(kind, name)
    if field.merge in {Merge.SCALAR, Merge.TEXT}:
        return _value(field.value, value, name)
    if not isinstance(value, dict):
        raise invalid(f"The {name} of a creation must be an object of entries.")
    if len(value) > MOST_ENTRIES:
        raise RefusedError("too_large", f"At most {MOST_ENTRIES} entries fit into {name}.")
    entries = {}
    for key, each in value.items():
        if field.merge is Merge.MEMBERS:
            entries[_key(field, key, name)] = _value(field.value, each, name)
        else:
            found = _only(each, {"v", "p"})
            entries[_key(field, key, name)] = {
                "v": _value(field.value, found["v"], name),
                "p": _place(found["p"], name),
            }
    return entries


def _entry(field: Field, op: str, value: object, name: str) -> dict[str, Any]:
    if op == "remove":
        return {"key": _key(field, _only(value, {"key"})["key"], name)}
    if op == "place":
        found = _only(value, {"key", "p"})
        return {"key": _key(field, found["key"], name), "p": _place(found["p"], name)}
    wanted = {"key", "v"} if field.merge is Merge.MEMBERS else {"key", "v", "p"}
    found = _only(value, wanted)
    entry = {"key": _key(field, found["key"], name), "v": _value(field.value, found["v"], name)}
    return entry | ({"p": _place(found["p"], name)} if "p" in wanted else {})


def _only(value: object, keys: set[str]) -> dict[str, Any]:
    if not isinstance(value, dict) or value.keys() != keys:
        raise invalid(f"This change must carry exactly: {', '.join(sorted(keys))}.")
    return value


def _key(field: Field, key: object, name: str) -> str:
    assert field.key is not None  # noqa: S101 - members and ordered fields have keys
    return str(_value(field.key, key, name))


def _place(place: object, name: str) -> str:
    if isinstance(place, str) and place.isascii() and 0 < len(place) <= _PLACE_BYTES:
        return place
    raise invalid(f"An entry of {name} needs a place in its order.")


def _value(field: ValueField, value: object, name: str) -> Any:  # noqa: ANN401 - JSON
    try:
        return field.deserialize(value)
    except TooLargeError as problem:
        raise RefusedError("too_large", f"{name}: {_sentence(problem.messages)}") from None
    except ValidationError as problem:
        raise invalid(f"{name}: {_sentence(problem.messages)}") from None


def _sentence(messages: object) -> str:
    """The first sentence of marshmallow's tree of messages, with the way to it."""
    if isinstance(messages, dict):
        key, inner = next(iter(messages.items()))
        inside = _sentence(inner)
        return inside if key == "_schema" else f"{str(key)[:60]}: {inside}"
    return str(messages[0]) if isinstance(messages, list) and messages else str(messages)
