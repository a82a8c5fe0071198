"""One simulated server per test process, and the bundled engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pathfolio import clock, ids
from pathfolio.sessions import passwords
from pathfolio.syncing import highwater
from pathfolio_media import disk
from tests.simulation import acts, bundle
from tests.simulation.many import Tally
from tests.simulation.school import School


@pytest.fixture(scope="module")
def school() -> Iterator[School]:
    """The server decides nothing by itself while a module uses it; afterwards all is as it was."""
    ports = [
        (highwater, "time"),
        (highwater, "threading"),
        (passwords, "matches"),
        (disk, "secrets"),
    ]
    before = [getattr(module, name) for module, name in ports]
    yield School()
    acts.as_shipped()
    clock.use(clock.system_now)
    ids.use(ids.random_id)
    for (module, name), value in zip(ports, before, strict=True):
        setattr(module, name, value)


@pytest.fixture(scope="session")
def engine() -> Path:
    """The bundle of the shipped engine."""
    return bundle.bundle()


@pytest.fixture(scope="module")
def tally() -> Tally:
    """What a module's seeds come to."""
    return Tally()
