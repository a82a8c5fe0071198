"""The walls around every answer and every request that changes something."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from pathfolio import limits
from pathfolio.security import SAFE
from tests.api.world import HOST, PASSWORD, World

SIGN_IN = {"username": "ana@north", "password": PASSWORD, "device": "Phone"}
EVERY = ["/api/health", "/api/session", "/api/nowhere", "/", "/nothing.js", "/media/nothing"]


@pytest.mark.parametrize("path", EVERY)
def test_every_answer_carries_the_walls(world: World, path: str) -> None:
    headers = world.client().get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "geolocation=()" in headers["Permissions-Policy"]
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in headers["Content-Security-Policy"]


def test_media_of_an_origin_of_their_own_are_let_in_and_nothing_else(
    make_world: Callable[..., World],
) -> None:
    world = make_world(media_origin="https://media.pathfolio.test", origin=HOST)
    headers = world.client().get("/api/health").headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["img-src"] == "'self' blob: data: https://media.pathfolio.test"
    assert policy["script-src"] == "'self'"
    assert headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize("site", ["cross-site", "same-site", "nonsense"])
def test_another_site_changes_nothing(world: World, site: str) -> None:
    ana = world.as_("ana")
    response = ana.delete("/api/session", headers={"Sec-Fetch-Site": site})
    assert (response.status_code, read(response)["slug"]) == (403, "cross_site")
    assert ana.get("/api/session").status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": HOST}, 204),
        ({"Origin": "https://evil.test"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": HOST + ".evil.test"}, 403),
        ({"Origin": HOST.replace("https", "http")}, 403),
        ({}, 204),
    ],
)
def test_an_old_browser_is_judged_by_its_origin(
    world: World, headers: dict[str, str], status: int
) -> None:
    ana = world.as_("ana")
    old = world.app.test_client(use_cookies=False)
    cookie = ana.get_cookie("__Host-pathfolio", domain="pathfolio.test")
    assert cookie is not None
    response = old.delete(
        "/api/session",
        base_url=HOST,
        headers={**headers, "Cookie": f"__Host-pathfolio={cookie.value}"},
    )
    assert response.status_code == status


def test_every_route_that_changes_something_is_behind_that_wall(world: World) -> None:
    client = world.as_("cora")
    asked = 0
    for rule in world.app.url_map.iter_rules():
        for method in (rule.methods or set()) - SAFE:
            if rule.rule.startswith("/media/"):
                continue  # signed addresses that take no cookie
            path = re.sub(r"<[^>]*>", "a" * 26, rule.rule)
            response = client.open(path, method=method, headers={"Sec-Fetch-Site": "cross-site"})
            assert read(response)["slug"] == "cross_site", (method, rule.rule)
            asked += 1
    assert asked > 15


def test_made_up_cookies_do_not_hide_how_often_an_address_asked(
    make_world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_KEYS", 5)
    world = make_world(address_calls=10)
    bare = world.app.test_client(use_cookies=False)
    asked = [
        bare.get("/api/health", headers={"Cookie": f"__Host-pathfolio={n}"}).status_code
        for n in range(12)
    ]
    assert asked == [200] * 10 + [429] * 2


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::2:3", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("192.0.2.7", "::ffff:192.0.2.7", True),
        ("192.0.2.7", "192.0.2.8", False),
    ],
)
def test_one_network_is_one_asker(world: World, one: str, other: str, same: bool) -> None:
    def of(address: str) -> str:
        with world.app.test_request_context(environ_base={"REMOTE_ADDR": address}):
            return limits.address()

    assert (of(one) == of(other)) is same


BAD_JSON = {
    "not json": b"{",
    "empty": b"",
    "nan": b'{"username": NaN}',
    "infinity": b'{"username": -Infinity}',
    "huge float": b'{"username": 1e999}',
    "huge whole number": b'{"username": ' + b"9" * 400 + b"}",
    "number of 5000 digits": b'{"username": ' + b"9" * 5000 + b"}",
    "depth bomb": b'{"username": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep": b'{"username": ' + b"[" * 40 + b"]" * 40 + b"}",
    "wide": b"[" + b"0," * 250_000 + b"0]",
    "nul": b'{"username": "a\\u0000b", "password": "x"}',
    "lone surrogate": b'{"username": "a\\ud800b", "password": "x"}',
    "nul in a key": b'{"user\\u0000name": "b"}',
    "not utf-8": b'{"username": "\xff\xfe"}',
    "utf-16": '{"username": "ana"}'.encode("utf-16"),
}


@pytest.mark.parametrize("name", sorted(BAD_JSON))
def test_hostile_json_gets_a_typed_problem(world: World, name: str) -> None:
    response = world.client().post(
        "/api/session", data=BAD_JSON[name], content_type="application/json"
    )
    assert (response.status_code, read(response)["slug"]) == (400, "bad_json")
    assert response.mimetype == "application/problem+json"
    assert read(response)["detail"].endswith(".")


@pytest.mark.parametrize("value", [b"[]", b"null", b"3", b'"text"', b"true"])
def test_json_of_the_wrong_shape_is_invalid(world: World, value: bytes) -> None:
    response = world.client().post("/api/session", data=value, content_type="application/json")
    assert (response.status_code, read(response)["slug"]) == (422, "invalid")


def test_a_body_of_another_type_is_told_so(world: World) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        response = world.client().post("/api/session", data=b"a=b", content_type=kind)
        assert response.status_code == 415, kind
        assert read(response)["slug"] == "not_json"


def test_a_body_that_is_too_large_is_refused(make_world: Callable[..., World]) -> None:
    world = make_world(body_bytes=1000)
    response = world.client().post("/api/session", json=SIGN_IN | {"device": "x" * 2000})
    assert (response.status_code, read(response)["slug"]) == (413, "too_large")


def test_errors_of_fields_are_named(world: World) -> None:
    response = world.client().post("/api/session", json={"username": 3, "shared": "yes", "odd": 1})
    assert response.status_code == 422
    assert set(read(response)["errors"]) == {"username", "shared", "odd", "password"}


def test_a_wrong_method_keeps_the_list_of_right_ones(world: World) -> None:
    response = world.client().delete("/api/health")
    assert (response.status_code, read(response)["slug"]) == (405, "method_not_allowed")
    assert {"GET", "HEAD"} <= set(response.headers["Allow"].split(", "))


@pytest.mark.parametrize("path", ["/api/people/%00", "/%ff", "/api/people?q=%00", "/a\ud800"])
def test_broken_addresses_are_refused(world: World, path: str) -> None:
    raw = path.encode("utf-8", "surrogatepass").decode("latin-1")
    response = world.as_("cora").get(raw)
    assert 400 <= response.status_code < 500
    assert response.mimetype == "application/problem+json"


def test_an_error_nobody_foresaw_is_a_problem_and_shows_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("what Ana wrote")

    monkeypatch.setattr("pathfolio.sessions.operations.show", broken)
    response = world.as_("ana").get("/api/session")
    assert (response.status_code, read(response)["slug"]) == (500, "internal")
    assert b"Ana" not in response.data
    assert "Ana wrote" not in capsys.readouterr().err


def test_a_flood_from_one_device_is_slowed_and_the_rest_of_the_school_is_not(
    make_world: Callable[..., World],
) -> None:
    world = make_world(device_calls=20)
    ana, ben = world.as_("ana"), world.as_("ben")
    answers = [ana.get("/api/session").status_code for _ in range(45)]
    assert answers.count(200) >= 20
    assert answers[-1] == 429
    assert ben.get("/api/session").status_code == 200


def read(response: Any) -> Any:  # noqa: ANN401 - a response, and JSON
    return response.json
