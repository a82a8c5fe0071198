"""How much a phone must fetch before it can begin, and in all. Sizes are gzip's, in bytes."""

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.support.parts import missing

DIST = Path(__file__).parents[2] / "pwa" / "dist"
KB = 1000

FIRST_ROUTE_SCRIPT = 80 * KB
ALL_SCRIPT = 160 * KB
STYLES = 12 * KB
SERVICE_WORKER = 3 * KB
PRECACHE = 700 * KB

Manifest = dict[str, dict[str, Any]]
"""Vite's: source file -> {file, imports, dynamicImports, css, isEntry}."""


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    path = DIST / ".vite" / "manifest.json"
    if not path.is_file():
        missing("built client", "make setup")
    found: Manifest = json.loads(path.read_text())
    return found


def packed(files: Iterable[str]) -> int:
    return sum(len(gzip.compress((DIST / file).read_bytes(), 9, mtime=0)) for file in set(files))


def closure(manifest: Manifest, start: str) -> set[str]:
    """The sources that are fetched together with `start`, itself included."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        source = waiting.pop()
        if source not in found:
            found.add(source)
            waiting += manifest[source].get("imports", [])
    return found


def scripts(manifest: Manifest, sources: Iterable[str]) -> set[str]:
    return {file for source in sources if (file := manifest[source]["file"]).endswith(".js")}


def languages(manifest: Manifest) -> list[list[str]]:
    """The chunks of each language, the largest language first; a person fetches only one language."""
    found: dict[str, list[str]] = {}
    for source in manifest:
        if source.startswith("src/i18n/"):
            found.setdefault(source.split("/")[2], []).append(source)
    return sorted(found.values(), key=lambda sources: -packed(scripts(manifest, sources)))


def is_daily(source: str) -> bool:
    """Managing people and classes is no daily work: a coordinator's screens load on demand."""
    return "/features/people/" not in source


def first_routes(manifest: Manifest) -> list[str]:
    """What a person may meet first: the home screen, or signing in."""
    return [s for s in manifest if "/features/home/Home" in s or "/features/signin/SignIn" in s]


def test_the_first_screen_needs_little_script(manifest: Manifest) -> None:
    entry = next(source for source, chunk in manifest.items() if chunk.get("isEntry"))
    routes = first_routes(manifest)
    assert routes
    for route in routes:
        words = {source for source in languages(manifest)[0] if source.endswith("/index.ts")}
        assert words
        sources = closure(manifest, entry) | closure(manifest, route) | words
        size = packed(scripts(manifest, sources))
        assert size <= FIRST_ROUTE_SCRIPT, f"{route} needs {size} bytes of script"


def test_all_daily_screens_together_stay_small(manifest: Manifest) -> None:
    others = {source for language in languages(manifest)[1:] for source in language}
    size = packed(scripts(manifest, filter(is_daily, set(manifest) - others)))
    assert size <= ALL_SCRIPT, f"all daily screens need {size} bytes of script"


def test_all_styles_together_stay_small(manifest: Manifest) -> None:
    files = [str(path.relative_to(DIST)) for path in DIST.rglob("*.css")]
    assert files
    assert packed(files) <= STYLES


def test_the_service_worker_is_small(manifest: Manifest) -> None:
    assert packed(["sw.js"]) <= SERVICE_WORKER


def test_everything_kept_for_offline_use_stays_small(manifest: Manifest) -> None:
    files = [path for path in DIST.rglob("*") if path.is_file() and ".vite" not in path.parts]
    assert sum(path.stat().st_size for path in files) <= PRECACHE
