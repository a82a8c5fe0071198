"""Answers that are not the school's: of a Wi-Fi's sign-in page, of a proxy, of another school's Pathfolio."""

from __future__ import annotations

import json
import random
from typing import Any

Json = dict[str, Any]
PAGE = "<!doctype html><title>Welcome</title><form>Accept our terms to go online</form>"
HTML = {"content-type": "text/html; charset=utf-8"}
PLAIN = {"content-type": "application/json"}
OURS = PLAIN | {"pathfolio": "1"}


def answer(chance: random.Random) -> Json:
    """What a captive portal or a proxy says, whatever it was asked."""
    told: Json = chance.choice(
        (
            {"status": 200, "headers": HTML, "body": PAGE},
            {"status": 511, "headers": HTML, "body": PAGE},
            {"status": 502, "headers": HTML, "body": PAGE},
            {"status": 200, "headers": PLAIN, "body": '{"portal": true}'},
            {"status": 401, "headers": PLAIN, "body": '{"error": "log in to the Wi-Fi"}'},
            {"status": 410, "headers": PLAIN, "body": "{}"},
            {"status": 204, "headers": {}, "body": ""},
            {"fail": "unreachable"},  # a redirect, which the client does not follow
        )
    )
    return told


def other_school(chance: random.Random, path: str) -> Json:
    """What the Pathfolio of another school says, under a name that leads there by mistake for a moment."""
    epoch = "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=26))
    now = "2026-09-07T07:00:00.000Z"
    bodies: dict[str, Json] = {
        "/api/sync/push": {
            "last_n": 0,
            "hash": "0" * 32,
            "epoch": epoch,
            "now": now,
            "results": [],
        },
        "/api/sync/pull": {
            "epoch": epoch,
            "confirmed": None,
            "now": now,
            "spaces": {},
            "forget": [],
            "replace": [],
            "changes": [],
            "more": True,
            "digest": {},
        },
    }
    if path in bodies and chance.random() < 0.5:
        return {"status": 200, "headers": OURS, "body": json.dumps(bodies[path])}
    told = {"slug": "sign_in", "title": "Sign in", "status": 401, "detail": "Please sign in."}
    headers = OURS | {"content-type": "application/problem+json"}
    return {"status": 401, "headers": headers, "body": json.dumps(told)}


def cut(chance: random.Random, told: Json) -> Json:
    """The connection breaks in the middle of an answer; or what is missing is not even noticed by the browser."""
    body = told.get("body", "")
    if chance.random() < 0.5 or len(body) < 2:
        return told | {"cut": True}
    return told | {"body": body[: chance.randrange(1, len(body))]}
