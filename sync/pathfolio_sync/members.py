"""Entries of members and ordered fields: observed-remove sets.

Every add that nobody who knew it has replaced or removed holds its entry in place. Usually that is one; when several
did not know each other (`also`), the value of the heaviest is shown and the others are flagged. After Shapiro et al.,
"A comprehensive study of convergent and commutative replicated data types" (2011), the observed-remove set.
"""

from typing import cast

from pathfolio_sync.draft import Draft, same
from pathfolio_sync.rows import entry_value, writes_entry
from pathfolio_sync.types import Element, Json, Rev


def add_entry(draft: Draft, field: str, key: str, value: Json) -> None:
    """Put an entry, or give it another value; one that others put meanwhile stays beside it."""
    elements = draft.elements(field)
    element = elements.get(key)
    _unflag(draft, field, key)
    _note(draft, field, key, element)
    others = _unknown(draft, element)
    values = _values(draft, field, key, element, others)
    values.append((draft.rev, value))
    elements[key] = _settle(draft, field, key, element, values)
    draft.put_elements(field, elements)
    if element and others:
        _flag_loser(draft, field, {"key": key, "v": value}, element, elements[key])


def remove_entry(draft: Draft, field: str, key: str) -> None:
    """Take away what the author knew of an entry; what others put meanwhile stays."""
    elements = draft.elements(field)
    element = elements.get(key)
    if element is None:
        return
    _unflag(draft, field, key)
    others = _unknown(draft, element)
    values = _values(draft, field, key, element, others)
    if values:
        elements[key] = _settle(draft, field, key, element, values)
        draft.grade("merged")
    else:
        _note(draft, field, key, element)
        del elements[key]
    draft.put_elements(field, elements)


def _unknown(draft: Draft, element: Element | None) -> list[Rev]:
    adds = [element["r"], *element.get("also", [])] if element else []
    return [add for add in adds if add not in draft.seen]


def _values(
    draft: Draft, field: str, key: str, element: Element | None, adds: list[Rev]
) -> list[tuple[Rev, Json]]:
    """What these adds put. Of one whose history was erased only the value that is shown is known."""
    ordered = draft.context.plan[field] == "ordered"
    values: list[tuple[Rev, Json]] = []
    for add in adds:
        row = draft.entry(add)
        if row and writes_entry(row, field, key):
            values.append((add, entry_value(row, field, key, ordered=ordered)))
        elif element and add == element["r"]:
            values.append((add, element["v"]))
    return values


def _settle(
    draft: Draft, field: str, key: str, element: Element | None, values: list[tuple[Rev, Json]]
) -> Element:
    """The entry as those adds leave it: the heaviest shown, the others remembered."""
    winner, value = max(values, key=lambda pair: draft.key(field, pair[1], pair[0]))
    others = sorted((add for add, _ in values if add is not winner), key=lambda add: str(add[1]))
    settled = cast("Element", {**(element or {}), "v": value, "r": winner})
    settled.pop("also", None)
    if others:
        settled["also"] = others
    draft.unflag_shown(field, {"key": key, "v": value})
    return settled


def _flag_loser(
    draft: Draft, field: str, submitted: dict[str, Json], before: Element, now: Element
) -> None:
    """Flag the one that lost by this add: the submitted value, or the one shown before if it was not known."""
    if now["r"] is not draft.rev:
        loser, lost = draft.rev, submitted
    elif before["r"] not in draft.seen:
        loser, lost = before["r"], {**submitted, "v": before["v"]}
    else:
        return
    if not same(lost["v"], now["v"]):
        draft.flag(loser, field, lost, winner=now["r"], key=str(lost["key"]))


def _unflag(draft: Draft, field: str, key: str) -> None:
    """Drop the flags of values of this entry that the author goes on from."""
    draft.unflag(field, (row for row in draft.seen.chain() if writes_entry(row, field, key)), key)


def _note(draft: Draft, field: str, key: str, element: Element | None) -> None:
    if element:
        place = {"p": element["p"]} if "p" in element else {}
        draft.superseded[field] = {"key": key, "v": element["v"], **place}
