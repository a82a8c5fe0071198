"""Making sense of work: tags of three kinds, search, order, trash, undo, earlier versions."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.conftest import Open, Paint
from tests.e2e.visitor import SLOW, Network, Visitor


def test_a_piece_is_tagged_in_three_ways_and_found_again_without_a_network(
    visit: Open, network: Network
) -> None:
    maya = visit("maya")
    with_framework(maya)
    maya.write_note("A loaf that rose by the boiler")
    maya.has_custody("safe")
    network.cut()
    maya.button("Add a word").click()
    maya.page.get_by_role("textbox", name="Add a word").fill("sourdough")
    maya.page.keyboard.press("Enter")
    maya.button("Add an interest").click()
    maya.page.get_by_role("textbox", name="Add an interest").fill("Baking")
    maya.page.keyboard.press("Enter")
    maya.button("Say what it shows").click()
    dialog = maya.page.get_by_role("dialog")
    dialog.get_by_label("Search for something it shows").fill("plan")
    first = dialog.get_by_role("list").get_by_role("button").first
    statement = first.locator("span").first.text_content() or ""
    first.click()
    dialog.get_by_label("because").fill("I weighed everything and wrote it down.")
    dialog.get_by_label("I am growing").check()
    dialog.get_by_role("button", name="Save").click()
    shows = maya.page.get_by_role("list", name="What it shows I can do")
    expect(shows).to_contain_text(statement, timeout=SLOW)
    expect(shows).to_contain_text("because I weighed everything and wrote it down.")
    expect(shows).to_contain_text("I am growing")

    maya.go("search")
    for words in ("sourd", "bakin", "boiler rose", "weighed"):
        maya.field("Search by words or tags").fill(words)
        maya.sees("1 piece found")
    maya.field("Search by words or tags").fill("")
    maya.button("Baking").click()
    maya.sees("1 piece found")
    maya.field("Search by words or tags").fill("no such thing")
    maya.sees("Nothing found")

    network.mend()
    maya.all_is_safe()
    ada = visit("ada")
    ada.open_piece("A loaf that rose by the boiler")
    for said in ("sourdough", "Baking", statement, "I weighed everything and wrote it down."):
        ada.sees(said)


def with_framework(visitor: Visitor) -> None:
    """Waits for the list of standards, which comes in the first quiet moment after signing in."""
    visitor.write_note("Only to look at the list")
    visitor.button("Say what it shows").click()
    dialog = visitor.page.get_by_role("dialog")
    expect(dialog.get_by_role("list").get_by_role("button").first).to_be_visible(timeout=SLOW)
    visitor.page.keyboard.press("Escape")
    visitor.go("")


def test_photos_and_links_are_added_described_and_ordered(visit: Open, photo: Paint) -> None:
    maya = visit("maya")
    maya.choose_photos([photo("bread"), photo("market")])
    maya.button("Link").click()
    dialog = maya.page.get_by_role("dialog")
    dialog.get_by_label("Address of the page").fill("javascript:alert(1)")
    dialog.get_by_role("button", name="Save").click()
    maya.sees("This does not look like a web address")
    dialog.get_by_label("Address of the page").fill("bread.example/starter")
    dialog.get_by_label("What is it?").fill("The recipe")
    dialog.get_by_role("button", name="Save").click()
    maya.sees("Link saved on this device.")

    order = maya.page.get_by_role("list", name="Photos and links").get_by_role("listitem")
    expect(order).to_have_count(3, timeout=SLOW)
    expect(order.last.get_by_label("What is it?")).to_have_value("The recipe")
    order.first.get_by_label("Words for this photo").fill("Before the oven")
    maya.page.keyboard.press("Tab")
    maya.button("Move down: Before the oven").click()
    expect(order.nth(1).get_by_label("Words for this photo")).to_have_value("Before the oven")
    maya.button(re.compile("Move Before the oven")).press("End")
    expect(order.last.get_by_label("Words for this photo")).to_have_value("Before the oven")
    maya.has_custody("safe")
    maya.comes_back()
    expect(order.last.get_by_label("Words for this photo")).to_have_value(
        "Before the oven", timeout=SLOW
    )


def test_the_trash_gives_back_and_undo_works(visit: Open) -> None:
    maya = visit("maya")
    maya.write_note("Almost thrown away")
    throw_away(maya)
    maya.sees("It is in the trash now")
    maya.sees("Show who you are becoming")
    maya.button("Undo").click()
    maya.open_piece("Almost thrown away")
    throw_away(maya)
    maya.sees("Show who you are becoming")
    maya.go("trash")
    maya.sees("Almost thrown away")
    maya.sees(re.compile("Here for (29|30) more days"))
    with maya.sends():
        maya.button("Bring back").click()
        maya.sees("The trash is empty")
    maya.go("")
    maya.sees("Almost thrown away")
    ada = visit("ada")
    ada.sees("Almost thrown away")


def throw_away(visitor: Visitor) -> None:
    visitor.button("More").click()
    visitor.button("Put in the trash").click()


def test_an_earlier_version_comes_back_with_one_press(visit: Open) -> None:
    maya = visit("maya")
    maya.write_note("The first wording")
    maya.has_custody("safe")
    with maya.sends():
        maya.write("Your words", "The second wording")
    maya.button("More").click()
    maya.link("Earlier versions").click()
    created = maya.page.get_by_role("listitem").filter(has_text="The first wording")
    created.get_by_role("button", name="Bring this back").click()
    maya.sees("It is back.")
    maya.link("Back").click()
    expect(maya.field("Your words")).to_have_value("The first wording", timeout=SLOW)


def test_work_that_is_made_private_leaves_the_teacher(visit: Open) -> None:
    maya = visit("maya")
    maya.write_note("For my eyes after all")
    maya.has_custody("safe")
    ada = visit("ada")
    ada.sees("For my eyes after all")
    with maya.sends():
        maya.page.get_by_label("Only me").check()
        maya.sees("Now only you can see this.")
    ada.comes_back()
    ada.sees("Nobody is waiting")
    assert "For my eyes after all" not in ada.page.content()
