"""A device that speaks the protocol plainly: it numbers, pushes, pulls pages and keeps the base."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from pathfolio import clock, ids
from pathfolio_sync import CHAIN_START, CONSUMED_START, between, consumed_hash
from pathfolio_sync import digest as digest_of

Json = dict[str, Any]


class First:
    """Randomness that is none: the first choice each time."""

    def randrange(self, stop: int, /) -> int:
        return stop // 2


def place(before: str | None = None, after: str | None = None) -> str:
    return between(before, after, First())


@dataclass
class Device:
    """One device database of a signed-in person."""

    http: FlaskClient
    person: str
    client: str = field(default_factory=ids.new_id)
    n: int = 0
    hash: str = CONSUMED_START
    epoch: str | None = None
    cursors: dict[str, list[Any]] = field(default_factory=dict)
    base: dict[str, dict[str, Json]] = field(default_factory=dict)
    pages: list[Json] = field(default_factory=list)
    sent: dict[str, str] = field(default_factory=dict)
    pulled: str | None = None
    confirmed: list[Any] | None = None

    @property
    def own(self) -> str:
        return f"u:{self.person}"

    @property
    def portfolio(self) -> str:
        return f"p:{self.person}"

    # Mutations

    def mutation(self, op: str, record: str, **more: Any) -> Json:  # noqa: ANN401
        """The next mutation, as the protocol wants it; keywords override."""
        self.n += 1
        live = self.get(record)
        found: Json = {
            "id": ids.new_id(),
            "n": self.n,
            "space": live["space"] if live else self.portfolio,
            "op": op,
            "record": record,
            "field": None,
            "value": None,
            "base": live["rev"] if live else None,
            "after": self.sent.get(record),
            "pulled": self.pulled,
            "at": clock.to_wire(clock.now()),
        } | more
        self.sent[record] = found["id"]
        return found

    def creation(self, kind: str = "artifact", record: str | None = None, **fields: Any) -> Json:  # noqa: ANN401
        space = self.own if fields.get("audience") == "me" or kind == "settings" else self.portfolio
        about = self.get(str(fields.get("artifact")))
        if about is not None:  # an answer is written where its work was seen
            space = about["space"]
        value = {"kind": kind, "fields": fields}
        return self.mutation("create", record or ids.new_id(), space=space, value=value)

    def set(self, record: str, name: str, value: object, **more: Any) -> Json:  # noqa: ANN401
        return self.mutation("set", record, field=name, value=value, **more)

    def text(self, record: str, name: str, value: str, **more: Any) -> Json:  # noqa: ANN401
        return self.mutation("text", record, field=name, value=value, **more)

    def create(self, kind: str = "artifact", **fields: Any) -> str:  # noqa: ANN401
        """Make a record, push it, pull; its id."""
        made = self.creation(kind, **fields)
        self.must(made)
        self.pull()
        return str(made["record"])

    # Calls

    def post(self, call: str, body: object) -> TestResponse:
        return self.http.post(f"/api/sync/{call}", json=body)

    def push(self, *mutations: Json, **more: Any) -> Json:  # noqa: ANN401
        """The answer of a push that the envelope of which is fine."""
        envelope = {"client": self.client, "schema": 1, "now": clock.to_wire(clock.now())}
        answer = self.post("push", envelope | {"mutations": list(mutations)} | more)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        found: Json = answer.get_json()
        for result in found["results"]:
            self.hash = consumed_hash(self.hash, result["id"])
        return found

    def results(self, *mutations: Json) -> list[str]:
        """Status of each, with the code of those that were rejected."""
        return [
            each["status"] + (f" {each['code']}" if "code" in each else "")
            for each in self.push(*mutations)["results"]
        ]

    def must(self, *mutations: Json) -> None:
        """Push, and demand that all is taken as it is."""
        told = self.push(*mutations)["results"]
        assert [each["status"] for each in told] == ["ok"] * len(mutations), told

    def page(self, **more: Any) -> Json:  # noqa: ANN401
        """One pull."""
        body = {"client": self.client, "epoch": self.epoch, "schema": 1, "spaces": self.cursors}
        answer = self.post("pull", body | more)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        found: Json = answer.get_json()
        return found

    def pull(self, **more: Any) -> list[Json]:  # noqa: ANN401
        """Pull until nothing more comes, keep it, check digests; all changes that came."""
        changes: list[Json] = []
        while True:
            page = self.page(**more)
            self.pages.append(page)
            changes += page["changes"]
            self.keep(page)
            if not page["more"]:
                break
        for space, told in page["digest"].items():
            assert self.digest(space) == told
        self.pulled = page["now"]
        if page["confirmed"] is not None:
            self.confirmed = page["confirmed"]
            self.sent.clear()
        return changes

    def keep(self, page: Json) -> None:
        self.epoch = page["epoch"]
        self.cursors = page["spaces"]
        for space in page["forget"] + page["replace"]:
            self.base.pop(space, None)
        for row in page["changes"]:
            if row.get("gone"):
                self.base.get(row["space"], {}).pop(row["id"], None)
            else:
                self.base.setdefault(row["space"], {})[row["id"]] = row

    # What it holds

    def get(self, record: str) -> Json | None:
        return next((held[record] for held in self.base.values() if record in held), None)

    def fields(self, record: str) -> Json:
        found = self.get(record)
        assert found is not None
        fields: Json = found["fields"]
        return fields

    def all(self, kind: str) -> list[Json]:
        return [row for held in self.base.values() for row in held.values() if row["kind"] == kind]

    def not_accepted(self) -> list[Json]:
        self.pull()
        return [row["fields"] for row in self.all("not_accepted")]

    def digest(self, space: str) -> str:
        rows = self.base.get(space, {}).values()
        return digest_of((row["id"], row["seq"], row["rev"][0], row["rev"][1]) for row in rows)

    def twin(self) -> Device:
        """Another device of the same person."""
        return Device(self.http, self.person)


START = [0, CHAIN_START, 0]
