"""Three-way merge of long text, word by word.

The method is diff3's: what each side changed since the base is a list of hunks; hunks that do not touch the same words
are all applied. Differences come from `difflib` without its junk heuristic, which spoils texts beyond 200 words.
"""

import re
from collections import Counter
from difflib import Match, SequenceMatcher
from itertools import accumulate, pairwise
from typing import NamedTuple

_WORD = re.compile(
    r"\s*\S+|\s+"
)  # a word brings the space before it, so that appending leaves the rest as it was
_PATIENCE = 4_000_000
"""Comparisons (about 0.1 us each) after which two texts count as having nothing in common."""


class _TooDifferent(Exception):
    pass


class _Hunk(NamedTuple):
    """Words [start, end) of the base gave way to `text`; ordered as they stand."""

    start: int
    end: int
    text: str


class _Matcher(SequenceMatcher[str]):
    """A SequenceMatcher that gives up: its time is cubic on texts such as one word ten thousand times."""

    def __init__(self, a: list[str], b: list[str]) -> None:
        super().__init__(None, a, b, autojunk=False)
        times = Counter(b)
        self._cost = list(accumulate((1 + times[word] for word in a), initial=0))
        self._left = _PATIENCE

    def find_longest_match(
        self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None
    ) -> Match:
        self._left -= self._cost[-1 if ahi is None else ahi] - self._cost[alo]
        if self._left < 0:
            raise _TooDifferent
        return super().find_longest_match(alo, ahi, blo, bhi)


def text_merge(base: str, ours: str, theirs: str) -> str | None:
    """The text that holds what both sides changed since `base`.

    Returns:
        None where both changed the same words (each its own way), or where the texts are too long and too different
        to tell in reasonable time: then both have to be kept whole.
    """
    if theirs in (ours, base):
        return ours
    if ours == base:
        return theirs
    words = _WORD.findall(base)
    try:
        hunks = sorted({*_hunks(words, ours), *_hunks(words, theirs)})
    except _TooDifferent:
        return None
    if any(_clash(one, other) for one, other in pairwise(hunks)):
        return None
    return _join(words, hunks)


def _hunks(base: list[str], text: str) -> list[_Hunk]:
    words = _WORD.findall(text)
    head = _common(base, words)
    tail = _common(base[head:][::-1], words[head:][::-1])
    old, new = base[head : len(base) - tail], words[head : len(words) - tail]
    return [
        _Hunk(head + start, head + end, "".join(new[first:last]))
        for tag, start, end, first, last in _Matcher(old, new).get_opcodes()
        if tag != "equal"
    ]


def _common(one: list[str], other: list[str]) -> int:
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def _clash(one: _Hunk, other: _Hunk) -> bool:
    both_insert = one.start == one.end == other.start == other.end
    return both_insert or other.start < one.end


def _join(words: list[str], hunks: list[_Hunk]) -> str | None:
    """Apply the hunks, or None if two words would grow together at a seam."""
    pieces, at = [], 0
    for hunk in hunks:
        pieces += ["".join(words[at : hunk.start]), hunk.text]
        at = hunk.end
    pieces = [piece for piece in (*pieces, "".join(words[at:])) if piece]
    if any(not a[-1].isspace() and not b[0].isspace() for a, b in pairwise(pieces)):
        return None
    return "".join(pieces)
