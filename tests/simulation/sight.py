"""Promise 5: nothing is ever sent to anyone who may not see it. Looks at every answer of the server."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from tests.simulation.ledger import BrokenPromiseError, Ledger, words_in
from tests.simulation.roster import Roster
from tests.simulation.school import Answer

Json = dict[str, Any]
WIDER = {"teachers", "published"}
GOOD = {"ok", "merged", "conflict"}


class Sight:
    """An independent model: spaces from the roster, words from who typed them and for whom."""

    def __init__(self, roster: Roster, ledger: Ledger) -> None:
        self.roster = roster
        self.ledger = ledger
        self._order = 0
        self._arrived: dict[str, int] = {}  # accepted mutation -> when
        self._widened: dict[str, list[tuple[int, str]]] = defaultdict(
            list
        )  # record -> (when, what)
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
            if mutation["field"] == "audience" and mutation["value"] in WIDER:
                self._widened[mutation["record"]].append((self._order, mutation["id"]))

    # What it sends

    def check(self, name: str, path: str, answer: Answer) -> None:
        """Raises BrokenPromiseError where an answer to this person tells what it must not."""
        if path.startswith("/api/frameworks/"):
            return
        spaces = self.roster.spaces(name)
        told: Any = answer.json if answer.text else None
        if path == "/api/sync/pull" and answer.status == 200:
            self._pull(name, spaces, told)
        elif path.endswith("/history") and answer.status == 200:
            self._words(name, words_in(told), "in a history")
        else:
            foreign = {word for word in words_in(told) if self._author(word) != name}
            if foreign:
                raise BrokenPromiseError(5, f"{name} was told {sorted(foreign)} by {path}")

    def _pull(self, name: str, spaces: set[str], page: Json) -> None:
        if page.keys() == {"send_vector"}:
            return
        for space in (*page["spaces"], *page["digest"], *page["replace"]):
            if space not in spaces:
                raise BrokenPromiseError(5, f"{name} was told of {space}")
        for change in page["changes"]:
            if change["space"] not in spaces:
                raise BrokenPromiseError(5, f"{name} was sent {change['id']} of {change['space']}")
            if change.get("gone"):
                if change.keys() - {"id", "seq", "gone", "space", "erased"}:
                    raise BrokenPromiseError(5, f"{name} was told where {change['id']} went")
                continue
            self._home(name, change)
            if not change["space"].startswith("u:"):
                self._words(name, words_in(change), f"in {change['id']} of {change['space']}")

    def _home(self, name: str, body: Json) -> None:
        """A body lies where its audience says."""
        by, fields, kind = body["by"], body["fields"], body["kind"]
        usual = {"artifact": "teachers", "showcase": "me", "feedback": "me"}.get(kind)
        if usual is None:
            return
        audience = fields.get("audience", usual)
        own = f"u:{by}"
        if (audience == "me") != (body["space"] == own) and kind != "feedback":
            raise BrokenPromiseError(5, f"{name} got {body['id']} ({audience}) in {body['space']}")
        if kind == "feedback" and audience == "me" and body["space"] != own:
            raise BrokenPromiseError(5, f"{name} got the draft {body['id']} in {body['space']}")

    def _words(self, name: str, words: set[str], where: str) -> None:
        for word in sorted(words):
            if self._author(word) != name and not self._shown(word):
                raise BrokenPromiseError(
                    5, f"{name} was sent {word}, which was written while private, {where}"
                )

    def _author(self, word: str) -> str | None:
        known = self.ledger.words.get(word)
        return known.person if known else None

    def _shown(self, word: str) -> bool:
        """Whether the word was written for others too, or shown to them on purpose afterwards."""
        known = self.ledger.words[word]
        for identity in known.carriers:
            order = self._arrived.get(identity)
            if order is None:
                continue
            saved = self.ledger.saved[identity]
            if not saved.mutation["space"].startswith("u:"):
                return True
            record = saved.mutation["record"]
            for each in (record, self._about.get(record)):
                for when, widening in self._widened[each] if each else ():
                    # Shown afterwards; or its author had shown it before writing on, on this device.
                    if when > order or self.ledger.saved[widening].device == saved.device:
                        return True
        return False
