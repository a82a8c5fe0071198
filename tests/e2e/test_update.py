"""A newer version of the app arrives while work is open and on its way."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Open
from tests.e2e.noise import noisy_photos
from tests.e2e.releases import READY, release, release_of
from tests.e2e.visitor import SLOW, Network


@pytest.fixture
def client(tmp_path: Path, built_client: Path) -> Path:
    """A copy of the built client, so that a newer one can be put in its place."""
    return Path(shutil.copytree(built_client, tmp_path / "client"))


def test_an_update_in_mid_sync_waits_for_an_open_draft_and_loses_nothing(
    visit: Open, network: Network, client: Path, tmp_path: Path
) -> None:
    maya = visit("maya")
    maya.ready_for_offline()
    network.link.slow(50_000)
    maya.choose_photos(noisy_photos(tmp_path, 8))
    maya.go("")
    maya.open_capture()
    maya.button("Write a note").click()
    note = maya.field("Your note")
    note.fill("Half a sentence")

    release(client, "newer")
    second = maya.context.new_page()
    maya.watch(second)
    second.goto(f"{maya.origin}/#/safe")
    expect(second.get_by_text(READY)).to_be_visible(timeout=4 * SLOW)
    expect(second.get_by_text(re.compile("not at school yet"))).to_be_visible()
    assert release_of(second) is None, "it never takes over by itself"
    second.get_by_role("button", name="Use it now").click()

    # The person in the first tab is in the middle of something: it goes on, undisturbed.
    expect(maya.page.get_by_text(READY)).to_have_count(1)
    note.press_sequentially(", and the other half", delay=30)
    expect(note).to_have_value("Half a sentence, and the other half")
    assert release_of(maya.page) is None
    with maya.page.expect_navigation(url=re.compile("#/a/")), second.expect_event("load"):
        maya.button("Done").click()
    for page in (maya.page, second):
        page.wait_for_function(
            "() => document.querySelector('meta[name=release]')?.content === 'newer'", timeout=SLOW
        )
    network.mend()
    maya.go("")
    maya.all_is_safe()
    ada = visit("ada")
    ada.sees("Half a sentence, and the other half")
    expect(ada.page.get_by_role("link", name=re.compile("Maya Castillo"))).to_have_count(2)


def test_an_update_that_nobody_wants_now_comes_at_the_next_start(visit: Open, client: Path) -> None:
    maya = visit("maya")
    maya.ready_for_offline()
    release(client, "newer")
    maya.page.reload()
    maya.sees(READY)
    maya.button("Later").click()
    maya.sees_not(READY)
    assert release_of(maya.page) is None
    maya.write_note("Undisturbed")
    maya.has_custody("safe")
    # The last tab closes; whoever comes back has the newer one, as soon as the browser has changed over.
    for _ in range(50):
        maya.page.goto("about:blank")
        maya.go("")
        maya.sees("Undisturbed")
        if release_of(maya.page) == "newer":
            break
    assert release_of(maya.page) == "newer"
    maya.sees_not(READY)
