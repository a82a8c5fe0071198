"""How a server's life ends, what everybody does afterwards, and what must then be there."""

from __future__ import annotations

import threading
from random import Random

from tests.api.support_sync import Device
from tests.durability.remote import Remote
from tests.durability.writers import Photographer, Pulse, Writer
from tests.support.running import Running


def kill_somewhere(
    server: Running, random: Random, pulse: Pulse, number: int, most: int = 40
) -> None:
    """Mostly the web server alone, sometimes the worker with it: a moment after one of the next pushes began."""
    pulse.wait(random.randint(1, most))
    threading.Event().wait(random.uniform(0, 0.08))
    server.kill("web")
    if number % 4 == 2:
        server.kill("worker")


def finish(writers: list[Writer], photographer: Photographer) -> None:
    """Everybody sends what is left, to a server that stays."""
    photographer.stop()
    finish_writers(writers)
    photographer.join(120)
    assert not photographer.is_alive()


def finish_writers(writers: list[Writer]) -> None:
    for writer in writers:
        writer.enough.set()
    for writer in writers:
        writer.join(120)
        assert not writer.is_alive(), writer.name


def everything_is_as_it_was_left(
    people: dict[str, Remote], writers: list[Writer], shared: dict[str, str]
) -> None:
    """Every work has its last title, as many changes as were made, and all tags of all devices are there."""
    for name, remote in people.items():
        device: Device = remote.device()
        device.pull()
        mine = [writer for writer in writers if writer.remote is remote]
        for record, title in {k: v for writer in mine for k, v in writer.titles.items()}.items():
            assert device.fields(record)["title"] == title
        for record, changes in {
            k: v for writer in mine for k, v in writer.revisions.items()
        }.items():
            found = device.get(record)
            assert found is not None
            assert found["rev"][0] == changes
        tags = {tag for writer in mine for tag in writer.tags}
        assert device.fields(shared[name])["tags"].keys() == tags
