"""A device may ask for the digest of a space whose cursor stands, to compare what it holds."""

from __future__ import annotations

import pytest

from tests.api.support_sync import Device


def test_a_space_that_came_whole_in_an_earlier_page_can_be_compared(ana: Device) -> None:
    for number in range(5):
        ana.create(title=f"Piece {number}")
    fresh = Device(ana.http, ana.person)
    fresh.pull(limit=1)
    assert set(fresh.pages[-1]["digest"]) < set(fresh.cursors), (
        "some came whole before the last page"
    )
    asked = fresh.page(unsure=sorted(fresh.cursors))
    assert asked["changes"] == []
    assert asked["digest"] == {space: fresh.digest(space) for space in fresh.cursors}


def test_a_digest_is_told_of_no_space_that_one_may_not_see(ana: Device, tom: Device) -> None:
    ana.create(title="Birdhouse")
    assert ana.portfolio not in tom.page(unsure=[ana.portfolio])["digest"]


@pytest.mark.parametrize("unsure", [7, ["nonsense"], [None], {"p": 1}])
def test_other_questions_are_a_typed_problem(ana: Device, unsure: object) -> None:
    body = {"client": ana.client, "epoch": None, "schema": 1, "spaces": {}, "unsure": unsure}
    assert ana.post("pull", body).status_code == 422
