"""A canary: nothing that a person is called, types or makes ever reaches a log."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from pathfolio.log import log
from tests.api.world import PASSWORD, World

CANARY = "Canaryname"


def test_no_personal_data_reaches_the_logs(
    make_world: Callable[..., World], capfd: pytest.CaptureFixture[str]
) -> None:
    world = make_world(log_level="DEBUG")
    cora, tia = world.as_("cora"), world.as_("tia")
    room = world.id("blue")
    added = cora.post("/api/people", json={"name": f"{CANARY} One", "role": "student"})
    assert added.status_code == 201
    cora.post("/api/people", json={"name": f"{CANARY} Two", "role": CANARY})
    cora.get("/api/people", query_string={"q": CANARY, "cursor": CANARY})
    cora.get(f"/{CANARY}/{CANARY}.html")
    cora.patch(f"/api/classes/{room}", json={"title": f"{CANARY} class"})
    cora.post(f"/api/classes/{room}/list", json={"text": f"{CANARY} Three", "dry_run": False})
    code = tia.post(f"/api/classes/{room}/join-code", json={}).get_json()["code"]
    joined = {
        "code": code,
        "name": f"{CANARY} Four",
        "username": CANARY,
        "password": f"{CANARY} {PASSWORD}",
        "device": f"{CANARY} phone",
    }
    assert world.client().post("/api/join", json=joined).status_code == 201
    assert world.client().post("/api/join", json=joined).status_code == 409
    wrong = {"username": CANARY + "@north", "password": CANARY}
    world.client().post("/api/session", json=wrong)
    world.client().post("/api/session", data=CANARY, content_type="application/json")
    written = capfd.readouterr().err
    assert '"event": "request"' in written
    for secret in (CANARY, CANARY.casefold(), PASSWORD, code, "127.0.0.1", "pathfolio.test"):
        assert secret not in written


def test_what_is_not_on_the_list_of_log_keys_is_dropped(
    make_world: Callable[..., World], capfd: pytest.CaptureFixture[str]
) -> None:
    make_world(log_level="INFO")
    log.info("push", count=3, title=CANARY, name=CANARY, reason=f"{CANARY} wrote this")
    logging.getLogger("a library").warning("could not store %s", CANARY)
    written = capfd.readouterr().err
    assert '"count": 3' in written
    assert "could not store" in written
    assert CANARY not in written
