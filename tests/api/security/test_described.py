"""Schemathesis: what the description allows, and what it forbids, never makes the server fail."""

from __future__ import annotations

import re
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
)

from pathfolio.access import pivot
from tests.api.world import World

ACTIONS = sorted(
    action for action in pivot.ROUTES if " /api/" in action and "openapi" not in action
)
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]
ASKERS = ["cora", "tia", "ana", "pia"]
EXAMPLES = 8
# Takes nothing at all, so there is nothing wrong to send.
CASES = [
    (action, mode)
    for action in ACTIONS
    for mode in GenerationMode
    if (action, mode) != ("GET /api/health", GenerationMode.NEGATIVE)
]


@pytest.mark.parametrize(("action", "mode"), CASES)
def test_nothing_that_is_sent_makes_the_server_fail(
    world: World, action: str, mode: GenerationMode
) -> None:
    described = schemathesis.openapi.from_wsgi("/api/openapi.json", world.app)
    method, _, rule = action.partition(" ")
    operation = described[re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)][method]
    people = [world.id(name) for name in ("ana", "pia", "tia", "cora")]
    rooms = [world.id("blue"), world.id("green")]

    @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    def ask(case: Any, data: st.DataObject) -> None:  # noqa: ANN401 - a schemathesis case
        known = {"person": people, "class_": rooms}
        for name in case.path_parameters or {}:
            if name in known and data.draw(st.booleans()):
                case.path_parameters[name] = data.draw(st.sampled_from(known[name]))
        client = world.as_(data.draw(st.sampled_from(ASKERS)))
        cookie = client.get_cookie("__Host-pathfolio", domain="pathfolio.test")
        assert cookie is not None
        case.headers = {"Sec-Fetch-Site": "same-origin"}
        response = case.call(cookies={"__Host-pathfolio": cookie.value})
        case.validate_response(response, checks=CHECKS)
        if response.status_code >= 400:
            problem = response.json()
            assert problem["detail"].endswith((".", "!", "?")), problem
            assert problem["type"] == f"/problems/{problem['slug']}"

    ask()
