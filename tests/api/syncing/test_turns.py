"""When everybody comes at once, the server works on a few pushes and asks the others to come back."""

from __future__ import annotations

import io
import threading

import pytest

from pathfolio.errors import Busy
from pathfolio.turns import LONGEST, Turns
from tests.api.support_sync import Device
from tests.api.world import World


@pytest.fixture
def turns(world: World) -> Turns:
    """One push at a time, and nobody in line."""
    world.app.extensions["pathfolio.turns"] = made = Turns(1, 0)
    return made


@pytest.mark.parametrize("call", ["push", "offer"])
def test_who_finds_the_line_full_is_asked_to_come_back(
    ana: Device, turns: Turns, call: str
) -> None:
    with turns.turn():
        answer = ana.post(call, {})
    assert answer.status_code == 503
    assert answer.get_json()["slug"] == "busy"
    assert "kept" in answer.get_json()["detail"]
    assert int(answer.headers["Retry-After"]) >= 1


def test_nothing_of_a_refused_push_is_taken_and_all_of_it_later(ana: Device, turns: Turns) -> None:
    made = ana.creation(title="Nest")
    envelope = {"client": ana.client, "schema": 1, "now": made["at"], "mutations": [made]}
    with turns.turn():
        assert ana.post("push", envelope).status_code == 503
    ana.must(made)


def test_a_refused_push_is_heard_out(ana: Device, turns: Turns) -> None:
    """Or the connection is cut while the device still sends, and it never reads when to come back."""
    sent = io.BytesIO(b"x" * 100_000)
    with turns.turn():
        headers = {"Content-Length": "100000", "Content-Type": "application/json"}
        answer = ana.http.post("/api/sync/push", input_stream=sent, headers=headers)
    assert answer.status_code == 503
    assert sent.tell() == 100_000


def test_reading_goes_on_while_pushes_wait(ana: Device, turns: Turns) -> None:
    with turns.turn():
        ana.pull()
        assert ana.cursors


def test_a_line_lets_in_as_many_as_it_has_room_for_one_after_the_other() -> None:
    line = Turns(1, 2)
    at_work = 0
    most = 0

    def work() -> None:
        nonlocal at_work, most
        with line.turn():
            at_work += 1
            most = max(most, at_work)
            at_work -= 1

    with line.turn():
        waiting = [threading.Thread(target=work) for _ in range(2)]
        for each in waiting:
            each.start()
        while line._inside < 3:
            pass
        with pytest.raises(Busy):
            line.look()
    for each in waiting:
        each.join()
    assert most == 1
    line.look()


def test_nobody_stands_in_a_line_that_does_not_move() -> None:
    line = Turns(1, 1, patience=0.01)
    with line.turn(), pytest.raises(Busy), line.turn():
        pytest.fail("there was no turn to have")
    with line.turn():
        line.look()


def test_the_more_are_refused_the_later_they_are_asked_to_come_back() -> None:
    line = Turns(1, 0)
    with line.turn():
        pauses = [pause(line) for _ in range(1000)]
    assert max(pauses[:5]) <= 2
    assert sum(pauses[-100:]) > 5 * 100
    assert max(pauses) <= 1 + LONGEST


def pause(line: Turns) -> int:
    with pytest.raises(Busy) as refused:
        line.look()
    return int(refused.value.headers["Retry-After"])
