from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from pathfolio import clock, standing
from tests.api.world import PASSWORD, World


def enter(client: FlaskClient, **changes: object) -> Any:  # noqa: ANN401 - keywords
    body = {"username": "ana@north", "password": PASSWORD, "device": "Phone", "shared": False}
    return {"json": body | changes}


def sign_in(client: FlaskClient, **changes: object) -> Any:  # noqa: ANN401 - JSON
    response = client.post("/api/session", **enter(client, **changes))
    assert response.status_code == 201, response.json
    return response.json


def read(response: Any) -> Any:  # noqa: ANN401 - a response, and JSON
    return response.json


def slug(response: Any) -> str:  # noqa: ANN401 - a response
    return str(response.json["slug"])


def test_a_person_signs_in_is_known_and_signs_out(world: World) -> None:
    client = world.client()
    body = sign_in(client)
    assert body["person"] == {
        "id": world.id("ana"),
        "name": body["person"]["name"],
        "role": "student",
        "status": "active",
        "username": "ana",
    }
    assert body["school"] == {
        "id": world.id("school"),
        "slug": "north",
        "name": "North School",
    }
    assert client.get("/api/session").json == body
    assert client.delete("/api/session").status_code == 204
    assert slug(client.get("/api/session")) == "sign_in"


def test_the_cookie_is_bound_to_the_host_and_out_of_reach_for_scripts(world: World) -> None:
    response = world.client().post("/api/session", **enter(world.client()))
    (cookie,) = response.headers.getlist("Set-Cookie")
    name, *parts = cookie.split("; ")
    assert name.startswith("__Host-pathfolio=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(parts)
    assert not any(part.startswith("Domain") for part in parts)


def test_plain_http_on_this_machine_also_gets_a_cookie_that_every_library_sends(
    world: World,
) -> None:
    client = world.app.test_client()
    response = client.post("/api/session", **enter(client), base_url="http://127.0.0.1:8080")
    names = [cookie.split("=")[0] for cookie in response.headers.getlist("Set-Cookie")]
    assert names == ["__Host-pathfolio", "pathfolio-loopback"]
    elsewhere = world.app.test_client()
    response = elsewhere.post("/api/session", **enter(client), base_url="http://192.0.2.7")
    names = [cookie.split("=")[0] for cookie in response.headers.getlist("Set-Cookie")]
    assert names == ["__Host-pathfolio"]


@pytest.mark.parametrize(
    ("settings", "request_"),
    [
        ({"proxies": 1}, {}),
        ({"origin": "https://portfolio.example.org"}, {}),
        ({}, {"headers": {"X-Forwarded-For": "192.0.2.7"}}),
        ({}, {"headers": {"Forwarded": "for=192.0.2.7;proto=https"}}),
        ({}, {"environ_overrides": {"REMOTE_ADDR": "192.0.2.7"}}),
    ],
)
def test_behind_a_proxy_on_this_machine_only_the_safe_cookie_is_given_and_taken(
    make_world: Callable[..., World], settings: dict[str, object], request_: dict[str, Any]
) -> None:
    world = make_world(**settings)
    client, address = world.app.test_client(), "http://127.0.0.1:8080"
    response = client.post("/api/session", **enter(client), base_url=address, **request_)
    (cookie,) = response.headers.getlist("Set-Cookie")
    token = cookie.split("=", 1)[1].split(";")[0]
    assert cookie.startswith("__Host-pathfolio=")
    bare = world.app.test_client(use_cookies=False)
    headers = request_.get("headers", {}) | {"Cookie": f"pathfolio-loopback={token}"}
    asked = bare.get("/api/session", base_url=address, **(request_ | {"headers": headers}))
    assert asked.status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"password": "three cold words"},
        {"username": "nobody@north"},
        {"username": "ana@east"},
        {"username": "ana", "school": "nowhere"},
        {"username": "@north"},
    ],
)
def test_every_wrong_sign_in_gets_the_same_answer(world: World, changes: dict[str, object]) -> None:
    response = world.client().post("/api/session", **enter(world.client(), **changes))
    assert (response.status_code, slug(response)) == (403, "wrong_sign_in")


def test_a_name_without_school_needs_one_where_there_are_several(world: World) -> None:
    response = world.client().post("/api/session", **enter(world.client(), username="ana"))
    assert (response.status_code, slug(response)) == (422, "which_school")
    assert sign_in(world.client(), username="ana", school="south")["school"]["slug"] == "south"


def test_capitals_and_width_of_the_user_name_do_not_matter(world: World) -> None:
    assert sign_in(world.client(), username=" ＡNa@North")


def test_a_shared_device_gets_the_persons_one_key_and_a_private_device_none(world: World) -> None:
    first = sign_in(world.client(), shared=True)
    again = sign_in(world.client(), shared=True)
    other = sign_in(world.client(), shared=True, username="ben@north")
    assert first["shared_key"] == again["shared_key"] != other["shared_key"]
    assert len(str(first["shared_key"])) == 44
    assert "shared_key" not in sign_in(world.client())


def test_too_many_wrong_passwords_close_the_account_for_a_while_but_not_the_others(
    make_world: Callable[..., World],
) -> None:
    world = make_world(sign_in_tries=3)
    thief = world.client()
    for _ in range(3):
        thief.post("/api/session", **enter(thief, password="wrong guess"))
    refused = thief.post("/api/session", **enter(thief))
    assert (refused.status_code, slug(refused)) == (429, "too_many")
    assert int(refused.headers["Retry-After"]) > 0
    assert sign_in(world.client(), username="ben@north")
    assert sign_in(world.client(), username="ana@south")


def test_a_classmate_who_guesses_cannot_lock_somebody_out_of_their_own_phone(
    make_world: Callable[..., World],
) -> None:
    world = make_world(sign_in_tries=2)
    phone = world.client()
    sign_in(phone)
    for _ in range(5):
        world.client().post("/api/session", **enter(phone, password="wrong guess"))
    assert sign_in(phone)


def test_a_flood_of_guesses_from_the_schools_address_leaves_known_devices_alone(
    make_world: Callable[..., World],
) -> None:
    world = make_world(address_tries=3)
    phone = world.client()
    sign_in(phone)
    for n in range(4):
        world.client().post("/api/session", **enter(phone, username=f"nobody{n}@north"))
    assert slug(world.client().post("/api/session", **enter(phone))) == "too_many"
    assert sign_in(phone)


def test_signing_in_again_on_a_device_ends_the_session_before(world: World) -> None:
    client = world.client()
    first = sign_in(client)
    sign_in(client)
    listed = read(client.get("/api/sessions"))["sessions"]
    assert first["session"] not in [each["id"] for each in listed]


def test_devices_are_listed_and_can_be_ended_one_by_one(world: World) -> None:
    phone, laptop = world.client(), world.client()
    sign_in(phone, device="Phone")
    sign_in(laptop, device="Laptop")
    rows = {row["device"]: row for row in read(phone.get("/api/sessions"))["sessions"]}
    assert {name: row["current"] for name, row in rows.items()} == {"Phone": True, "Laptop": False}
    assert phone.delete(f"/api/sessions/{rows['Laptop']['id']}").status_code == 204
    assert slug(laptop.get("/api/session")) == "sign_in"
    assert phone.get("/api/session").status_code == 200


def test_nobody_ends_the_session_of_somebody_else(world: World) -> None:
    ben = world.client()
    session = sign_in(ben, username="ben@north")["session"]
    assert world.as_("ana").delete(f"/api/sessions/{session}").status_code == 404
    assert world.as_("ben", "south").delete(f"/api/sessions/{session}").status_code == 404
    assert ben.get("/api/session").status_code == 200


def test_a_new_password_counts_and_signs_the_other_devices_out(world: World) -> None:
    phone, laptop = world.client(), world.client()
    sign_in(phone)
    sign_in(laptop)
    change = {"old": PASSWORD, "new": "four other warm words"}
    wrong = phone.post("/api/password", json=change | {"old": "not this one"})
    assert slug(wrong) == "wrong_sign_in"
    assert phone.post("/api/password", json=change).status_code == 204
    assert slug(laptop.get("/api/session")) == "sign_in"
    assert phone.get("/api/session").status_code == 200
    assert sign_in(world.client(), password=change["new"])


@pytest.mark.parametrize("weak", ["short", "12345678", "Password", "aaaabbbbb", "x" * 201])
def test_a_password_that_would_be_guessed_first_is_refused_with_a_sentence(
    world: World, weak: str
) -> None:
    response = world.as_("ana").post("/api/password", json={"old": PASSWORD, "new": weak})
    assert response.status_code == 422
    assert read(response)["errors"]["new"]


def test_a_token_rotates_and_the_old_one_works_through_the_grace_window(
    make_world: Callable[..., World],
) -> None:
    world = make_world(rotate_hours=24, grace_minutes=60)
    client = world.client()
    sign_in(client)
    old = cookie_of(client)
    start = clock.now()
    with clock.using(lambda: start + timedelta(hours=25)):
        assert client.get("/api/session").status_code == 200
    new = cookie_of(client)
    assert new != old
    lost = world.client()  # the answer that carried the new token never arrived
    lost.set_cookie(standing.COOKIE, old, domain="pathfolio.test", secure=True)
    with clock.using(lambda: start + timedelta(hours=49)):
        assert lost.get("/api/session").status_code == 200
        assert cookie_of(lost) == new, "a second request with the old token gets the same successor"
        assert (
            client.get("/api/session").status_code == 200
        )  # the new one is used: the grace begins
    with clock.using(lambda: start + timedelta(hours=49, minutes=59)):
        late = world.client()
        late.set_cookie(standing.COOKIE, old, domain="pathfolio.test", secure=True)
        assert late.get("/api/session").status_code == 200
    with clock.using(lambda: start + timedelta(hours=51)):
        late = world.client()
        late.set_cookie(standing.COOKIE, old, domain="pathfolio.test", secure=True)
        assert slug(late.get("/api/session")) == "sign_in"
        assert client.get("/api/session").status_code == 200


def test_a_shared_device_signs_out_by_itself_and_a_phone_stays(world: World) -> None:
    tablet, phone = world.client(), world.client()
    sign_in(tablet, shared=True)
    sign_in(phone)
    later = clock.now() + timedelta(hours=13)
    with clock.using(lambda: later):
        assert slug(tablet.get("/api/session")) == "sign_in"
        assert phone.get("/api/session").status_code == 200


def test_who_left_reads_for_a_while_and_then_no_more(world: World) -> None:
    lou = world.as_("lou")
    assert read(lou.get("/api/session"))["person"]["status"] == "inactive"
    later = clock.now() + timedelta(days=91)
    with clock.using(lambda: later):
        assert slug(lou.get("/api/session")) == "account_closed"
        refused = world.client().post("/api/session", **enter(lou, username="lou@north"))
        assert slug(refused) == "account_closed"


def cookie_of(client: FlaskClient) -> str:
    found = client.get_cookie(standing.COOKIE, domain="pathfolio.test")
    assert found is not None
    return found.value
