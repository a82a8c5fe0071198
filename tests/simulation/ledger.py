"""What was saved on devices and what became of it: every mutation, and every word that was ever typed."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

# The underscore keeps words apart from ids, which are letters and digits.
WORD = re.compile(r"wq_\d{5}")


def words_in(value: object) -> set[str]:
    """All words of ours in a JSON value, wherever they stand."""
    return set(WORD.findall(json.dumps(value)))


class BrokenPromiseError(AssertionError):
    """A promise of the design did not hold; `number` is its number there."""

    def __init__(self, number: int, sentence: str) -> None:
        super().__init__(f"promise {number}: {sentence}")
        self.number = number


@dataclass
class Saved:
    """A mutation that a device saved. `replaced`: by a newer one of the same field, before it was sent."""

    mutation: Json
    person: str
    device: str
    at: int
    """When, in true milliseconds since 1970."""
    replaced: bool = False


@dataclass
class Word:
    """A word that somebody typed. `dropped`: somebody who saw it took it out on purpose."""

    person: str
    record: str
    dropped: bool = False
    carriers: set[str] = field(default_factory=set)


class Ledger:
    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self.saved: dict[str, Saved] = {}
        self.words: dict[str, Word] = {}
        self.alone: set[str] = set()
        """Mutations whose device lost its storage: no ring of it can offer them."""
        self.meddled: set[str] = set()
        """Records that a program changed which is none of the devices."""
        self.erased: set[str] = set()
        """People whose words must be nowhere."""
        self.late = False
        """A month has passed: rings may have been emptied."""
        self._buried: set[str] = set()
        self._about: dict[str, str] = {}
        """Answers and the work that they are about."""
        self._authors: dict[str, str] = {}
        """Records and who made them."""
        self._gone: set[str] = set()
        self._count = 0

    def new_word(self) -> str:
        self._count += 1
        return f"wq_{self._count:05d}"

    def save(self, device: str, person: str, mutation: Json) -> None:
        """A device holds a mutation that it did not hold before."""
        self.saved[mutation["id"]] = Saved(mutation, person, device, self._now())
        if mutation["op"] == "create":
            self._authors[mutation["record"]] = person
            if "artifact" in mutation["value"]["fields"]:
                self._about[mutation["record"]] = mutation["value"]["fields"]["artifact"]
        for word in words_in(mutation["value"]):
            known = self.words.setdefault(word, Word(person, mutation["record"]))
            known.carriers.add(mutation["id"])

    def changed(self) -> Counter[str]:
        """Mutations that were saved, by kind of record as far as somebody made it here."""
        kinds: dict[str, str] = {}
        for each in self.saved.values():
            if each.mutation["op"] == "create":
                kinds[each.mutation["record"]] = each.mutation["value"]["kind"]
        found = (kinds.get(each.mutation["record"]) for each in self.saved.values())
        return Counter(kind or "of the school" for kind in found)

    def replace(self, identity: str) -> None:
        self.saved[identity].replaced = True

    def drop(self, words: Iterable[str]) -> None:
        for word in words:
            if word in self.words:
                self.words[word].dropped = True

    def purge(self, mutations: Iterable[str]) -> None:
        """A month has passed, and the history of what lay in the trash is gone."""
        self.late = True
        self._gone |= set(mutations)

    def settle(self, mutation: str) -> None:
        """It did what it meant, and is no change of a record."""
        self._gone.add(mutation)

    def erase(self, name: str, records: Iterable[str]) -> None:
        """Everything by a person, and everything on these records, is gone for good."""
        self.erased.add(name)
        self._buried |= set(records)

    def is_erased(self, saved: Saved) -> bool:
        """Also an answer that comes to school only when the work that it is about is erased: no word of it is kept."""
        record: str = saved.mutation["record"]
        work = self._about.get(record, record)
        # A restored school may not have known the work on the day of the erasure, and erase it later.
        of_erased = self._authors.get(work, "") in self.erased
        return saved.person in self.erased or of_erased or bool({record, work} & self._buried)

    def due(self) -> Iterable[tuple[str, Saved]]:
        """The mutations that must be found somewhere when all is quiet."""
        for identity, each in self.saved.items():
            if not each.replaced and identity not in self._gone and not self.is_erased(each):
                yield identity, each
