"""The built client as it is served: small on the wire, kept for good where its name tells its content."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest

from tests.api.world import World

SCRIPT = "export const words = 'the same again and again';\n" * 200


@pytest.fixture
def served(make_world: Callable[..., World], tmp_path: Path) -> World:
    """A server whose client is a page, a hashed script, and a secret beside the folder."""
    built = tmp_path / "dist"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text("<!doctype html><title>Pathfolio</title>")
    (built / "sw.js").write_text("// worker")
    (built / "manifest.webmanifest").write_text("{}")
    (built / "assets" / "start-4f3a.js").write_text(SCRIPT)
    (tmp_path / "secret.txt").write_text("secret")
    (built / "link.txt").symlink_to(tmp_path / "secret.txt")
    return make_world(client=str(built))


def test_the_page_and_the_worker_are_asked_for_again_and_hashed_files_never(served: World) -> None:
    client = served.client()
    for path, kind in {
        "/": "text/html",
        "/sw.js": "text/javascript",
        "/manifest.webmanifest": "application/manifest+json",
    }.items():
        response = client.get(path)
        assert (response.status_code, response.mimetype) == (200, kind)
        assert response.headers["Cache-Control"] == "no-cache"
    hashed = client.get("/assets/start-4f3a.js")
    assert hashed.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    ("accepted", "unpack"), [("gzip, br", brotli.decompress), ("gzip", gzip.decompress)]
)
def test_scripts_travel_compressed(
    served: World, accepted: str, unpack: Callable[[bytes], bytes]
) -> None:
    response = served.client().get("/assets/start-4f3a.js", headers={"Accept-Encoding": accepted})
    assert len(response.data) < len(SCRIPT) / 10
    assert unpack(response.data).decode() == SCRIPT
    assert response.headers["Vary"] == "Accept-Encoding"


def test_what_did_not_change_is_not_sent_again(served: World) -> None:
    client = served.client()
    tag = client.get("/sw.js").headers["ETag"]
    again = client.get("/sw.js", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        *("/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt"),
        *("/link.txt", "/assets", "//etc/passwd", "/none.js"),
    ],
)
def test_nothing_outside_the_client_is_ever_served(served: World, path: str) -> None:
    response = served.client().get(path)
    assert response.status_code in {308, 404}
    assert b"secret" not in response.data


def test_unknown_addresses_of_the_api_are_problems_and_not_the_page(served: World) -> None:
    for path in ("/api/nothing", "/media/nothing", "/api"):
        response = served.client().get(path)
        assert response.status_code == 404
        assert response.mimetype == "application/problem+json"


def test_a_server_without_a_built_client_says_so(
    make_world: Callable[..., World], tmp_path: Path
) -> None:
    response = make_world(client=str(tmp_path)).client().get("/")
    assert response.status_code == 404
    assert "not built" in response.get_json()["detail"]


@pytest.mark.parametrize("path", ["/" + "a" * 300, "/" + "a/" * 3000])
def test_an_address_longer_than_any_file_is_not_there(served: World, path: str) -> None:
    assert served.client().get(path).status_code == 404
