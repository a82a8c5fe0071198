"""Photos reach school whatever the network does, each of them whole and each of them once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.e2e.conftest import Open
from tests.e2e.noise import noisy_photos
from tests.e2e.visitor import Network, Visitor
from tests.support.running import Running

PHOTOS = 20
ALL_SAFE = re.compile("^All safe")


def uploads(server: Running) -> list[tuple[str, str, int]]:
    engine = create_engine(server.url)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT state, sha256, size FROM upload")).all()
    engine.dispose()
    return [(row.state, row.sha256, row.size) for row in rows]


def stored(server: Running) -> set[str]:
    """Hashes of the originals on the server's disk; none of them may hold a place."""
    objects = server.data / "media" / "objects"
    originals = [path for path in objects.glob("*/*/*") if "." not in path.name]
    for path in originals:
        assert b"Exif" not in path.read_bytes()
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in originals}


def are_announced(server: Running, least: int) -> bool:
    return len(uploads(server)) >= least


def are_all_at_school(server: Running) -> None:
    rows = uploads(server)
    assert stored(server) == {sha256 for _, sha256, _ in rows}
    assert len(stored(server)) == PHOTOS
    assert "Everything holds." in server.run("verify")


def test_twenty_photos_get_through_a_link_that_is_cut_every_few_seconds(
    visit: Open, network: Network, server: Running, tmp_path: Path
) -> None:
    maya = visit("maya")
    maya.sees(ALL_SAFE)
    network.link.slow(250_000)
    choose(maya, noisy_photos(tmp_path, PHOTOS))
    network.link.cut_every(3)
    wait_for(maya, lambda: [state for state, _, _ in uploads(server)] == ["verified"] * PHOTOS)
    maya.sees(ALL_SAFE)
    assert network.link.cuts > 2
    are_all_at_school(server)


@pytest.mark.slow
def test_twenty_photos_get_through_while_server_and_worker_are_killed(
    visit: Open, network: Network, server: Running, tmp_path: Path
) -> None:
    maya = visit("maya")
    maya.sees(ALL_SAFE)
    network.link.slow(400_000)
    choose(maya, noisy_photos(tmp_path, PHOTOS))
    for arrived in (3, 8, 14):
        wait_for(maya, partial(are_announced, server, arrived))
        for name in ("web", "worker"):
            server.kill(name)
        server.start()
    wait_for(maya, lambda: [state for state, _, _ in uploads(server)] == ["verified"] * PHOTOS)
    maya.sees(ALL_SAFE)
    are_all_at_school(server)


def choose(visitor: Visitor, files: list[Path]) -> None:
    visitor.open_capture()
    visitor.page.locator("input[type=file][multiple]").set_input_files(files)


def wait_for(visitor: Visitor, happened: Callable[[], bool]) -> None:
    """Until something is so at school; the browser lives on meanwhile."""
    for _ in range(2400):
        if happened():
            return
        visitor.page.wait_for_timeout(100)
    raise AssertionError(f"it did not happen in four minutes; {visitor.complaints}")
