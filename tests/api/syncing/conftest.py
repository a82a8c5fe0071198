"""Devices of the people of the north school; Ana's teacher is Tia, Cai's is Tom."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pathfolio.syncing import verify
from tests.api.support_sync import Device
from tests.api.world import World


@pytest.fixture(autouse=True)
def _all_promises_hold(world: World) -> Iterator[None]:
    """Whatever a test did, the server's own check finds nothing wrong afterwards."""
    yield
    with world.app.app_context():
        assert verify.problems() == []


def device(world: World, name: str, school: str = "north") -> Device:
    return Device(world.as_(name, school), world.id(name, school))


@pytest.fixture
def ana(world: World) -> Device:
    return device(world, "ana")


@pytest.fixture
def ben(world: World) -> Device:
    return device(world, "ben")


@pytest.fixture
def tia(world: World) -> Device:
    return device(world, "tia")


@pytest.fixture
def tom(world: World) -> Device:
    return device(world, "tom")
