"""Whatever comes over the wire is answered with a problem, never with a failure of the server."""

from __future__ import annotations

import json
import os
import random
from typing import Any

import pytest

from pathfolio import clock, ids
from tests.api.support_sync import Device, Json, place
from tests.api.world import World

ENVELOPES = 2500  # on each database
HOSTILE: list[Any] = [
    None, True, False, 0, -1, 1.5, 2**53, 2**63, -(2**70), 1e308, 5e-324, "", "x" * 300, "\x00", "\ud800",
    "a\udfffb", "\u202e\u0301", [], {}, [[]], [None], {"": None}, {"v": 1}, [1, "a" * 26], ["1", 2],
    "a" * 26, "p:" + "a" * 26, "u:", "../../etc", "2026-11-23T14:52:11.123Z", "9999-99-99T99:99:99.999Z",
    {"key": "x", "v": {"text": "y"}}, {"kind": "artifact", "fields": {}}, {"kind": "person", "fields": {"name": "x"}},
]  # fmt: skip
RAW = [
    b"", b"{", b"null", b"[]", b"\xff\xfe", b'{"client": NaN}', b"[" * 5000 + b"]" * 5000, b'{"n": 1e999}',
    b'{"client": "\\ud800", "schema": 1}', b'{"n": ' + b"9" * 5000 + b"}", b'"\x00"', b"{}" * 3,
]  # fmt: skip


def valid(device: Device, work: str, dice: random.Random) -> tuple[str, Json]:
    """A call and a body that the server would take."""
    call = dice.choice(["push", "push", "push", "pull", "offer"])
    if call == "pull":
        return call, {
            "client": device.client,
            "epoch": device.epoch,
            "schema": 1,
            "spaces": dict(device.cursors),
            "limit": 50,
        }
    mutations = [
        device.set(work, "title", "Title"),
        device.text(work, "words", "Some words."),
        device.set(work, "audience", dice.choice(["me", "teachers", "group:" + "a" * 26])),
        device.mutation("add", work, field="tags", value={"key": "t", "v": {"text": "T"}}),
        device.mutation(
            "add",
            work,
            field="attachments",
            value={
                "key": ids.new_id(),
                "v": {"type": "link", "url": "https://example.org", "title": ""},
                "p": place(),
            },
        ),
        device.mutation("delete", work),
        device.creation(title="New", tags={"a": {"text": "A"}}),
    ]
    dice.shuffle(mutations)
    device.n -= len(mutations) - 2
    chosen = [each | {"n": device.n - 1 + at} for at, each in enumerate(mutations[:2])]
    if call == "offer":
        return call, {"client": device.client, "epoch": device.epoch, "mutations": chosen}
    now = clock.to_wire(clock.now())
    return call, {"client": device.client, "schema": 1, "now": now, "mutations": chosen}


def spoil(value: Any, dice: random.Random) -> Any:  # noqa: ANN401, PLR0911 - a table of tricks
    """Change one place somewhere inside a JSON value."""
    if isinstance(value, dict) and value and dice.random() < 0.85:
        key = dice.choice(list(value))
        match dice.randrange(8):
            case 0:
                return {name: each for name, each in value.items() if name != key}
            case 1:
                return value | {dice.choice(["extra", "\x00", "op", "__proto__"]): 1}
            case _:
                return value | {key: spoil(value[key], dice)}
    if isinstance(value, list) and value and dice.random() < 0.85:
        at = dice.randrange(len(value))
        if dice.random() < 0.1:
            return value + value
        return [*value[:at], spoil(value[at], dice), *value[at + 1 :]]
    if dice.random() < 0.05:
        deep: Any = "bottom"
        for _ in range(dice.choice([10, 40, 600])):
            deep = [deep] if dice.random() < 0.5 else {"v": deep}
        return deep
    return dice.choice(HOSTILE)


def spoiled_bytes(body: Json, dice: random.Random) -> bytes:
    for _ in range(dice.choice([1, 1, 1, 2, 3])):
        body = spoil(body, dice)
    text = json.dumps(body).encode("ascii")
    if dice.random() < 0.05:
        at = dice.randrange(len(text))
        text = (
            text[:at] + dice.choice([b"", b"\xc3", b"NaN", b"\\u0000", b"1e400"]) + text[at + 1 :]
        )
    return text


@pytest.mark.slow
def test_thousands_of_spoiled_envelopes_never_make_the_server_fail(
    world: World, ana: Device
) -> None:
    seed = int(os.environ.get("SEED", "20261123"))
    dice = random.Random(seed)
    work = ana.create(title="Mine", words="Words.")
    answered: dict[int, int] = {}
    for turn in range(ENVELOPES):
        if turn % 250 == 0:
            ana = ana.twin()
            ana.pull()
        call, body = valid(ana, work, dice)
        data = spoiled_bytes(body, dice)
        answer = ana.http.post(f"/api/sync/{call}", data=data, content_type="application/json")
        told = f"seed {seed}, envelope {turn}: {call} {data[:600]!r} -> {answer.get_data()[:300]!r}"
        assert answer.status_code < 500, told
        if answer.status_code >= 400:
            assert answer.get_json()["detail"], told
        elif call == "push":
            ana.n = answer.get_json()["last_n"]
        answered[answer.status_code] = answered.get(answer.status_code, 0) + 1
    assert answered[200] > ENVELOPES // 10, answered
    fresh = ana.twin()
    fresh.pull()
    assert fresh.get(work) is not None


@pytest.mark.parametrize("data", RAW, ids=lambda data: repr(data[:20]))
@pytest.mark.parametrize("call", ["push", "pull", "offer"])
def test_what_is_no_envelope_gets_a_problem(ana: Device, call: str, data: bytes) -> None:
    answer = ana.http.post(f"/api/sync/{call}", data=data, content_type="application/json")
    assert 400 <= answer.status_code < 500
    assert answer.content_type == "application/problem+json"


def test_too_many_and_too_much_are_said_to_be_so(ana: Device) -> None:
    many = [ana.creation() for _ in range(201)]
    envelope = {"client": ana.client, "schema": 1, "now": "", "mutations": many}
    assert ana.post("push", envelope).status_code == 413
    huge = envelope | {"mutations": [], "filler": "x" * (2 * 1024 * 1024)}
    answer = ana.post("push", huge)
    assert (answer.status_code, answer.get_json()["slug"]) == (413, "too_large")


@pytest.mark.parametrize("before", ["0", "-1", "x", "1.5", "9" * 40, "", "2.6e-42"])
def test_a_page_of_history_that_cannot_be_gets_a_sentence(ana: Device, before: str) -> None:
    work = ana.create(title="Mine")
    answer = ana.http.get(f"/api/records/{work}/history", query_string={"before": before})
    assert answer.status_code == 422
