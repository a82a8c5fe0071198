"""Pull: everything a person may see today, in pages, and nothing else."""

from __future__ import annotations

import gzip
import json
from typing import Any

import brotli
import pytest
import zstandard

from pathfolio_sync import vector_hash
from tests.api.support_sync import Device, Json
from tests.api.world import World


def test_a_new_device_gets_its_spaces_whole(ana: Device, world: World) -> None:
    ana.create(title="Mine")
    ana.pull()
    school = f"o:{world.id('school')}"
    room = f"c:{world.id('blue')}"
    assert set(ana.cursors) == {ana.own, ana.portfolio, school, room}
    assert all(floor == 0 for _, _, floor in ana.cursors.values())
    assert {row["kind"] for row in ana.base[ana.portfolio].values()} == {"artifact", "person"}


def test_only_what_changed_comes_afterwards(ana: Device) -> None:
    first = ana.create(title="One")
    ana.create(title="Two")
    ana.must(ana.set(first, "title", "One and a half"))
    assert [row["id"] for row in ana.pull()] == [first]
    assert ana.pull() == []


def test_what_is_confirmed_comes_with_the_last_page_only(ana: Device) -> None:
    ana.push(*(ana.creation(title=f"Work {n}") for n in range(12)))
    fresh = Device(ana.http, ana.person, client=ana.client)
    fresh.pull(limit=5)
    assert len(fresh.pages) > 2
    assert [page["confirmed"] for page in fresh.pages[:-1]] == [None] * (len(fresh.pages) - 1)
    assert fresh.pages[-1]["confirmed"] == [12, ana.hash]
    assert len(fresh.all("artifact")) == 12


def test_a_lacking_space_comes_newest_first(ana: Device) -> None:
    ana.push(*(ana.creation(title=f"Work {n}") for n in range(9)))
    fresh = ana.twin()
    fresh.keep(fresh.page(limit=8))
    titles = [row["fields"]["title"] for row in fresh.all("artifact")]
    assert titles[0] == "Work 8"
    seq, _, floor = fresh.cursors[ana.portfolio]
    assert 0 < floor <= seq
    fresh.pull(limit=8)
    assert len(fresh.all("artifact")) == 9


def test_changes_made_while_a_space_is_still_coming_are_not_missed(ana: Device) -> None:
    made = [ana.creation(title=f"Work {n}") for n in range(9)]
    ana.push(*made)
    fresh = ana.twin()
    fresh.keep(fresh.page(limit=6))
    ana.pull()
    ana.must(ana.set(made[0]["record"], "title", "Changed"), ana.creation(title="New"))
    fresh.pull(limit=6)
    assert len(fresh.all("artifact")) == 10
    assert fresh.fields(made[0]["record"])["title"] == "Changed"


def test_many_changes_above_a_cursor_come_in_pages_too(ana: Device) -> None:
    ana.pull()
    other = ana.twin()
    other.push(*(other.creation(title=f"Work {n}") for n in range(11)))
    assert len(ana.pull(limit=3)) == 11
    assert len(ana.pages) > 3


def test_nothing_moved_is_told_without_a_body(ana: Device) -> None:
    ana.create(title="One")
    body = {"client": ana.client, "epoch": ana.epoch, "schema": 1}
    vector = ana.pages[-1]["vector"]
    assert vector == vector_hash(ana.cursors)
    answer = ana.post("pull", body | {"vector": vector})
    assert (answer.status_code, answer.get_data()) == (204, b"")
    assert answer.headers["Pathfolio-Epoch"] == ana.epoch
    other = ana.twin()
    other.must(other.creation(title="Two"))
    answer = ana.post("pull", body | {"vector": vector})
    assert (answer.status_code, answer.get_json()) == (200, {"send_vector": True})


@pytest.mark.parametrize("name", ["zstd", "br", "gzip", "identity"])
def test_answers_are_compressed_as_the_client_can(ana: Device, name: str) -> None:
    ana.push(*(ana.creation(title=f"A work with number {n}") for n in range(20)))
    body: Json = {"client": ana.client, "epoch": None, "schema": 1, "spaces": {}}
    answer = ana.http.post("/api/sync/pull", json=body, headers={"Accept-Encoding": name})
    unpack: dict[str, Any] = {
        "zstd": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
        "br": brotli.decompress,
        "gzip": gzip.decompress,
        "identity": bytes,
    }
    assert answer.headers.get("Content-Encoding", "identity") == name
    assert len(json.loads(unpack[name](answer.get_data()))["changes"]) > 20


def test_nobody_sees_what_is_not_theirs(
    world: World, ana: Device, ben: Device, tia: Device, tom: Device
) -> None:
    work = ana.create(title="For my teacher")
    secret = ana.create(title="For me", audience="me")
    south = Device(world.as_("tia", "south"), world.id("tia", "south"))
    for other in (ben, tom, south):
        other.pull()
        assert other.get(work) is None
        assert other.get(secret) is None
    tia.pull()
    assert tia.get(work) is not None
    assert tia.get(secret) is None


def test_a_space_that_was_revoked_is_forgotten_at_the_next_contact(
    world: World, ana: Device, tia: Device
) -> None:
    ana.create(title="Mine")
    tia.pull()
    assert ana.portfolio in tia.base
    answer = world.as_("cora").delete(f"/api/classes/{world.id('blue')}/people/{world.id('tia')}")
    assert answer.status_code in {200, 204}
    tia.pull()
    assert ana.portfolio in tia.pages[-1]["forget"]
    assert ana.portfolio not in tia.base
    assert ana.portfolio not in tia.cursors


def test_a_digest_that_does_not_fit_is_mended_by_replacing_the_space(ana: Device) -> None:
    ana.create(title="Mine")
    ana.base[ana.portfolio].popitem()
    page = ana.page(mismatch=[ana.portfolio])
    assert page["replace"] == [ana.portfolio]
    ana.keep(page)
    assert ana.digest(ana.portfolio) == page["digest"][ana.portfolio]


def test_a_cursor_of_somebody_elses_space_only_makes_one_forget_it(
    ana: Device, ben: Device
) -> None:
    ben.create(title="Ben's")
    ana.cursors = {ben.portfolio: [3, "0" * 16, 0]}
    changes = ana.pull()
    assert ana.pages[0]["forget"] == [ben.portfolio]
    assert all(row["space"] != ben.portfolio for row in changes)


@pytest.mark.parametrize(
    "spaces",
    [
        None,
        [],
        {"x": [1, "0" * 16, 0]},
        {"p:": [1, "0" * 16, 0]},
        {"u:" + "a" * 26: [1.5, "0" * 16, 0]},
        {"u:" + "a" * 26: [True, "0" * 16, 0]},
        {"u:" + "a" * 26: [1, "short", 0]},
        {"u:" + "a" * 26: [-1, "0" * 16, 0]},
        {"u:" + "a" * 26: "cursor"},
    ],
)
def test_a_vector_that_is_none_gets_a_sentence(ana: Device, spaces: object) -> None:
    body = {"client": ana.client, "epoch": None, "schema": 1, "spaces": spaces}
    answer = ana.post("pull", body)
    assert (answer.status_code, answer.get_json()["slug"]) == (422, "invalid")


def test_an_app_that_speaks_another_schema_is_asked_to_update(ana: Device) -> None:
    for schema in (0, 2):
        for call, more in (("push", {"now": "", "mutations": []}), ("pull", {"epoch": None})):
            answer = ana.post(call, {"client": ana.client, "schema": schema} | more)
            assert (answer.status_code, answer.get_json()["slug"]) == (426, "update_app")


def test_ping_answers_with_the_epoch(ana: Device) -> None:
    ana.pull()
    answer = ana.http.get("/api/sync/ping")
    assert (answer.status_code, answer.headers["Pathfolio-Epoch"]) == (204, ana.epoch)


def test_without_a_session_nothing_is_answered(world: World) -> None:
    for method, path in (("POST", "push"), ("POST", "pull"), ("POST", "offer"), ("GET", "ping")):
        answer = world.client().open(f"/api/sync/{path}", method=method, json={})
        assert (answer.status_code, answer.get_json()["slug"]) == (401, "sign_in")
