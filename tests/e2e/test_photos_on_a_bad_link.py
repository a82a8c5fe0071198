"""Photos reach school whatever the network does, each of them whole and each of them once."""

from __future__ import annotations

import hashlib
from io import BytesIO
from pathlib import Path
from random import Random

from PIL import Image
from sqlalchemy import create_engine, text

from tests.e2e.conftest import Open
from tests.support.proxy import Link
from tests.support.running import Running

PHOTOS = 20


def photos(folder: Path) -> list[Path]:
    """Photos of about 150 kB that no encoder can shrink, no two alike."""
    chance = Random(20)
    paths = []
    for number in range(PHOTOS):
        picture = Image.frombytes("RGB", (220, 160), chance.randbytes(220 * 160 * 3))
        out = BytesIO()
        picture.resize((440, 320)).save(out, "JPEG", quality=95, exif=place())
        path = folder / f"photo-{number}.jpg"
        path.write_bytes(out.getvalue())
        paths.append(path)
    return paths


def place() -> bytes:
    """What a phone writes: where the photo was taken."""
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (47.0, 22.0, 36.84), 3: "E", 4: (8.0, 32.0, 30.0)})
    return exif.tobytes()


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


def are_all_at_school(server: Running) -> None:
    rows = uploads(server)
    assert [state for state, _, _ in rows] == ["verified"] * PHOTOS
    assert stored(server) == {sha256 for _, sha256, _ in rows}
    assert len(stored(server)) == PHOTOS
    assert "Everything holds." in server.run("verify")


def test_twenty_photos_get_through_a_link_that_is_cut_every_few_seconds(
    visit: Open, network: Link, server: Running, tmp_path: Path
) -> None:
    maya = visit("maya")
    network.slow(250_000)
    maya.choose_photos(photos(tmp_path))
    network.cut_every(3)
    maya.page.get_by_text("All safe at school").first.wait_for(timeout=240_000)
    assert network.cuts > 2
    are_all_at_school(server)


def test_twenty_photos_get_through_while_server_and_worker_are_killed(
    visit: Open, network: Link, server: Running, tmp_path: Path
) -> None:
    maya = visit("maya")
    network.slow(400_000)
    maya.choose_photos(photos(tmp_path))
    for arrived in (3, 8, 14):
        wait_for(maya.page.wait_for_timeout, server, arrived)
        for name in ("web", "worker"):
            server.kill(name)
        server.start()
    maya.page.get_by_text("All safe at school").first.wait_for(timeout=240_000)
    are_all_at_school(server)


def wait_for(tick: object, server: Running, arrived: int) -> None:
    """Until so many photos are announced at school."""
    while len(uploads(server)) < arrived:
        assert callable(tick)
        tick(100)
