"""Promise 5: nothing is ever sent to anyone who may not see it. Looks at every answer of the server."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple

from tests.simulation.ledger import BrokenPromiseError, Ledger, words_in
from tests.simulation.roster import Roster
from tests.simulation.school import Answer

Json = dict[str, Any]
Rows = Callable[..., list[Json]]
GOOD = {"ok", "merged", "conflict"}
USUAL = {"artifact": "teachers", "showcase": "me", "feedback": "me"}
GONE = {"id", "seq", "gone", "space", "erased"}


class Move(NamedTuple):
    """An accepted change of a record's audience: when it came, and before whom it put the record."""

    order: int
    mutation: str
    space: str | None
    """None: wherever the work lives that the record is about."""


class Sight:
    """An independent model: spaces from the roster, words from who typed them and for whom."""

    def __init__(self, roster: Roster, ledger: Ledger, rows: Rows) -> None:
        self.roster, self.ledger, self.rows = roster, ledger, rows
        self._order = 0
        self._arrived: dict[str, int] = {}  # accepted mutation -> when
        self._moves: dict[str, list[Move]] = defaultdict(list)
        self._about: dict[str, str] = {}

    # What the server has accepted, as it told devices

    def arrived(self, sent: list[Json], statuses: dict[str, str]) -> None:
        """Mutations that a push or an offer brought, and what became of each."""
        for mutation in sent:
            if statuses.get(mutation["id"]) not in GOOD:
                continue
            self._order += 1
            self._arrived.setdefault(mutation["id"], self._order)
            fields = mutation["value"]["fields"] if mutation["op"] == "create" else {}
            if "artifact" in fields:
                self._about[mutation["record"]] = fields["artifact"]
            if mutation["field"] == "audience":
                self._moved(mutation)
            if mutation["op"] == "delete":
                self._left(mutation)

    def _moved(self, mutation: Json) -> None:
        saved = self.ledger.saved.get(mutation["id"])
        if saved is None or mutation["value"] == "me":
            return
        space = home(mutation["value"], self.roster.people[saved.person])
        self._moves[mutation["record"]].append(Move(self._order, mutation["id"], space))

    def _left(self, mutation: Json) -> None:
        """Deleting work that others of a group own too means leaving it: accepted, but no change of the work."""
        saved = self.ledger.saved.get(mutation["id"])
        if saved is None or self.rows("SELECT id FROM history WHERE id = ?", mutation["id"]):
            return
        query = "SELECT space FROM record WHERE record = ? AND NOT gone"
        person = self.roster.people[saved.person]
        for row in self.rows(query, mutation["record"]):
            # Offered again, it says nothing of somebody who has come back to the group since.
            stays = "SELECT person FROM member WHERE space = ? AND person = ?"
            if row["space"].startswith("g:") and not self.rows(stays, row["space"], person):
                self.roster.state.groups[row["space"][2:]].discard(saved.person)
                self.ledger.settle(mutation["id"])

    # What it sends

    def check(self, name: str, request: Json, answer: Answer) -> None:
        """Raises BrokenPromiseError where an answer to this person tells what it must not."""
        path = request["path"].partition("?")[0]
        if path.startswith(("/api/frameworks/", "/media/")):
            return
        told: Any = answer.json if answer.data else None
        if path == "/api/sync/pull" and answer.status == 200:
            self._pull(name, request["json"], told)
        elif path.endswith("/history") and answer.status == 200:
            self._history(name, path.split("/")[-2], told)
        elif path == "/api/media/sign" and answer.status == 200:
            for address in told["urls"]:
                if "url" in address:
                    self._file(name, address["upload"])
        else:
            foreign = {word for word in words_in(told) if self._author(word) != name}
            if foreign:
                raise BrokenPromiseError(5, f"{name} was told {sorted(foreign)} by {path}")

    def _pull(self, name: str, asked: Json, page: Json) -> None:
        spaces = self.roster.spaces(name)
        if page.keys() == {"send_vector"}:
            return
        for space in (*page["spaces"], *page["digest"], *page["replace"]):
            if space not in spaces:
                raise BrokenPromiseError(5, f"{name} was told of {space}")
        kept = set(asked.get("spaces") or {}) - spaces - set(page["forget"])
        if kept and page["epoch"] == asked["epoch"]:
            raise BrokenPromiseError(5, f"{name} was not told to forget {sorted(kept)}")
        for change in page["changes"]:
            if change["space"] not in spaces:
                raise BrokenPromiseError(5, f"{name} was sent {change['id']} of {change['space']}")
            if change.get("gone"):
                if change.keys() - GONE:
                    raise BrokenPromiseError(5, f"{name} was told where {change['id']} went")
                continue
            self._home(name, change)
            self._words(name, words_in(change), change["space"], change["id"])

    def _home(self, name: str, body: Json) -> None:
        """A body lies where its audience says."""
        by, fields, kind, space = body["by"], body["fields"], body["kind"], body["space"]
        if kind not in USUAL:
            return
        wanted = home(fields.get("audience", USUAL[kind]), by)
        if wanted is None:
            fits = not space.startswith(f"u:{by}") and space[0] in "pgr"
            # A work that was made private takes the feedback on it along, into the space of its student.
            fits = fits or (kind == "feedback" and space.startswith("u:") and space != f"u:{by}")
        else:
            fits = space == wanted
        if not fits:
            raise BrokenPromiseError(5, f"{name} got {body['id']} for {fields} in {space}")

    def _history(self, name: str, record: str, told: Json) -> None:
        """Only of a record that one may see today, only what was written where one may read today."""
        spaces = self.roster.spaces(name)
        lives = self.rows("SELECT space FROM record WHERE record = ? AND NOT gone", record)
        if not any(row["space"] in spaces for row in lives):
            raise BrokenPromiseError(5, f"{name} was shown the history of {record}")
        rows = self.rows("SELECT id, space FROM history WHERE record = ?", record)
        written = {row["id"]: row["space"] for row in rows}
        for entry in told["entries"]:
            if written[entry["id"]] not in spaces:
                raise BrokenPromiseError(5, f"{name} was shown {entry['id']} of {record}")
            self._words(name, words_in(entry), written[entry["id"]], record)

    def _file(self, name: str, upload: str) -> None:
        """A file is its owner's, and of whoever sees it in a work of its owner's."""
        if any(row["person"] == self.roster.people[name] for row in self._uploads(upload)):
            return
        spaces = self.roster.spaces(name)
        rows = self.rows(
            "SELECT space, body FROM record WHERE NOT gone AND instr(body, ?)", upload.encode()
        )
        if not any(row["space"] in spaces for row in rows):
            raise BrokenPromiseError(5, f"{name} was given the file {upload}")

    def _uploads(self, upload: str) -> list[Json]:
        return self.rows("SELECT person FROM upload WHERE id = ?", upload)

    # Words

    def _words(self, name: str, words: set[str], space: str, record: str) -> None:
        for word in sorted(words):
            author = self._author(word)
            if author == name or (self._shown(word, name) and not self._erased(word, author)):
                continue
            if space == f"u:{self.roster.people[name]}" and self._was_shown(word, name):
                continue
            if self._came_along(word, record) and self._put_before(record, name):
                continue
            raise BrokenPromiseError(
                5,
                f"{name} was sent {word}, which was written while private, in {record} of {space}",
            )

    def _came_along(self, word: str, record: str) -> bool:
        """A word that nobody wrote into this very record: it is somebody's copy of a group's work."""
        carriers = self.ledger.words[word].carriers
        return all(self.ledger.saved[each].mutation["record"] != record for each in carriers)

    def _put_before(self, record: str, name: str) -> bool:
        """Whether the owner of a record put it before this reader."""
        spaces = self.roster.spaces(name)
        return any(move.space in spaces for move in self._moves[record])

    def _erased(self, word: str, author: str | None) -> bool:
        spaces = self._audiences(word)
        return author in self.ledger.erased and not any(s and s.startswith("g:") for s in spaces)

    def _author(self, word: str) -> str | None:
        known = self.ledger.words.get(word)
        return known.person if known else None

    def _shown(self, word: str, name: str) -> bool:
        """Whether the word was written for this reader too, or shown to them on purpose afterwards."""
        spaces = self.roster.spaces(name)
        return any(space is None or space in spaces for space in self._audiences(word))

    def _was_shown(self, word: str, name: str) -> bool:
        """The same of the past: of work of a group, or in a list, one keeps what one could see."""
        return any(
            space is None or self.roster.could_read(name, space) for space in self._audiences(word)
        )

    def joint(self) -> set[str]:
        """Words that were put into work of a group, which is its other owners' too."""
        return {
            word
            for word in self.ledger.words
            if any(space and space.startswith("g:") for space in self._audiences(word))
        }

    def _audiences(self, word: str) -> set[str | None]:
        """The spaces for which the word was written, or into which its author put it."""
        found: set[str | None] = set()
        for identity in self.ledger.words[word].carriers:
            order = self._arrived.get(identity)
            if order is None:
                continue
            saved = self.ledger.saved[identity]
            found.add(saved.mutation["space"])
            record = saved.mutation["record"]
            for each in (record, self._about.get(record)):
                for move in self._moves.get(each or "", ()):
                    # Shown afterwards; or its author had shown it before writing on, on this device.
                    same = self.ledger.saved[move.mutation].device == saved.device
                    if move.order > order or same:
                        found.add(move.space)
        return found


def home(audience: str, by: str) -> str | None:
    """The space of an audience; None for "published": wherever the work lives."""
    word, _, identity = audience.partition(":")
    letter = {"me": "u", "teachers": "p", "group": "g", "circle": "r"}.get(word)
    return f"{letter}:{identity or by}" if letter else None
