"""What happens to an account at its edges: deleted, in the rush at eight, two requests at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from pathfolio import clock, db, standing
from pathfolio.people import operations
from pathfolio.people.models import Person
from pathfolio.sessions import passwords, tokens
from pathfolio.sessions.models import DeviceSession
from tests.api.world import PASSWORD, World


def test_a_deleted_account_answers_410_and_its_name_is_free_again(world: World) -> None:
    ana = world.as_("ana")
    school, person = world.id("school"), world.id("ana")
    with world.app.app_context():
        db.run_write(lambda session: operations.forget_person(session, school, person))
        with db.read() as session:
            left = session.get_one(Person, (school, person))
            devices = session.scalars(
                select(DeviceSession.device).where(DeviceSession.person == person)
            ).all()
    assert set(devices) == {""}
    assert (left.name, left.username, left.password, left.shared_key) == ("", None, None, b"")
    for response in (ana.get("/api/session"), ana.post("/api/sync/pull", json={})):
        assert (response.status_code, response.get_json()["slug"]) == (410, "account_deleted")
    body = {"username": "ana@north", "password": PASSWORD}
    assert world.client().post("/api/session", json=body).status_code == 403
    assert world.as_("cora").get(f"/api/people/{person}").status_code == 404
    fresh = {"name": "Ana Nueva", "role": "student", "username": "ana"}
    assert world.as_("cora").post("/api/people", json=fresh).status_code == 201
    assert world.as_("ana", "south").get("/api/session").status_code == 200


def test_passwords_are_hashed_few_at_a_time(
    make_world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_world(password_workers=2)
    working, most, lock = 0, 0, threading.Lock()
    both = threading.Barrier(2, timeout=10)

    class Counting:
        def verify(self, *_: str) -> bool:
            nonlocal working, most
            with lock:
                working += 1
                most = max(most, working)
            both.wait()
            with lock:
                working -= 1
            return True

        def hash(self, _: str) -> str:
            return "nobody's"

    monkeypatch.setattr(passwords, "HASHER", Counting())

    def check(_: int) -> bool:
        with world.app.app_context():
            return passwords.matches(PASSWORD, "kept")

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(check, range(8)))
    assert most == 2


def test_who_waits_too_long_for_a_password_is_asked_to_come_back(
    make_world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_world(password_workers=1)
    monkeypatch.setattr(passwords, "WAIT_SECONDS", 0)
    with world.app.app_context(), passwords.turn():
        response = world.client().post(
            "/api/session", json={"username": "ana@north", "password": PASSWORD}
        )
    assert (response.status_code, response.get_json()["slug"]) == (503, "busy")
    assert int(response.headers["Retry-After"]) > 0


def test_passwords_are_kept_as_argon2id_with_19_mib(world: World) -> None:
    with world.app.app_context(), db.read() as session:
        kept = session.get_one(Person, (world.id("school"), world.id("ana"))).password
    assert kept is not None
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert PASSWORD not in kept


def test_two_requests_that_rotate_at_once_get_the_same_token(world: World) -> None:
    old = world.as_("ana").get_cookie(standing.COOKIE, domain="pathfolio.test")
    assert old is not None
    later = clock.now() + timedelta(hours=25)
    start = threading.Barrier(4, timeout=10)

    def ask(_: int) -> str:
        client = world.client()
        client.set_cookie(standing.COOKIE, old.value, domain="pathfolio.test", secure=True)
        start.wait()
        assert client.get("/api/session").status_code == 200
        new = client.get_cookie(standing.COOKIE, domain="pathfolio.test")
        assert new is not None
        return new.value

    with clock.using(lambda: later), ThreadPoolExecutor(4) as pool:
        given = set(pool.map(ask, range(4)))
    assert len(given - {old.value}) == 1


def test_tokens_are_long_random_and_never_stored_as_they_are(world: World) -> None:
    cookie = world.as_("ana").get_cookie(standing.COOKIE, domain="pathfolio.test")
    assert cookie is not None
    assert len(cookie.value) >= 43, "256 bits in base64"
    with world.app.app_context(), db.read() as session:
        row = tokens.find(session, cookie.value)
        assert row is not None
        assert cookie.value not in {row.token, row.previous}
        assert row.token == standing.digest(cookie.value)
