"""What a history row says about one field or one entry of it."""

from collections.abc import Mapping
from typing import Final, cast

from pathfolio_sync.types import HistoryRow, Json


class _Missing:
    pass


MISSING: Final = _Missing()


def wrote(row: HistoryRow, field: str) -> Json:
    """The scalar or text that a change submitted for a field, else MISSING."""
    if row.op == "create":
        return _created(row).get(field, MISSING)
    return row.value if row.field == field and row.op in ("set", "text") else MISSING


def shown(row: HistoryRow, field: str) -> Json:
    """The scalar or text that the field showed after a change that decided it (`field in row.took`)."""
    if row.op == "create":
        results = cast("Mapping[str, Json]", row.result) if row.merged else {}
        return results.get(field, _created(row)[field])
    return row.result if row.merged else row.value


def entry_value(row: HistoryRow, field: str, key: str, *, ordered: bool) -> Json:
    """The value that an add (or a create) gave an entry."""
    if row.op == "create":
        value = cast("Mapping[str, Json]", _created(row)[field])[key]
        return cast("Mapping[str, Json]", value)["v"] if ordered else value
    return cast("Mapping[str, Json]", row.value)["v"]


def writes_entry(row: HistoryRow, field: str, key: str) -> bool:
    """Whether a change is an add (or a create) of an entry."""
    if row.op == "create":
        return key in cast("Mapping[str, Json]", _created(row).get(field, {}))
    return (
        row.op == "add"
        and row.field == field
        and cast("Mapping[str, Json]", row.value)["key"] == key
    )


def entry_place(row: HistoryRow, field: str, key: str) -> str | None:
    """The place that a change asked for an entry of an ordered field, if it did."""
    if field not in row.took:
        return None
    if row.op == "create":
        entry = cast("Mapping[str, Mapping[str, Json]]", _created(row)[field]).get(key, {})
    else:
        value = cast("Mapping[str, Json]", row.value)
        entry = value if value["key"] == key else {}
    return str(entry["p"]) if entry else None


def _created(row: HistoryRow) -> Mapping[str, Json]:
    return cast("Mapping[str, Mapping[str, Json]]", row.value)["fields"]
