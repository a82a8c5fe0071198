"""What a proper answer of sync looks like, and what must never be in one. Written from docs/protocol.md alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.campaigns.traffic import Stage
from tests.simulation.roster import Roster
from tests.simulation.school import CAST, seeded_ids

Json = dict[str, Any]
CODES = {"forbidden", "invalid", "id_reused", "too_large", "erased", "purged", "widened"}
REFUSALS = range(400, 500)
SECRET = re.compile(rb"secret of (\w+) for (self|teachers)")


def wrong(path: str, status: int, kind: str, text: bytes) -> str | None:
    """Why this is no proper answer; None for one that is."""
    if status == 204 and path.endswith("/pull"):
        return "204 with a body" if text else None
    try:
        body = json.loads(text)
    except ValueError:
        return f"{status} without JSON: {text[:100]!r}"
    if status in REFUSALS:
        return _refusal(status, kind, body)
    if status != 200:
        return f"answered {status}: {text[:200]!r}"
    checks = {"push": _pushed, "pull": _pulled, "offer": _offered}
    return None if checks[path.rpartition("/")[2]](body) else f"a malformed answer: {text[:300]!r}"


def _refusal(status: int, kind: str, body: Any) -> str | None:  # noqa: ANN401 - JSON
    proper = (
        kind == "application/problem+json"
        and body["status"] == status
        and re.fullmatch("[a-z_]+", body["slug"])
        and len(body["detail"]) > 10
    )
    return None if proper else f"a {status} that is no problem: {kind} {body}"


def _pushed(body: Json) -> bool:
    return (
        type(body["last_n"]) is int
        and re.fullmatch("[0-9a-f]{32}", body["hash"]) is not None
        and isinstance(body["epoch"], str)
        and all(map(_result, body["results"]))
    )


def _result(each: Json) -> bool:
    if each["status"] == "rejected":
        return each["code"] in CODES and len(each["detail"]) > 10
    return each["status"] in {"ok", "merged", "conflict"} and each.keys() == {"id", "n", "status"}


def _pulled(body: Json) -> bool:
    if body == {"send_vector": True}:
        return True
    whole = {
        *("epoch", "confirmed", "now", "spaces", "forget", "replace"),
        *("changes", "more", "digest", "vector"),
    }
    return (
        whole <= body.keys() <= whole | {"erased"}
        and (body["confirmed"] is None or not body["more"])
        and all(each["space"] in body["spaces"] for each in body["changes"])
    )


def _offered(body: Json) -> bool:
    return body.keys() == {"taken", "had", "refused"} and all(
        each["code"] in CODES and each["detail"] for each in body["refused"]
    )


class Secrets:
    """A piece of everybody's own, and one that each student shares with their teachers: no other may read them."""

    def __init__(self, stage: Stage) -> None:
        school = stage.school
        self.roster = Roster(school.people, school.rooms, school.id)
        self.records: dict[str, str] = {}
        self.bodies: dict[str, str] = {}
        new_id = seeded_ids("secrets")
        for name, (role, _) in CAST.items():
            audiences = {"me": "self"} | ({"teachers": "teachers"} if role == "student" else {})
            made = []
            for n, (audience, word) in enumerate(audiences.items(), 1):
                record = new_id()
                fields = {"title": f"secret of {name} for {word}", "audience": audience}
                letter = "u" if audience == "me" else "p"
                made.append(
                    {
                        "id": new_id(),
                        "n": n,
                        "space": f"{letter}:{school.people[name]}",
                        "op": "create",
                    }
                    | {
                        "record": record,
                        "field": None,
                        "value": {"kind": "artifact", "fields": fields},
                    }
                    | {
                        "base": None,
                        "after": None,
                        "pulled": None,
                        "at": "2026-09-07T08:00:00.000Z",
                    }
                )
                self.records[record] = name
            envelope = {
                "client": new_id(),
                "schema": 1,
                "now": "2026-09-07T08:00:00.000Z",
                "mutations": made,
            }
            _, _, text = stage.post(name, "/api/sync/push", json.dumps(envelope).encode())
            assert text.count(b'"ok"') == len(made), text
        self.bodies = dict(self._bodies(stage))

    def of_others(self, name: str) -> list[str]:
        """Records that this person must not touch."""
        return [record for record, owner in self.records.items() if owner != name]

    def told(self, name: str, text: bytes) -> str | None:
        """Whose secret stands in an answer to `name` who may not read it."""
        for owner, audience in set(SECRET.findall(text)):
            whose = owner.decode()
            teachers = CAST[whose][0] == "student" and whose in self.roster.students_of(name)
            if whose != name and not (audience == b"teachers" and teachers):
                return f"{name} was told the secret of {whose} for {audience.decode()}"
        return None

    def changed(self, stage: Stage) -> Iterator[str]:
        """Secrets that are not as their owners made them, or that their owners cannot read."""
        for record, body in self._bodies(stage):
            if self.bodies[record] != body:
                yield f"the secret of {self.records[record]} was changed: {body[:200]}"
        for name in CAST:
            request: Json = {
                "client": seeded_ids(f"last {name}")(),
                "epoch": None,
                "schema": 1,
                "spaces": {},
                "limit": 2000,
            }
            status, _, text = stage.post(name, "/api/sync/pull", json.dumps(request).encode())
            if status != 200 or f"secret of {name} for self".encode() not in text:
                yield f"{name} cannot read their own work any more ({status}: {text[:200]!r})"

    def _bodies(self, stage: Stage) -> Iterator[tuple[str, str]]:
        rows = stage.school.rows("SELECT record, body FROM record WHERE NOT gone")
        for row in rows:
            if row["record"] in self.records:
                text = row["body"]
                yield row["record"], text.decode() if isinstance(text, bytes) else text
