"""Where the entries of an ordered field stand: per key, the later place wins, also across a removal."""

from pathfolio_sync.draft import Draft, Key
from pathfolio_sync.places import SOMEWHERE, origin, parted
from pathfolio_sync.rows import entry_place
from pathfolio_sync.types import HistoryRow, Rev


def follow_places(draft: Draft, field: str, key: str) -> None:
    """Put this change after all that its author knew of where the entry stood; before its value is weighed."""
    known, _ = _placings(draft, field, key)
    draft.follows(row.time for row in known)


def place_entry(draft: Draft, field: str, key: str, place: str) -> None:
    """Apply an op `place`; of an entry that is gone, only history takes note."""
    follow_places(draft, field, key)
    draft.took.append(field)
    element = draft.elements(field).get(key)
    if element:
        draft.superseded[field] = {"key": key, "v": element["v"], "p": element.get("p", "")}
    _stand(draft, field, key, place)


def place_added(draft: Draft, field: str, key: str, place: str | None) -> None:
    """Let an entry stand that was just added. A place that the author saw there is no wish to move it."""
    known, unknown = _placings(draft, field, key)
    stood = max(known, key=lambda row: row.time, default=None)
    asked = origin(place, key) if place else None
    if asked and not (stood and _place(stood, field, key) == asked):
        draft.took.append(field)
        _stand(draft, field, key, asked)
    elif known or unknown:
        _move(draft, field, key, *_heaviest(draft, field, key, [*known, *unknown]))
    else:
        _move(draft, field, key, SOMEWHERE, draft.rev)


def _stand(draft: Draft, field: str, key: str, asked: str) -> None:
    """Weigh a wish against all places the entry was ever given that its author did not know."""
    _, unknown = _placings(draft, field, key)
    place, rev = asked, draft.rev
    if unknown:
        other, other_rev = _heaviest(draft, field, key, unknown)
        if _weight(draft, other, other_rev) > _weight(draft, asked, draft.rev):
            place, rev = other, other_rev
            draft.grade("merged")
    _move(draft, field, key, place, rev)


def _placings(draft: Draft, field: str, key: str) -> tuple[list[HistoryRow], list[HistoryRow]]:
    """The changes that gave the entry a place: those that the author knew, and the others."""
    known: list[HistoryRow] = []
    unknown: list[HistoryRow] = []
    for row in draft.context.history.changes(field, draft.last):
        if entry_place(row, field, key) is not None:
            (known if [row.rev, row.id] in draft.seen else unknown).append(row)
    return known, unknown


def _heaviest(draft: Draft, field: str, key: str, rows: list[HistoryRow]) -> tuple[str, Rev]:
    pairs: list[tuple[str, Rev]] = [(_place(row, field, key), [row.rev, row.id]) for row in rows]
    return max(pairs, key=lambda pair: _weight(draft, *pair))


def _place(row: HistoryRow, field: str, key: str) -> str:
    return origin(entry_place(row, field, key) or "", key)


def _weight(draft: Draft, place: str, rev: Rev) -> Key:
    return draft.key("", place, rev)


def _move(draft: Draft, field: str, key: str, place: str, rev: Rev) -> None:
    elements = draft.elements(field)
    if key not in elements:
        return
    element = elements[key]
    stays = "p" in element and origin(element["p"], key) == place
    elements[key] = {**element, "p": element["p"] if stays else place, "pr": rev}
    moved = parted({other: str(entry["p"]) for other, entry in elements.items() if "p" in entry})
    for other, apart in moved.items():
        elements[other] = {**elements[other], "p": apart}
    draft.put_elements(field, elements)
