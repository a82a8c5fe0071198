"""What was saved on devices and what became of it: every mutation, and every word that was ever typed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
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
    replaced: bool = False


@dataclass
class Word:
    """A word that somebody typed. `dropped`: somebody who saw it took it out on purpose."""

    person: str
    record: str
    dropped: bool = False
    carriers: set[str] = field(default_factory=set)


class Ledger:
    def __init__(self) -> None:
        self.saved: dict[str, Saved] = {}
        self.words: dict[str, Word] = {}
        self._count = 0

    def new_word(self) -> str:
        self._count += 1
        return f"wq_{self._count:05d}"

    def save(self, device: str, person: str, mutation: Json) -> None:
        """A device holds a mutation that it did not hold before."""
        self.saved[mutation["id"]] = Saved(mutation, person, device)
        for word in words_in(mutation["value"]):
            known = self.words.setdefault(word, Word(person, mutation["record"]))
            known.carriers.add(mutation["id"])

    def replace(self, identity: str) -> None:
        self.saved[identity].replaced = True

    def drop(self, words: Iterable[str]) -> None:
        for word in words:
            if word in self.words:
                self.words[word].dropped = True

    def due(self) -> Iterable[tuple[str, Saved]]:
        """The mutations that must be found somewhere when all is quiet."""
        return ((identity, each) for identity, each in self.saved.items() if not each.replaced)
