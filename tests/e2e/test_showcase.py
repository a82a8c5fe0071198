"""A showcase: built from pieces in the student's order, packed, and presented without a network."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.conftest import Open, Paint
from tests.e2e.visitor import LAPTOP, SLOW, Network, Visitor

BRIDGE, NOTE = "Bridge of paper", "What I would do differently"


def test_a_showcase_is_ordered_packed_and_presented_without_a_network(
    visit: Open, network: Network, photo: Paint
) -> None:
    maya = visit("maya")
    maya.choose_photos([photo("bridge")])
    maya.write("Title", BRIDGE)
    maya.has_custody("safe")
    maya.go("")
    maya.write_note(NOTE)
    maya.has_custody("safe")
    maya.ready_for_offline()

    maya.go("showcases")
    maya.button("New showcase").click()
    maya.write("Name of the showcase", "How I build")
    maya.write("For whom", "My family")
    maya.button("Choose work").click()
    dialog = maya.page.get_by_role("dialog")
    for title in (NOTE, BRIDGE):
        dialog.get_by_role("checkbox", name=title).check()
    dialog.get_by_role("button", name="Add 2 pieces").click()
    maya.button("Add a heading").click()
    heading = maya.page.get_by_role("textbox", name="Heading", exact=True)
    expect(heading).to_be_focused(timeout=SLOW)
    heading.fill("First tries")
    maya.page.keyboard.press("Tab")
    maya.write(f"Caption of {BRIDGE}", "It held eleven books.")

    # By buttons, then by keys on the grip.
    has_order(maya, NOTE, BRIDGE, "Heading: First tries")
    maya.button(f"Move up: {BRIDGE}").click()
    has_order(maya, BRIDGE, NOTE, "Heading: First tries")
    grip = maya.button(re.compile("^Move Heading: First tries"))
    grip.press("Home")
    has_order(maya, "Heading: First tries", BRIDGE, NOTE)
    expect(grip).to_be_focused()
    maya.page.keyboard.press("ArrowDown")
    has_order(maya, BRIDGE, "Heading: First tries", NOTE)
    expect(grip).to_be_focused()
    maya.page.keyboard.press("ArrowUp")
    has_order(maya, "Heading: First tries", BRIDGE, NOTE)
    maya.sees("Now 1 of 3.")
    maya.button("Pack for offline").click()
    maya.sees("Everything is on this device.")
    maya.all_is_safe()

    network.cut()
    maya.page.reload()
    maya.link("Present").click()
    expect(maya.page.get_by_role("heading", name="How I build", level=2)).to_be_visible(
        timeout=SLOW
    )
    maya.sees("For My family")
    # The one press that opened it is enough for the whole screen.
    maya.page.wait_for_function("() => document.fullscreenElement !== null")
    keys = maya.page.keyboard
    keys.press("ArrowRight")
    shows(maya, "First tries")
    keys.press("ArrowRight")
    shows(maya, BRIDGE)
    maya.sees("It held eleven books.")
    picture = maya.page.get_by_role("img", name=BRIDGE)
    expect(picture).to_be_visible(timeout=SLOW)
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 300
    maya.button("Next").click()
    shows(maya, NOTE)
    keys.press("ArrowLeft")
    shows(maya, BRIDGE)
    keys.press("End")
    maya.sees("Thank you")
    keys.press("Escape")
    expect(maya.page).to_have_url(re.compile("#/showcase/"), timeout=SLOW)


def has_order(maya: Visitor, *names: str) -> None:
    """Waits until the parts stand in this order."""
    grips = maya.page.get_by_role("button", name=re.compile("^Move .*Use the arrow keys or drag"))
    for place, name in enumerate(names):
        expect(grips.nth(place)).to_have_accessible_name(
            re.compile(f"^Move {re.escape(name)}\\."), timeout=SLOW
        )


def shows(maya: Visitor, title: str) -> None:
    expect(maya.page.get_by_role("heading", name=title, level=2)).to_be_visible(timeout=SLOW)


def test_teachers_open_a_showcase_once_the_student_lets_them(visit: Open) -> None:
    maya = visit("maya")
    maya.write_note(NOTE)
    maya.go("showcases")
    maya.button("New showcase").click()
    maya.write("Name of the showcase", "For my conference")
    maya.button("Choose work").click()
    dialog = maya.page.get_by_role("dialog")
    dialog.get_by_role("checkbox", name=NOTE).check()
    dialog.get_by_role("button", name="Add 1 piece").click()
    maya.has_custody("safe")
    ada = visit("ada", size=LAPTOP)
    ada.link("Maya Castillo").click()
    ada.sees(NOTE)
    assert "For my conference" not in ada.page.content()
    with maya.sends():
        maya.page.get_by_label("My teachers and me").check()
    ada.comes_back()
    ada.link("Present For my conference").click()
    shows(ada, "For my conference")
