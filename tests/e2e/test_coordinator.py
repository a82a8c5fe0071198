"""A coordinator: people, classes, a pasted class list, and the devices of a person."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.conftest import Open
from tests.e2e.test_joining import EMPTY, code_on_screen
from tests.e2e.visitor import LAPTOP, SLOW, Network, Visitor
from tests.support.small_school import CLASS


def open_person(grace: Visitor, name: str) -> None:
    grace.go("people")
    grace.link(name).click()
    expect(grace.page.get_by_role("heading", name=name, level=1)).to_be_visible(timeout=SLOW)


def test_a_person_is_added_and_renamed_and_comes_in_with_a_one_time_code(visit: Open) -> None:
    grace = visit("grace", size=LAPTOP)
    grace.button("Add a person").click()
    dialog = grace.page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("Ines Duarte")
    dialog.get_by_label("Teacher").check()
    dialog.get_by_role("button", name="Add", exact=True).click()
    code = code_on_screen(grace)
    grace.button("Done").click()

    open_person(grace, "Ines Duarte")
    username = grace.page.get_by_role("main").locator("[translate=no]").first.text_content() or ""
    grace.field("Name").fill("Ines Duarte Lima")
    grace.button("Save").click()
    grace.sees("The name was changed.")

    ines = visit()
    ines.go("code")
    ines.field("User name").fill(username)
    ines.field("One-time code").fill(code)
    ines.field("New password").fill("seven quiet rivers")
    ines.button("Set the password and sign in").click()
    ines.sees("Nobody is waiting")
    ines.go("settings")
    ines.sees("Ines Duarte Lima")


def test_whoever_is_deactivated_sees_nobody_elses_work_until_they_are_back(visit: Open) -> None:
    maya = visit("maya")
    maya.write_note("For my teacher")
    maya.has_custody("safe")
    ada, grace = visit("ada"), visit("grace", size=LAPTOP)
    ada.sees("For my teacher")
    open_person(grace, "Ada Okafor")
    grace.button("Deactivate").click()
    grace.page.get_by_role("dialog").get_by_role("button", name="Deactivate").click()
    grace.sees("Ada Okafor was deactivated.")
    ada.comes_back()
    ada.sees("Nobody is waiting")
    assert "For my teacher" not in ada.page.content()
    ada.go("classes")
    ada.sees("No class yet")

    grace.button("Let in again").click()
    grace.sees("Ada Okafor is back.")
    ada.go("inbox")
    ada.comes_back()
    ada.sees("For my teacher")


def test_a_class_is_added_filled_from_a_list_renamed_and_closed(visit: Open) -> None:
    grace = visit("grace", size=LAPTOP)
    grace.go("manage/classes")
    grace.button("Add a class").click()
    dialog = grace.page.get_by_role("dialog")
    dialog.get_by_label("Name of the class").fill("Robotics")
    dialog.get_by_role("button", name="Add", exact=True).click()
    grace.sees("Robotics was added.")

    grace.button("Paste a class list").click()
    pasted = "Ana Ruiz\nMaya Castillo, maya\nBo Lind, ada"
    grace.field("The list").fill(pasted)
    grace.button("Cancel").click()
    grace.page.reload()
    grace.button("Paste a class list").click()
    expect(grace.field("The list")).to_have_value(pasted, timeout=SLOW)
    grace.button("Look before adding").click()
    table = grace.page.get_by_role("table")
    expect(table.get_by_role("row", name="Ana Ruiz")).to_contain_text("New", timeout=SLOW)
    expect(table.get_by_role("row", name="Maya Castillo")).to_contain_text("Already at the school")
    expect(table.get_by_role("row", name="Bo Lind")).to_contain_text("Needs a look")
    grace.button("Put 2 people into the class").click()
    grace.sees("2 people are in the class now.")
    slip = grace.page.get_by_role("listitem").filter(has_text="Ana Ruiz")
    username, code = (text.strip() for text in slip.get_by_role("definition").all_text_contents())
    grace.button("Change the list").click()
    expect(grace.field("The list")).to_have_value("Bo Lind, ada")
    grace.button("Cancel").click()

    grace.button("Add a teacher").click()
    grace.button("Put Ada Okafor into the class").click()
    grace.sees("Ada Okafor is in the class now.")
    grace.page.get_by_role("dialog").get_by_role("button", name="Close").click()
    ada = visit("ada")
    ada.go("classes")
    ada.link(re.compile("Robotics")).click()
    ada.sees("Ana Ruiz")
    ana = visit()
    ana.go("code")
    ana.field("User name").fill(username)
    ana.field("One-time code").fill(re.sub(r"\W", "", code)[:10])
    ana.field("New password").fill("seven quiet rivers")
    ana.button("Set the password and sign in").click()
    ana.sees(EMPTY)

    grace.button("What to do with Ana Ruiz").click()
    grace.button("Move to another class").click()
    grace.page.get_by_role("dialog").get_by_role("button", name="Move", exact=True).click()
    grace.sees(f"Ana Ruiz is in {CLASS} now.")
    grace.field("Name of the class").fill("Robots and looms")
    grace.button("Save").click()
    grace.sees("The name was changed.")
    grace.button("Close the class").click()
    grace.page.get_by_role("dialog").get_by_role("button", name="Close the class").click()
    grace.sees("Robots and looms is closed.")
    ada.go("classes")
    ada.comes_back()
    ada.link(re.compile(CLASS)).click()
    ada.sees("Ana Ruiz")


def test_ending_a_session_signs_the_device_out_and_loses_nothing(
    visit: Open, network: Network
) -> None:
    maya = visit("maya")
    maya.ready_for_offline()
    network.cut()
    maya.write_note("Unsent on the ended device")
    maya.has_custody("device")
    network.mend_link()
    grace = visit("grace")
    open_person(grace, "Maya Castillo")
    grace.button(re.compile("^End the session")).click()
    grace.sees("Not signed in anywhere.")
    network.mend()
    maya.sees_heading("Please sign in again")
    maya.field("Password").fill("three warm words")
    maya.page.get_by_role("dialog").get_by_role("button", name="Sign in").click()
    maya.has_custody("safe")
    expect(maya.field("Your words")).to_have_value("Unsent on the ended device")
