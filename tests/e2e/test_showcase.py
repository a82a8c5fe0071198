"""A showcase: built from pieces in the student's order, packed, and presented without a network."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from pathfolio.demo.pictures import jpeg
from tests.e2e.conftest import Open
from tests.e2e.visitor import SLOW
from tests.support.proxy import Link


def test_a_showcase_is_built_packed_and_presented_without_a_network(
    visit: Open, network: Link, tmp_path: Path
) -> None:
    picture = tmp_path / "bridge.jpg"
    picture.write_bytes(jpeg("bridge", "showcase"))
    maya = visit("maya")
    maya.choose_photos([picture])
    maya.page.get_by_label("Title").fill("Bridge of paper")
    maya.page.keyboard.press("Tab")
    maya.go("")
    maya.write_note("What I would do differently")
    maya.has_custody("safe")
    maya.ready_for_offline()

    maya.go("showcases")
    maya.button("New showcase").first.click()
    maya.page.get_by_label("Name of the showcase").fill("How I build")
    maya.page.get_by_label("For whom").fill("My family")
    maya.button("Choose work").click()
    dialog = maya.page.get_by_role("dialog")
    for title in ("Bridge of paper", "What I would do differently"):
        dialog.get_by_text(title).click()
    dialog.get_by_role("button", name="Add 2 pieces").click()
    maya.button(re.compile("Move (up|down).*"), exact=False).first.click()
    maya.button("Pack for offline").click()
    maya.sees("Everything is on this device")

    network.cut()
    maya.page.reload()
    maya.link("Present", exact=False).first.click()
    stage = maya.page
    stage.keyboard.press("ArrowRight")
    stage.keyboard.press("ArrowRight")
    stage.keyboard.press("ArrowLeft")
    expect(
        stage.get_by_text(re.compile("Bridge of paper|What I would do differently")).first
    ).to_be_visible(timeout=SLOW)
    shown = stage.locator("img").first
    for _ in range(3):
        if shown.count():
            break
        stage.keyboard.press("ArrowRight")
    expect(shown).to_be_visible(timeout=SLOW)
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") > 300
    stage.keyboard.press("Escape")
    expect(stage).to_have_url(re.compile("#/showcase"))
