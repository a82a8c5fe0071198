"""Where the entries of an ordered field stand: per key, the later place wins, also across a removal."""

from pathfolio_sync.draft import Draft, Key
from pathfolio_sync.places import SOMEWHERE, origin, parted
from pathfolio_sync.rows import entry_place
from pathfolio_sync.types import HistoryRow, Rev


class Standing:
    """All places that one entry was ever given, by changes that the author knew and by others.

    Making one puts the change after all that its author knew, so it comes before the entry's value is weighed.
    """

    def __init__(self, draft: Draft, field: str, key: str) -> None:
        self.draft, self.field, self.key = draft, field, key
        self.known: list[HistoryRow] = []
        self.unknown: list[HistoryRow] = []
        shown = self._shown()
        if shown:
            # It outweighs every other place, and this change will outweigh it: none of the others matters.
            self.known.append(shown)
        else:
            self._read()
        draft.follows(row.time for row in self.known)

    def _shown(self) -> HistoryRow | None:
        """The change that says where the entry stands, if the author knew it."""
        element = self.draft.elements(self.field).get(self.key)
        rev = element.get("pr") if element else None
        row = self.draft.entry(rev) if rev and rev in self.draft.seen else None
        return row if row and entry_place(row, self.field, self.key) is not None else None

    def _read(self) -> None:
        """Read the whole history of the field."""
        if not self.draft.last:
            return
        for row in self.draft.context.history.changes(self.field, self.draft.last):
            if entry_place(row, self.field, self.key) is not None:
                known = [row.rev, row.id] in self.draft.seen
                (self.known if known else self.unknown).append(row)

    def moved(self, place: str) -> None:
        """Apply an op `place`; of an entry that is gone, only history takes note."""
        element = self.draft.elements(self.field).get(self.key)
        if element:
            before = {"key": self.key, "v": element["v"], "p": element.get("p", "")}
            self.draft.superseded[self.field] = before
        self._ask(place)

    def added(self, place: str | None) -> None:
        """Let an entry stand that was just added. A place that the author saw there is no wish to move it."""
        stood = max(self.known, key=lambda row: row.time, default=None)
        asked = origin(place, self.key) if place else None
        if asked and not (stood and self._place(stood) == asked):
            self._ask(asked)
        elif self.known or self.unknown:
            self._stand(*self._heaviest([*self.known, *self.unknown]))
        else:
            self._stand(SOMEWHERE, self.draft.rev)

    def _ask(self, asked: str) -> None:
        """Weigh a wish against the places that its author did not know."""
        self.draft.took.append(self.field)
        place, rev = asked, self.draft.rev
        if self.unknown:
            other, other_rev = self._heaviest(self.unknown)
            if self._weight(other, other_rev) > self._weight(asked, rev):
                place, rev = other, other_rev
                self.draft.grade("merged")
        self._stand(place, rev)

    def _heaviest(self, rows: list[HistoryRow]) -> tuple[str, Rev]:
        pairs: list[tuple[str, Rev]] = [(self._place(row), [row.rev, row.id]) for row in rows]
        return max(pairs, key=lambda pair: self._weight(*pair))

    def _place(self, row: HistoryRow) -> str:
        return origin(entry_place(row, self.field, self.key) or "", self.key)

    def _weight(self, place: str, rev: Rev) -> Key:
        return self.draft.key("", place, rev)

    def _stand(self, place: str, rev: Rev) -> None:
        elements = self.draft.elements(self.field)
        if self.key not in elements:
            return
        element = elements[self.key]
        stays = "p" in element and origin(element["p"], self.key) == place
        elements[self.key] = {**element, "p": element["p"] if stays else place, "pr": rev}
        places = {key: str(entry["p"]) for key, entry in elements.items() if "p" in entry}
        for key, apart in parted(places).items():
            elements[key] = {**elements[key], "p": apart}
        self.draft.put_elements(self.field, elements)
