"""The storage that the simulator stands on, and IndexedDB of a real Chromium, keep to one contract."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, BrowserType, Page

from tests.support.chromium import launch_arguments

ROOT = Path(__file__).resolve().parents[2]
ORIGIN = "https://storage.test"
PAGE = "<!doctype html><title>Storage</title><script src='/page.js'></script>"
ROOM = 8_000_000


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The contract (pwa/tests/storage) as one script."""
    folder = tmp_path_factory.mktemp("storage")
    command = ["../infra/dev/npx", "vite", "build", "--config", "../tests/e2e/storage.vite.mjs"]
    subprocess.run([*command, "--outDir", str(folder)], cwd=ROOT / "pwa", check=True)
    return (folder / "page.js").read_text()


@pytest.fixture
def context(
    browser_type: BrowserType, chromium: str, script: str, tmp_path: Path
) -> Iterator[BrowserContext]:
    """A browser with a disk, which finds the contract at an address of its own: storage belongs to an origin."""
    context = browser_type.launch_persistent_context(
        tmp_path / "profile", executable_path=chromium, args=launch_arguments()
    )
    context.route(
        f"{ORIGIN}/**",
        lambda route: (
            route.fulfill(body=script, content_type="text/javascript")
            if route.request.url.endswith(".js")
            else route.fulfill(body=PAGE, content_type="text/html")
        ),
    )
    yield context
    context.close()


def opened(context: BrowserContext) -> Page:
    """A page on a small disk: it holds all that the contract writes, but not the largest part."""
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": ORIGIN, "quotaSize": ROOM})
    page.goto(ORIGIN)
    return page


def test_indexeddb_in_chromium_keeps_to_the_contract(context: BrowserContext) -> None:
    page = opened(context)
    names: list[str] = page.evaluate("contract.names()")
    found = {name: page.evaluate("name => contract.run(name)", name) for name in names}
    assert len(found) > 15
    assert {name: error for name, error in found.items() if error} == {}


def test_a_page_that_is_killed_in_a_transaction_leaves_what_it_had_committed(
    context: BrowserContext,
) -> None:
    page = opened(context)
    page.evaluate("contract.hang()")
    page.close()
    opened(context).evaluate("contract.look()")
