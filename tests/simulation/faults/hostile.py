"""Requests that no app of ours sends, and records that no app of ours made."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from pathfolio import clock
from tests.simulation import acts
from tests.simulation.faults.fault import Fault
from tests.simulation.ledger import BrokenPromiseError
from tests.simulation.school import CAST, Answer

if TYPE_CHECKING:
    import random

    from tests.simulation.run import Simulation

Json = dict[str, Any]
LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
LIVE = "SELECT record, space, kind, body FROM record WHERE NOT gone"
ODD_WORDS = [
    "",
    "é" * 30_000,
    "\u202eright to left\u202c",
    "a\u0301\u0327" * 50,
    "👩‍🔬" * 20,
    "__proto__",
    "<script>alert(1)</script>",
    "x" * 65_000,
]
ODD_KEYS = ["__proto__", "constructor", "0", "שלום", "toString", "a b"]


class Stranger:
    """A program of somebody of the school, with a client id of its own, that knows the protocol."""

    def __init__(self, simulation: Simulation, chance: random.Random, name: str) -> None:
        self._simulation, self._chance, self.name = simulation, chance, name
        self.identity = simulation.school.people[name]
        self._browser = simulation.school.browser()
        self._client, self._n = self.new_id(), 0

    def new_id(self) -> str:
        return "".join(self._chance.choices(LETTERS, k=25)) + "a"

    def ask(self, path: str, json: Json | None = None, method: str = "POST") -> Answer:
        """Its answer, which sight has looked at."""
        simulation = self._simulation
        request: Json = {"method": method, "path": path, "headers": {}, "json": json}
        answer = simulation.school.call(self._browser, request)
        simulation.stage.note("strange request", self.name, path, answer.status)
        if answer.status >= 500:
            raise BrokenPromiseError(6, f"{path} answered {answer.status}: {answer.text[:300]}")
        simulation.stage.sight.check(self.name, request, answer)
        return answer

    def sign_in(self) -> bool:
        form = {"username": self.name, "password": self.name, "device": "odd", "shared": False}
        return self.ask("/api/session", form).status == 201

    def mutation(self, op: str, record: str, **more: object) -> Json:
        now = clock.to_wire(self._simulation.school.time.now())
        plain: Json = {"id": self.new_id(), "n": 0, "space": f"u:{self.identity}"}
        plain |= {"op": op, "record": record, "field": None, "value": None, "base": None}
        return plain | {"after": None, "pulled": now, "at": now} | more

    def push(self, mutations: list[Json]) -> list[Json]:
        """What became of each. Raises BrokenPromiseError unless each one was consumed."""
        answer = self._numbered(mutations, self._n + 1)
        if answer.status == 426:
            return []
        self._n += len(mutations)
        told = answer.json
        if answer.status != 200 or told["last_n"] != self._n:
            raise BrokenPromiseError(6, f"a change blocks another: {answer.text[:300]}")
        results: list[Json] = told["results"]
        return results

    def push_out_of_order(self) -> None:
        """Numbers that were consumed already, and those after the next one: nothing of that may be taken."""
        for promise, n in ((3, self._n), (1, self._n + 2)):
            answer = self._numbered([self.mutation("explode", self.new_id())], n)
            if answer.status == 200 and answer.json["last_n"] != self._n:
                raise BrokenPromiseError(promise, f"{n} was consumed after {self._n}")
            if answer.status == 200 and answer.json["results"]:
                raise BrokenPromiseError(promise, f"{n} was answered after {self._n}")

    def _numbered(self, mutations: list[Json], first: int) -> Answer:
        now = clock.to_wire(self._simulation.school.time.now())
        numbered = [each | {"n": n} for n, each in enumerate(mutations, first)]
        body = {"client": self._client, "schema": 1, "now": now, "mutations": numbered}
        return self.ask("/api/sync/push", body)


def _stranger(simulation: Simulation, chance: random.Random) -> Stranger | None:
    away = simulation.roster.erased | simulation.roster.state.left
    names = [name for name, (role, _) in CAST.items() if role != "coordinator" and name not in away]
    found = Stranger(simulation, chance, chance.choice(names))
    return found if found.sign_in() else None


def poison(simulation: Simulation, chance: random.Random) -> None:
    """Changes that are wrong in every way among good ones: each is judged by itself."""
    who = _stranger(simulation, chance)
    if who is None:
        return
    simulation.stage.fault("poison", who.name)
    rows = simulation.school.rows(LIVE)
    bad = [_bad(who, chance, rows) for _ in range(chance.randint(3, 8))]
    good = _good(who, chance)
    before = {row["id"] for row in simulation.school.rows("SELECT id FROM history")}
    results = who.push([*bad, good])
    status = {each["id"]: each["status"] for each in results}
    simulation.ledger.meddled |= {
        each["record"] for each in bad if status.get(each["id"], "rejected") != "rejected"
    }
    if results and status[good["id"]] != "ok":
        raise BrokenPromiseError(6, f"a good change among bad ones was refused: {results[-1]}")
    if results:
        _nobody_elses(simulation, who, {each["id"] for each in bad} - before)
        who.push_out_of_order()


def _bad(who: Stranger, chance: random.Random, rows: list[Json]) -> Json:
    """One of many ways to be wrong."""
    row = chance.choice(rows)
    known = json.loads(row["body"])
    ways = [
        who.mutation("explode", who.new_id()),
        who.mutation("set", row["record"], field="title", value="mine now", space=row["space"]),
        who.mutation("delete", row["record"], space=row["space"], base=known["rev"]),
        who.mutation("create", row["record"], value={"kind": "artifact", "fields": {}}),
        who.mutation("set", row["record"], field="audience", value="me", space=row["space"]),
        who.mutation("text", who.new_id(), field="words", value="x" * 70_000),
        who.mutation("create", who.new_id(), value={"kind": "diary", "fields": {"a": 1}}),
        who.mutation("create", who.new_id(), value={"kind": "person", "fields": {"name": "me"}}),
        who.mutation("create", who.new_id(), value={"kind": "artifact", "fields": {"title": 7}}),
        who.mutation("create", who.new_id(), value={"kind": "artifact", "fields": {"colour": ""}}),
        who.mutation("create", who.new_id(), value=[1, None, {"deep": [[[[]]]]}]),
        who.mutation("create", "x", value={"kind": "artifact", "fields": {}}),
        who.mutation("set", row["record"], field="title", value="half \ud83d", space=row["space"]),
        who.mutation("set", row["record"], field="title", value="nul \x00", space="p:nobody"),
        who.mutation("set", row["record"], field="title", value="a", base=[1], at=None),
        who.mutation("set", row["record"], field="title", value="a", extra=True),
        who.mutation("set", row["record"], field="title", value="a", id=known["rev"][1]),
        who.mutation("add", row["record"], field="tags", value={"key": "", "v": {}}),
    ]
    return chance.choice(ways)


def _good(who: Stranger, chance: random.Random) -> Json:
    """A record that is allowed, and as odd as that may be: every device must bear it."""
    if CAST[who.name][0] != "student":
        fields: Json = {"artifact": who.new_id(), "glow": chance.choice(ODD_WORDS)}
        return who.mutation("create", who.new_id(), value={"kind": "feedback", "fields": fields})
    keys = {key: {"text": key} for key in chance.sample(ODD_KEYS, 3)}
    fields = {"title": "", "words": chance.choice(ODD_WORDS), "tags": keys, "interests": keys}
    space = f"p:{who.identity}"
    return who.mutation(
        "create", who.new_id(), space=space, value={"kind": "artifact", "fields": fields}
    )


def _nobody_elses(simulation: Simulation, who: Stranger, bad: set[str]) -> None:
    """What somebody may not change has not changed."""
    rows = simulation.school.rows("SELECT id, record FROM history")
    owners = {row["record"]: json.loads(row["body"])["by"] for row in simulation.school.rows(LIVE)}
    for row in rows:
        owner = owners.get(row["record"], who.identity)
        if row["id"] in bad and owner != who.identity and not _joint(simulation, row["record"]):
            raise BrokenPromiseError(5, f"{who.name} changed {row['record']} of somebody else")


def _joint(simulation: Simulation, record: str) -> bool:
    rows = simulation.school.rows("SELECT space FROM record WHERE record = ? AND NOT gone", record)
    return any(row["space"].startswith("g:") for row in rows)


def curious(simulation: Simulation, chance: random.Random) -> None:
    """Somebody asks for everything that there is, by ids that they cannot know."""
    who = _stranger(simulation, chance)
    if who is None:
        return
    simulation.stage.fault("curious requests", who.name)
    rows = simulation.school.rows(LIVE)
    for row in chance.sample(rows, min(len(rows), 6)):
        who.ask(f"/api/records/{row['record']}/history", method="GET")
    spaces = sorted({row["space"] for row in rows})
    vector = {space: [0, "0" * 16, 0] for space in spaces}
    epoch = simulation.school.rows("SELECT epoch FROM meta")[0]["epoch"]
    body: Json = {"client": who.new_id(), "epoch": epoch, "schema": 1}
    who.ask("/api/sync/pull", body | {"spaces": vector})
    who.ask("/api/sync/pull", body | {"spaces": {}, "mismatch": spaces[:20], "limit": 2000})
    uploads = [row["id"] for row in simulation.school.rows("SELECT id FROM upload")]
    if uploads:
        items = [[each, "original"] for each in uploads[:50]]
        who.ask("/api/media/sign", {"items": items})
        who.ask(f"/api/uploads?ids={','.join(uploads[:50])}", method="GET")
    for path in ("/api/people", "/api/classes", "/api/session"):
        who.ask(path, method="GET")


def newer_kind(simulation: Simulation, chance: random.Random) -> None:
    """The server is newer, and writes a kind of record that the app does not know: it is kept, and hurts nobody."""
    simulation.stage.fault("a kind of a later version")
    acts.know_more_kinds()
    name = "".join(chance.choices(LETTERS, k=25)) + "a"
    words = base64.b64encode(chance.randbytes(6)).decode()
    school = simulation.school
    acts.act(simulation, chance, lambda: acts.ask_everybody(school, name, words))


FAULTS = {
    "poison": Fault(poison, 2),
    "curious requests": Fault(curious, 2),
    "a kind of a later version": Fault(newer_kind, 1),
}
