from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from pathfolio import clock, db
from pathfolio.audit import AuditEvent
from pathfolio.sessions import codes, joining
from pathfolio.syncing.models import Member
from tests.api.world import World


def ok(response: Any, status: int = 200) -> Any:  # noqa: ANN401 - JSON
    assert response.status_code == status, response.json
    return response.json if response.data else None


def members(world: World, space: str, school: str = "north") -> dict[str, str]:
    """{user name: role} of a space."""
    names = {id_: name for (slug, name), id_ in world.ids.items() if slug == school}
    with world.app.app_context(), db.read() as session:
        rows = session.scalars(
            select(Member).where(Member.school == world.id("school", school), Member.space == space)
        )
        return {names.get(row.person, row.person): row.role for row in rows}


def test_the_roster_decides_who_may_see_what(world: World) -> None:
    assert members(world, f"p:{world.id('ana')}") == {"ana": "owner", "tia": "teacher"}
    assert members(world, f"p:{world.id('cai')}") == {"cai": "owner", "tom": "teacher"}
    assert members(world, f"c:{world.id('blue')}") == {
        "ana": "student",
        "ben": "student",
        "tia": "teacher",
    }
    assert members(world, f"o:{world.id('school')}") == {
        "cora": "coordinator",
        "tia": "teacher",
        "tom": "teacher",
        "ana": "student",
        "ben": "student",
        "cai": "student",
    }


def test_who_is_pending_or_gone_has_only_their_own(world: World) -> None:
    assert members(world, f"p:{world.id('pia')}") == {"pia": "owner"}
    assert members(world, f"p:{world.id('lea')}") == {"lea": "owner"}
    assert members(world, f"u:{world.id('lou')}") == {"lou": "owner"}


def test_a_coordinator_adds_a_teacher_who_signs_in_with_the_code(world: World) -> None:
    cora = world.as_("cora")
    added = ok(cora.post("/api/people", json={"name": "Inés Álvarez", "role": "teacher"}), 201)
    assert added["person"]["username"] == "ines.alvarez"
    body = {"username": "ines.alvarez@north", "code": added["code"].lower(), "device": "Laptop"}
    client = world.client()
    entered = ok(client.post("/api/session/code", json=body | {"password": "my new words"}), 201)
    assert entered["person"]["role"] == "teacher"
    again = world.client().post("/api/session/code", json=body | {"password": "my new words"})
    assert ok(again, 403)["slug"] == "wrong_sign_in", "a code works once"


def test_a_class_gets_a_teacher_and_a_student_and_the_teacher_sees_the_work(world: World) -> None:
    cora = world.as_("cora")
    room = ok(cora.post("/api/classes", json={"title": "Red"}), 201)["id"]
    put = f"/api/classes/{room}/people/"
    ok(cora.put(put + world.id("tom"), json={"role": "teacher"}), 204)
    ok(cora.put(put + world.id("ana"), json={"role": "student"}), 204)
    own = f"p:{world.id('ana')}"
    assert members(world, own) == {"ana": "owner", "tia": "teacher", "tom": "teacher"}
    ok(cora.delete(put + world.id("tom")), 204)
    assert members(world, own) == {"ana": "owner", "tia": "teacher"}
    assert members(world, f"c:{room}") == {"ana": "student"}


def test_closing_a_class_takes_its_teachers_from_its_students_and_opening_gives_them_back(
    world: World,
) -> None:
    cora, room = world.as_("cora"), world.id("blue")
    ok(cora.patch(f"/api/classes/{room}", json={"active": False}))
    assert members(world, f"p:{world.id('ana')}") == {"ana": "owner"}
    assert members(world, f"c:{room}") == {}
    ok(cora.patch(f"/api/classes/{room}", json={"active": True}))
    assert members(world, f"p:{world.id('ana')}") == {"ana": "owner", "tia": "teacher"}


def test_a_teacher_who_leaves_loses_the_students_and_keeps_their_own(world: World) -> None:
    cora = world.as_("cora")
    ok(cora.patch(f"/api/people/{world.id('tia')}", json={"active": False}))
    assert members(world, f"p:{world.id('ana')}") == {"ana": "owner"}
    assert members(world, f"u:{world.id('tia')}") == {"tia": "owner"}
    assert "tia" not in members(world, f"o:{world.id('school')}")
    ok(cora.patch(f"/api/people/{world.id('tia')}", json={"active": True}))
    assert members(world, f"p:{world.id('ana')}") == {"ana": "owner", "tia": "teacher"}


def test_a_change_that_ends_many_memberships_has_to_be_confirmed(world: World) -> None:
    cora = world.as_("cora")
    path = f"/api/classes/{world.id('blue')}"
    names = "\n".join(f"New Student {n}" for n in "abcdefghijklmnopqrstuvwxyz")
    ok(cora.post(f"{path}/list", json={"text": names, "dry_run": False}))
    asked = cora.patch(path, json={"active": False})
    assert ok(asked, 409)["slug"] == "confirm"
    assert ok(cora.get("/api/classes"))["classes"][0]["active"] is True
    ok(cora.patch(path, json={"active": False, "confirm": True}))
    assert members(world, f"c:{world.id('blue')}") == {}


def test_the_only_coordinator_cannot_lock_the_school(world: World) -> None:
    cora, own = world.as_("cora"), f"/api/people/{world.id('cora')}"
    for change in ({"active": False}, {"role": "teacher"}):
        assert cora.patch(own, json=change).status_code == 409
    assert ok(cora.patch(own, json={"name": "Cora Nueva"}))["name"] == "Cora Nueva"
    assert cora.get("/api/people").status_code == 200


def test_a_student_never_becomes_a_teacher(world: World) -> None:
    response = world.as_("cora").patch(f"/api/people/{world.id('ana')}", json={"role": "teacher"})
    assert response.status_code == 422


def test_only_staff_teach_and_only_students_learn(world: World) -> None:
    cora, put = world.as_("cora"), f"/api/classes/{world.id('green')}/people/"
    assert cora.put(put + world.id("ana"), json={"role": "teacher"}).status_code == 422
    assert cora.put(put + world.id("tia"), json={"role": "student"}).status_code == 422


def test_people_are_listed_by_name_in_pages_and_found(world: World) -> None:
    cora = world.as_("cora")
    names = "\n".join(f"Student Number {n:03}" for n in range(120))
    ok(cora.post(f"/api/classes/{world.id('green')}/list", json={"text": names, "dry_run": False}))
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = ok(cora.get("/api/people", query_string={"cursor": cursor}))
        found += [person["name"] for person in page["people"]]
        cursor = page["next"]
    assert len(found) == len(set(found)) == 129
    assert found == sorted(found, key=str.casefold)
    search = ok(cora.get("/api/people", query_string={"q": "NUMBER 07"}))["people"]
    assert [person["name"] for person in search] == [f"Student Number 07{n}" for n in range(10)]
    inside = ok(
        cora.get("/api/people", query_string={"class": world.id("blue"), "role": "teacher"})
    )
    assert {person["username"] for person in inside["people"]} == {"tia", "lou"}
    assert ok(cora.get("/api/people", query_string={"q": "%"}))["people"] == []


def test_a_cursor_from_nowhere_is_refused_with_a_sentence(world: World) -> None:
    for cursor in ("x", "W10=", "e30=", "WyJcdTAwMDAiLCJhIl0=", "WzEsMl0=", "é"):
        response = world.as_("cora").get("/api/people", query_string={"cursor": cursor})
        assert response.status_code == 422, cursor


def test_a_pasted_list_is_first_only_looked_at_and_then_done_once(world: World) -> None:
    cora, path = world.as_("cora"), f"/api/classes/{world.id('green')}/list"
    text = "Name\nAda Byron\nByron, Ada, ada2\n1. López, Inés\tines\n; \nBen North\nTia north, tia\nInés Otra, ines"
    dry = ok(cora.post(path, json={"text": text}))["people"]
    assert [(row["line"], row["state"]) for row in dry] == [
        (2, "new"), (3, "problem"), (4, "new"), (5, "problem"), (6, "known"), (7, "problem"), (8, "problem"),
    ]  # fmt: skip
    assert all(row.get("detail") for row in dry if row["state"] == "problem")
    assert "code" not in dry[0]
    assert "person" not in dry[0]
    done = ok(cora.post(path, json={"text": text, "dry_run": False}))["people"]
    assert [row["username"] for row in done] == [row["username"] for row in dry]
    assert len(done[0]["code"]) == codes.ONCE_LENGTH
    own = f"p:{done[0]['person']}"
    assert members(world, own) == {done[0]["person"]: "owner", "tom": "teacher"}
    assert members(world, f"p:{world.id('ben')}") == {
        "ben": "owner",
        "tia": "teacher",
        "tom": "teacher",
    }
    again = ok(cora.post(path, json={"text": text, "dry_run": False}))["people"]
    assert {row["state"] for row in again} == {"known", "problem"}


def test_a_pasted_list_confirms_nobody_who_only_says_to_be_on_it(world: World) -> None:
    cora, path = world.as_("cora"), f"/api/classes/{world.id('blue')}/list"
    _, code = open_blue(world)
    ok(join(world, code, name="Ana North"), 201)
    text = "Pia North\nAda Byron, pia\nAna North"
    done = ok(cora.post(path, json={"text": text, "dry_run": False}))["people"]
    assert [row["state"] for row in done] == ["problem", "problem", "known"]
    assert done[2]["person"] == world.id("ana")
    assert members(world, f"p:{world.id('pia')}") == {"pia": "owner"}


def test_an_empty_list_and_one_of_a_thousand_lines_are_refused(world: World) -> None:
    cora, path = world.as_("cora"), f"/api/classes/{world.id('green')}/list"
    for text in ("", " \n ", "\n".join(f"Ana {n}" for n in range(501))):
        assert cora.post(path, json={"text": text}).status_code == 422


def open_blue(world: World, minutes: int = 30) -> tuple[FlaskClient, str]:
    tia = world.as_("tia")
    opened = ok(tia.post(f"/api/classes/{world.id('blue')}/join-code", json={"minutes": minutes}))
    return tia, opened["code"]


def join(world: World, code: str, **changes: str) -> Any:  # noqa: ANN401 - a response
    body = {"code": code, "name": "Zoë Park", "username": "zoe", "password": "three new words"}
    return world.client().post("/api/join", json=body | {"device": "Phone"} | changes)


def test_a_student_joins_with_a_code_and_waits_for_the_teacher(world: World) -> None:
    tia, code = open_blue(world)
    typed = f" {code[:4].lower()}-{code[4:]} "
    looked = ok(world.client().post("/api/join/look", json={"code": typed}))
    assert looked == {"class": {"title": "blue"}, "school": {"name": "North School"}}
    zoe = ok(join(world, typed), 201)["person"]
    assert (zoe["status"], zoe["role"]) == ("pending", "student")
    assert members(world, f"p:{zoe['id']}") == {zoe["id"]: "owner"}
    path = f"/api/classes/{world.id('blue')}/pending"
    waiting = ok(tia.get(path))["people"]
    assert [row["username"] for row in waiting] == ["pia", "zoe"]
    ok(tia.post(f"{path}/{zoe['id']}", json={"accept": True}), 204)
    assert members(world, f"p:{zoe['id']}") == {zoe["id"]: "owner", "tia": "teacher"}
    assert [row["username"] for row in ok(tia.get(path))["people"]] == ["pia"]
    ok(tia.post(f"{path}/{zoe['id']}", json={"accept": True}), 204)


def test_a_declined_student_keeps_their_own_and_sees_nothing_else(world: World) -> None:
    pia = world.as_("pia")
    path = f"/api/classes/{world.id('blue')}/pending/{world.id('pia')}"
    ok(world.as_("tia").post(path, json={"accept": False}), 204)
    assert ok(pia.get("/api/session"))["person"]["status"] == "inactive"
    assert members(world, f"u:{world.id('pia')}") == {"pia": "owner"}


def test_a_class_code_ends_by_time_by_hand_and_by_a_newer_one(world: World) -> None:
    tia, code = open_blue(world, minutes=30)
    path = f"/api/classes/{world.id('blue')}/join-code"
    assert ok(tia.get(path))["code"] == code
    later = clock.now() + timedelta(minutes=31)
    with clock.using(lambda: later):
        assert join(world, code).json["slug"] == "no_such_code"
        assert tia.get(path).status_code == 204
    newer = ok(tia.post(path, json={}))["code"]
    assert join(world, code).status_code == 404
    ok(tia.delete(path), 204)
    assert join(world, newer).status_code == 404


def test_guessing_class_codes_stops_for_everybody_after_a_while(
    make_world: Any,  # noqa: ANN401 - a fixture
) -> None:
    world = make_world(code_guesses=4)
    _, code = open_blue(world)
    for n in range(4):
        answer = world.client().post("/api/join/look", json={"code": f"AAAAAAA{n}"})
        assert answer.status_code == 404
    refused = world.client().post("/api/join/look", json={"code": code})
    assert (refused.status_code, refused.json["slug"]) == (429, "too_many")


def test_a_coordinator_who_teaches_a_class_opens_it_and_lets_students_in(world: World) -> None:
    cora, blue = world.as_("cora"), f"/api/classes/{world.id('blue')}"
    assert cora.post(f"{blue}/join-code", json={}).status_code == 403
    ok(cora.put(f"{blue}/people/{world.id('cora')}", json={"role": "teacher"}), 204)
    code = ok(cora.post(f"{blue}/join-code", json={}))["code"]
    zoe = ok(join(world, code), 201)["person"]
    ok(cora.post(f"{blue}/pending/{zoe['id']}", json={"accept": True}), 204)
    assert members(world, f"p:{zoe['id']}")["cora"] == "teacher"
    other = f"/api/classes/{world.id('green')}/join-code"
    assert cora.post(other, json={}).status_code == 403


def test_who_holds_a_class_code_cannot_make_accounts_without_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joining, "MOST_WAITING", 2)
    _, code = open_blue(world)
    ok(join(world, code, username="zoe"), 201)  # Pia waits already
    refused = join(world, code, username="zack")
    assert (refused.status_code, refused.json["slug"]) == (409, "too_many_wait")
    waiting = ok(world.as_("tia").get(f"/api/classes/{world.id('blue')}/pending"))["people"]
    assert [row["username"] for row in waiting] == ["pia", "zoe"]


def test_class_codes_have_eight_letters_that_nobody_confuses() -> None:
    made = "".join(codes.new(codes.CLASS_LENGTH) for _ in range(500))
    assert len(made) == 4000
    assert not set(made) & set("0O1ILU")
    assert len(codes.ALPHABET) ** codes.CLASS_LENGTH > 2**38


def test_a_taken_user_name_is_refused_with_another_proposal(world: World) -> None:
    _, code = open_blue(world)
    response = join(world, code, username="ANA")
    assert (response.status_code, response.json["slug"]) == (409, "name_taken")
    assert "ana2" in response.json["detail"]


@pytest.mark.parametrize("username", ["a", "ana lopez", "ana@home", ".ana", "x" * 41, "👩‍🎨"])
def test_an_impossible_user_name_is_refused_with_a_sentence(world: World, username: str) -> None:
    _, code = open_blue(world)
    response = join(world, code, username=username)
    assert response.status_code == 422
    assert response.json["errors"]["username"]


def test_a_teacher_helps_a_student_who_forgot_the_password(world: World) -> None:
    tia = world.as_("tia")
    given = ok(tia.post(f"/api/people/{world.id('ana')}/code"))
    before = world.as_("ana")
    body = {"username": "ana@north", "code": given["code"], "password": "three other words"}
    assert ok(world.client().post("/api/session/code", json=body), 201)
    assert before.get("/api/session").status_code == 401, "other devices must sign in again"
    late = ok(tia.post(f"/api/people/{world.id('ben')}/code"))
    after = clock.now() + timedelta(hours=49)
    with clock.using(lambda: after):
        expired = {"username": "ben@north", "code": late["code"], "password": "three other words"}
        assert world.client().post("/api/session/code", json=expired).status_code == 403


def test_a_coordinator_sees_devices_and_ends_them(world: World) -> None:
    ana, cora = world.as_("ana"), world.as_("cora")
    path = f"/api/people/{world.id('ana')}/devices"
    (row,) = ok(cora.get(path))["sessions"]
    assert row["device"] == "A test"
    ok(cora.delete(f"{path}/{row['id']}"), 204)
    assert ana.get("/api/session").status_code == 401
    both = [world.as_("ana"), world.as_("ana")]
    ok(cora.delete(f"{path}/all"), 204)
    assert [client.get("/api/session").status_code for client in both] == [401, 401]


def test_what_somebody_has_to_answer_for_is_written_down_without_a_name(world: World) -> None:
    cora = world.as_("cora")
    ok(cora.patch(f"/api/people/{world.id('ana')}", json={"name": "Ana Nueva", "active": False}))
    with world.app.app_context(), db.read() as session:
        rows = session.scalars(select(AuditEvent).where(AuditEvent.target == world.id("ana"))).all()
    assert {"person.name", "person.active"} <= {row.action for row in rows}
    assert all("Nueva" not in f"{vars(row)}" for row in rows)


def test_classes_show_their_people_to_staff_and_only_their_own_to_teachers(world: World) -> None:
    every = ok(world.as_("cora").get("/api/classes"))["classes"]
    assert [room["title"] for room in every] == ["blue", "green"]
    (own,) = ok(world.as_("tia").get("/api/classes"))["classes"]
    assert {(person["id"], person["role"]) for person in own["people"]} == {
        (world.id("tia"), "teacher"),
        (world.id("ana"), "student"),
        (world.id("ben"), "student"),
    }
    (mine,) = ok(world.as_("ana").get("/api/classes"))["classes"]
    assert "people" not in mine
