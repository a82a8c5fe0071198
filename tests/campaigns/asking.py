"""Random requests about random things, each with what the rules say must come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from pathfolio import clock, db, ids
from tests.campaigns.random_school import District, Human, Piece, Room
from tests.campaigns.rules_of_access import WORKING, Rules

Json = dict[str, Any]


def nothing() -> None:
    """A request after which the facts are as before."""


@dataclass
class Ask:
    """A request in somebody's session: `may` by the rules; `twin` the same about something that never was."""

    who: Human
    what: str
    method: str
    path: str
    may: bool
    body: Any = None
    twin: tuple[str, Any] | None = None
    result: str = "status"
    then: Callable[[], None] = field(default=nothing)


class Asking:
    """Draws requests. Everything it draws follows from `dice` and the district."""

    def __init__(self, district: District, dice: Random) -> None:
        self.facts, self.dice, self.rules = district, dice, Rules(district)
        self.kinds: list[tuple[int, Callable[[Human], Ask | None]]] = [
            (10, self.change), (6, self.create), (5, self.move), (3, self.trash), (8, self.history), (8, self.sign),
            (2, self.upload), (6, self.person), (3, self.enrol), (6, self.room), (3, self.device), (2, self.list),
            (2, self.own),
        ]  # fmt: skip

    def draw(self) -> Ask:
        while True:
            who = self.dice.choice(list(self.facts.people.values()))
            (make,) = self.dice.choices(
                [each for _, each in self.kinds], [each for each, _ in self.kinds]
            )
            found = make(who)
            if found is not None:
                return found

    # Near: things of the own school are asked for more often, where rules are finer than "another school"

    def _someone(self, who: Human) -> Human:
        near = self.facts.of(who.school, "student", "teacher", "coordinator")
        return self.dice.choice(
            near if self.dice.random() < 0.8 else list(self.facts.people.values())
        )

    def _piece(self, who: Human, kind: str | None = None) -> Piece:
        every = [each for each in self.facts.pieces.values() if kind in {None, each.kind}]
        near = [each for each in every if each.school == who.school and self.rules.sees(who, each)]
        return self.dice.choice(near if near and self.dice.random() < 0.5 else every)

    # Records

    def push(
        self,
        who: Human,
        what: str,
        may: bool,
        *mutations: Json,
        twin: Json | None = None,
        **more: Any,  # noqa: ANN401 - what an Ask takes
    ) -> Ask:
        return Ask(
            who, what, "POST", "/api/sync/push", may, self.envelope(who, *mutations),
            ("/api/sync/push", twin) if twin else None, "mutations", **more,
        )  # fmt: skip

    def envelope(self, who: Human, *mutations: Json) -> Json:
        who.client = who.client or ids.new_id()
        for each in mutations:
            who.n += 1
            each["n"] = who.n
        now = clock.to_wire(clock.now())
        return {"client": who.client, "schema": 1, "now": now, "mutations": list(mutations)}

    def mutation(self, op: str, record: str, space: str, **more: Any) -> Json:  # noqa: ANN401 - JSON
        plain = {
            "field": None,
            "value": None,
            "base": self.rev(record),
            "after": None,
            "pulled": None,
        }
        return {"id": ids.new_id(), "op": op, "record": record, "space": space} | plain | {
            "at": clock.to_wire(clock.now())
        } | more  # fmt: skip

    def rev(self, record: str) -> list[Any] | None:
        """What a device that had just pulled would name as its base."""
        with self.facts.app.app_context(), db.db.engine.connect() as connection:
            row = connection.exec_driver_sql(
                "SELECT rev, rev_id FROM record WHERE record = ? AND NOT gone", (record,)
            ).one_or_none()
        return [row[0], row[1]] if row else None

    def change(self, who: Human) -> Ask:
        piece, sees = self._piece(who), True
        kind = piece.kind
        if not self.rules.sees(who, piece):
            # Who cannot see it cannot know its kind either, and must not learn it from a refusal.
            kind, sees = self.dice.choice(["artifact", "feedback", "reply"]), False
        name = {"artifact": "title", "feedback": "glow", "reply": "words"}[kind]
        op = "set" if kind == "artifact" else "text"
        more = {"field": name, "value": f"changed {who.n}"}
        asked = self.mutation(op, piece.id, piece.space, **more)
        twin = None if sees else self.mutation(op, ids.new_id(), piece.space, **more)
        what = f"change a {piece.kind} in {piece.space[0]}:"
        return self.push(who, what, self.rules.changes(who, piece), asked, twin=twin)

    def create(self, who: Human) -> Ask:
        kind = self.dice.choice(["artifact", "feedback", "reply"])
        record = ids.new_id()
        about = self._piece(who, "artifact")
        fields: Json = {"artifact": about.id}
        space = about.space
        if kind == "artifact":
            word = self.dice.choice(["me", "teachers", "group", "circle"])
            near = [each for each in self.facts.rings if each[0] == word[0].replace("c", "r")]
            audience = (
                f"{word}:{self.dice.choice(near)[2:]}" if word in {"group", "circle"} else word
            )
            space, fields = self.rules.home(who, audience) or f"p:{who.id}", {"audience": audience}
        elif kind == "feedback":
            draft = self.dice.random() < 0.3
            fields["audience"] = "me" if draft else "published"
            space = f"u:{who.id}" if draft else space
        else:
            fields["feedback"] = None
        made = Piece(
            record, kind, who.id, who.school, space, None if kind == "artifact" else about.id
        )
        may = self.rules.makes(who, kind, space)
        value = {"kind": kind, "fields": fields}
        asked = self.mutation("create", record, space, value=value)
        return self.push(
            who, f"create a {kind} in {space[0]}:", may, asked,
            then=lambda: self.facts.pieces.update({record: made}),
        )  # fmt: skip

    def move(self, who: Human) -> Ask | None:
        piece = self._piece(who, "artifact")
        audience = self.dice.choice(["me", "teachers"])
        may = self.rules.moves(who, piece, audience)
        # What a group did together is not its first author's to take, and back into a group leads no way here.
        if piece.space[0] in "gr":
            may, audience = (may, audience) if piece.space[0] == "r" else (False, "me")
        home = self.rules.home(who, audience)
        if home is None:
            return None  # there is no such place for them to name
        asked = self.mutation("set", piece.id, piece.space, field="audience", value=audience)

        def moved() -> None:
            for each in self.facts.pieces.values():
                if each is piece or (each.about == piece.id and each.space == old):
                    each.space = home

        old = piece.space
        return self.push(who, f"move from {old[0]}: to {audience}", may, asked, then=moved)

    def trash(self, who: Human) -> Ask | None:
        """Throw away, and bring back: the facts stay as they are."""
        piece = self._piece(who)
        if piece.space.startswith("g:"):
            return None  # there it means to leave the group
        may = self.rules.changes(who, piece)
        first = self.mutation("delete", piece.id, piece.space)
        second = self.mutation("restore", piece.id, piece.space)
        second["after"] = first["id"]
        return self.push(who, f"trash a {piece.kind} in {piece.space[0]}:", may, first, second)

    def history(self, who: Human) -> Ask:
        piece = self._piece(who)
        path = "/api/records/{}/history"
        return Ask(
            who, f"history of a {piece.kind} in {piece.space[0]}:", "GET", path.format(piece.id),
            self.rules.sees(who, piece), twin=(path.format(ids.new_id()), None), result="history",
        )  # fmt: skip

    # Files

    def sign(self, who: Human) -> Ask | None:
        shown = [each for each in self.facts.pieces.values() if each.upload]
        piece, size = self.dice.choice(shown), self.dice.choice(["w320", "original"])
        body, twin = ({"items": [[each, size]]} for each in (piece.upload, ids.new_id()))
        return Ask(
            who, f"address of a picture ({size}) in {piece.space[0]}:", "POST", "/api/media/sign",
            self.rules.fetches(who, piece, size), body, ("/api/media/sign", twin), "address",
        )  # fmt: skip

    def upload(self, who: Human) -> Ask | None:
        piece = self.dice.choice([each for each in self.facts.pieces.values() if each.upload])
        path = "/api/uploads/{}/complete"
        may = piece.by == who.id and who.status in WORKING
        return Ask(
            who,
            "complete an upload",
            "POST",
            path.format(piece.upload),
            may,
            {},
            (path.format(ids.new_id()), {}),
        )

    # The school's affairs

    def about(
        self,
        who: Human,
        word: str,
        path: str,
        real: Human | Room,
        *,
        may: bool,
        body: object = None,
    ) -> Ask:
        """`METHOD what`, at `path` with the id of something real, or of nothing that ever was."""
        known = real.id == who.id or self.rules.coordinates(who, real.school)
        twin = None if known else (path.format(ids.new_id()), body)
        return Ask(who, word, word.partition(" ")[0], path.format(real.id), may, body, twin)

    def person(self, who: Human) -> Ask:
        other, verb = self._someone(who), self.dice.choice(["GET", "PATCH", "POST", "POST"])
        name, body = f"{verb} a {other.role}", None
        if verb == "POST":
            may = self.rules.helps(who, other)
            return self.about(who, f"{name}'s code", "/api/people/{}/code", other, may=may)
        may = self.rules.coordinates(who, other.school)
        if verb == "PATCH":
            body = {"name": f"Renamed {self.dice.randrange(9)}"}
        return self.about(who, name, "/api/people/{}", other, may=may, body=body)

    def enrol(self, who: Human) -> Ask | None:
        """Put into a class who is in it: the facts stay as they are."""
        room = self._room(who)
        inside = [
            each for each in sorted(room.students) if self.facts.people[each].status == "active"
        ]
        if not room.open or not inside:
            return None
        path = "/api/classes/{}/people/" + self.dice.choice(inside)
        may = self.rules.coordinates(who, room.school)
        return self.about(who, "PUT into a class", path, room, may=may, body={"role": "student"})

    def _room(self, who: Human) -> Room:
        rooms = list(self.facts.rooms.values())
        near = [each for each in rooms if each.school == who.school]
        return self.dice.choice(near if self.dice.random() < 0.7 else rooms)

    def room(self, who: Human) -> Ask:
        room, path = self._room(who), "/api/classes/{}"
        runs, coordinates = self.rules.runs(who, room), self.rules.coordinates(who, room.school)
        confirmed = self.dice.choice(sorted(room.students) or [ids.new_id()])
        asks: list[tuple[str, str, bool, Any]] = [
            ("GET who waits", f"{path}/pending", runs, None),
            ("GET the class code", f"{path}/join-code", runs, None),
            ("POST a class code", f"{path}/join-code", runs, {"minutes": 5}),
            ("DELETE the class code", f"{path}/join-code", runs, None),
            ("PATCH a class", path, coordinates, {"title": "renamed"}),
            (
                "POST a class list",
                f"{path}/list",
                coordinates,
                {"text": "Somebody New", "dry_run": True},
            ),
        ]
        if room.students:  # confirming twice does nothing
            asks.append(("POST a yes", f"{path}/pending/{confirmed}", runs, {"accept": True}))
        word, where, may, body = self.dice.choice(asks)
        return self.about(who, word, where, room, may=may, body=body)

    def device(self, who: Human) -> Ask:
        """End a session that was begun for this very request."""
        other = self._someone(who)
        session, _ = self.facts.session(other.id)
        if self.dice.random() < 0.5:
            twin = (f"/api/sessions/{ids.new_id()}", None)
            path, may = f"/api/sessions/{session}", other.id == who.id
            return Ask(who, "DELETE a session", "DELETE", path, may, None, None if may else twin)
        may = other.id == who.id or self.rules.coordinates(who, other.school)
        if self.dice.random() < 0.5:
            return self.about(who, "GET devices", "/api/people/{}/devices", other, may=may)
        path = "/api/people/{}/devices/" + session
        return self.about(who, "DELETE a device", path, other, may=may)

    def list(self, who: Human) -> Ask | None:
        may = self.rules.coordinates(who, who.school)
        word, path, body = self.dice.choice(
            [
                ("GET", "/api/people?limit=100", None),
                ("GET", "/api/audit", None),
                ("GET", "/api/operator", None),
                ("GET", "/api/classes", None),
                ("POST", "/api/people", {"name": "New Person", "role": "student"}),
                ("POST", "/api/classes", {"title": "New"}),
            ]
        )
        if path == "/api/classes" and word == "GET":
            may = who.status == "active"
        elif may and word == "POST":
            return None  # the facts would not be as before
        return Ask(who, f"{word} {path}", word, path, may, body)

    def own(self, who: Human) -> Ask:
        """What everybody may ask about themselves, or at least who works here."""
        new = {"upload_id": ids.new_id(), "sha256": "1" * 64, "size": 10, "mime": "image/jpeg"}
        offer = {"client": ids.new_id(), "epoch": ids.new_id(), "mutations": []}
        word, path, body = self.dice.choice(
            [
                ("GET", "/api/session", None),
                ("GET", "/api/sessions", None),
                ("GET", "/api/sync/ping", None),
                ("GET", f"/api/uploads?ids={ids.new_id()}", None),
                ("POST", "/api/sync/offer", offer),
                ("POST", "/api/uploads", new | {"kind": "photo", "captured_at": None}),
            ]
        )
        may = path != "/api/uploads" or who.status in WORKING
        return Ask(who, f"{word} {path.partition('?')[0]}", word, path, may, body)
