"""The pivot table, asked of the running application: every route, by everybody, in both schools."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from pathfolio import ids
from pathfolio.access import pivot
from pathfolio.access.actor import Actor, Target, Who, who
from tests.api.world import CAST, PASSWORD, World

# Somebody for each tie to what is asked about (Ana, her class blue, her things), and their state.
ASKERS: list[tuple[str, str, Who, str]] = [
    ("ana", "north", "self", "active"),
    ("ben", "north", "other_student", "active"),
    ("tia", "north", "teacher", "active"),
    ("tom", "north", "other_teacher", "active"),
    ("lou", "north", "other_teacher", "inactive"),
    ("cora", "north", "coordinator", "active"),
    ("pia", "north", "other_student", "pending"),
    ("lea", "north", "other_student", "inactive"),
    ("ana", "south", "foreigner", "active"),
    ("tia", "south", "foreigner", "active"),
    ("cora", "south", "foreigner", "active"),
]
# What a valid request carries; a route that takes a body and is missing here fails.
BODIES: dict[str, Any] = {
    "POST /api/password": {"old": PASSWORD, "new": "four new warm words"},
    "POST /api/people": {"name": "New Person", "role": "student"},
    "PATCH /api/people/<id:person>": {"name": "Ana North"},
    "POST /api/people/<id:person>/code": None,
    "POST /api/classes": {"title": "New"},
    "PATCH /api/classes/<id:class_>": {"title": "blue"},
    "PUT /api/classes/<id:class_>/people/<id:person>": {"role": "student"},
    "POST /api/classes/<id:class_>/list": {"text": "Somebody New"},
    "POST /api/classes/<id:class_>/join-code": {"minutes": 5},
    "POST /api/classes/<id:class_>/pending/<id:person>": {"accept": True},
    "POST /api/sync/push": {"client": "a" * 26, "schema": 1, "now": "2026-11-23T12:00:00.000Z"}
    | {"mutations": []},
    "POST /api/sync/pull": {"client": "a" * 26, "epoch": None, "schema": 1, "spaces": {}},
    "POST /api/sync/offer": {"client": "a" * 26, "epoch": "a" * 26, "mutations": []},
    "POST /api/uploads": {
        "upload_id": "b" * 26,
        "sha256": "0" * 64,
        "size": 10,
        "mime": "image/jpeg",
        "kind": "photo",
        "captured_at": None,
    },
    "POST /api/uploads/<id:upload>/parts": {"parts": [{"n": 1, "sha256": "0" * 64, "size": 10}]},
    "POST /api/uploads/<id:upload>/complete": {},
    "POST /api/media/sign": {"items": [["b" * 26, "w320"]]},
}
PROTECTED = sorted(action for action, row in pivot.ROUTES.items() if not row.open)
# About something that is not there: here only the door is asked, not the room behind it.
NOT_THERE = {
    "GET /api/records/<id:record>/history": {404},
    "POST /api/uploads/<id:upload>/parts": {404},
    "POST /api/uploads/<id:upload>/complete": {404},
    "GET /api/frameworks/<sha256>": {404},
    "POST /api/sync/offer": {409},
}


def actions(app: Flask) -> set[str]:
    """Every `METHOD /rule` that the application answers."""
    return {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_the_table_knows_every_route_and_no_other(app: Flask) -> None:
    assert actions(app) == set(pivot.ROUTES)


def test_a_route_that_the_table_does_not_know_is_open_to_nobody(world: World) -> None:
    world.app.add_url_rule("/api/forgotten", view_func=lambda: "secret")
    for client in (world.client(), world.as_("cora"), world.as_("ana")):
        response = client.get("/api/forgotten")
        assert response.status_code == 403
        assert b"secret" not in response.data


def address(world: World, action: str, session: str) -> str:
    """The rule's address with Ana, her class and one of her sessions filled in."""
    person = world.id("pia" if "/pending/" in action else "ana")
    known = {
        "person": person,
        "class_": world.id("blue"),
        "session": session,
        "record": "c" * 26,
        "upload": "b" * 26,
        "sha256": "0" * 64,
    }
    return re.sub(
        r"<(?:\w+:)?(\w+)>", lambda found: known[found.group(1)], action.partition(" ")[2]
    )


def expected(action: str, name: str, tie: Who, state: str) -> bool:
    """What the table says; on routes about nobody in particular everybody is their own `self`."""
    row = pivot.ROUTES[action]
    if "<id:person>" in action or "<id:class_>" in action:
        return state in row.states(tie)
    ties: set[Who] = {"self", "coordinator"} if CAST[name][0] == "coordinator" else {"self"}
    return any(state in row.states(each) for each in ties)


@pytest.mark.parametrize("action", PROTECTED)
def test_everybody_may_what_the_table_says_and_nothing_more(world: World, action: str) -> None:
    method = action.partition(" ")[0]
    assert method in {"GET", "DELETE"} or action in BODIES, "say what a valid request carries"
    body = BODIES.get(action)
    nobody = world.client().open(address(world, action, "a" * 26), method=method, json=body)
    assert nobody.status_code == 401, "without a session"
    for name, school, tie, state in ASKERS:
        owner = (name, school) if "/api/sessions/" in action else ("ana", "north")
        session = world.as_(*owner).get("/api/session").get_json()["session"]
        response = world.as_(name, school).open(
            address(world, action, session), method=method, json=body
        )
        told = (name, school, response.status_code, response.data)
        if expected(action, name, tie, state):
            missing = NOT_THERE.get(action, set())
            assert response.status_code < 400 or response.status_code in missing, told
        else:
            assert response.status_code in {403, 404}, told


ABOUT = sorted(each for each in PROTECTED if "<id:person>" in each or "<id:class_>" in each)


@pytest.mark.parametrize("action", ABOUT)
@pytest.mark.parametrize("name", ["tom", "ben"])
def test_a_refusal_does_not_tell_whether_somebody_is_there(
    world: World, action: str, name: str
) -> None:
    real = address(world, action, "a" * 26)
    made_up = real
    for known in (world.id("ana"), world.id("pia"), world.id("blue")):
        made_up = made_up.replace(known, ids.new_id())
    told = [
        world.as_(name).open(path, method=action.partition(" ")[0], json=BODIES.get(action))
        for path in (real, made_up)
    ]
    assert told[0].status_code in {403, 404}
    assert told[0].data == told[1].data


def test_a_tie_is_seen_from_the_side_of_who_asks() -> None:
    target = Target(school="s", person="ana", teachers=frozenset({"tia"}))
    for person, role, school, tie in [
        ("ana", "student", "s", "self"),
        ("ben", "student", "s", "other_student"),
        ("tia", "teacher", "s", "teacher"),
        ("tom", "teacher", "s", "other_teacher"),
        ("cora", "coordinator", "s", "coordinator"),
        ("ana", "student", "t", "foreigner"),
        ("tia", "teacher", "t", "foreigner"),
    ]:
        assert who(Actor(person, school, role, "active", "x"), target) == tie
    assert who(None, target) == "nobody"
