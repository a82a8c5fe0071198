"""Making sense of work, without a network: tags of three kinds, search, trash, undo, earlier versions."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.conftest import Open
from tests.e2e.visitor import SLOW
from tests.support.proxy import Link


def test_a_piece_is_tagged_in_three_ways_and_found_again_without_a_network(
    visit: Open, network: Link
) -> None:
    maya = visit("maya")
    maya.write_note("A loaf that rose by the boiler")
    maya.has_custody("safe")
    maya.ready_for_offline()
    # The framework comes with the first quiet moment after signing in.
    network.cut()
    maya.button("Add a word").click()
    maya.page.get_by_label("Add a word").last.fill("sourdough")
    maya.page.keyboard.press("Enter")
    maya.button("Add an interest").click()
    maya.page.get_by_label("Add an interest").last.fill("Baking")
    maya.page.keyboard.press("Enter")
    maya.button("Say what it shows").click()
    maya.page.get_by_label("Search for something it shows").fill("plan")
    dialog = maya.page.get_by_role("dialog")
    dialog.get_by_role("list").get_by_role("button").first.click()
    dialog.get_by_label("because").fill("I weighed everything and wrote it down.")
    dialog.get_by_label("I am growing").check()
    dialog.get_by_role("button", name=re.compile("Save|Done")).click()
    maya.sees(re.compile("I weighed everything and wrote it down"))

    maya.go("search")
    maya.page.get_by_label("Search by words or tags").fill("sourd")
    expect(maya.link(re.compile("A loaf that rose"), exact=False).first).to_be_visible(timeout=SLOW)
    network.mend()
    maya.go("safe")
    maya.sees("Everything is safe at school")


def test_the_trash_gives_back_and_undo_works(visit: Open) -> None:
    maya = visit("maya")
    maya.write_note("Almost thrown away")
    maya.button("Put in the trash").click()
    maya.sees("It is in the trash now")
    maya.button("Undo").click()
    maya.go("")
    maya.link("Almost thrown away", exact=False).first.click()
    maya.button("Put in the trash").click()
    maya.go("trash")
    maya.sees("Almost thrown away")
    maya.button("Bring back", exact=False).click()
    maya.go("")
    maya.sees("Almost thrown away")


def test_an_earlier_version_comes_back_with_one_press(visit: Open) -> None:
    maya = visit("maya")
    maya.write_note("The first wording")
    maya.has_custody("safe")
    words = maya.page.get_by_label("Your words")
    words.fill("The second wording")
    maya.page.keyboard.press("Tab")
    maya.has_custody("safe")
    maya.sees("All safe at school")
    address = maya.page.url
    maya.page.goto(f"{address}/history")
    maya.sees("The first wording")
    maya.button("Bring this back", exact=False).last.click()
    maya.page.goto(address)
    expect(words).to_have_value("The first wording", timeout=SLOW)
