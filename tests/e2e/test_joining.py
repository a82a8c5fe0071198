"""Coming in: a class code that a teacher opens, a one-time code, and a session that somebody ended."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.conftest import Open
from tests.e2e.visitor import LAPTOP, SLOW, Network, Visitor
from tests.support.small_school import CLASS

EMPTY = "Show who you are becoming"


def code_on_screen(visitor: Visitor) -> str:
    """The code as it is read out to people who can't see it."""
    spelled = visitor.page.get_by_text(re.compile(r"The code, letter by letter"))
    expect(spelled).to_be_attached(timeout=SLOW)
    said = (spelled.text_content() or "").partition(":")[2]
    return re.sub(r"[^0-9A-Z]", "", said.upper())


def open_class(ada: Visitor) -> None:
    ada.go("classes")
    ada.link(re.compile(CLASS)).click()
    ada.sees_heading("Students")


def test_a_student_joins_with_a_class_code_and_is_seen_once_the_teacher_confirms(
    visit: Open,
) -> None:
    ada = visit("ada", size=LAPTOP)
    open_class(ada)
    ada.button("Open the class").click()
    code = code_on_screen(ada)
    assert len(code) == 8

    tomas = visit()
    tomas.link("I have a class code").click()
    tomas.field("Class code").fill("WRONG234")
    tomas.button("Find my class").click()
    tomas.sees("No class is open with this code")
    tomas.field("Class code").fill(code.lower())
    tomas.button("Find my class").click()
    tomas.sees(re.compile(CLASS))
    tomas.field("Your name").fill("Tomas Silva")
    tomas.field("Choose a user name").fill("maya")
    tomas.field("New password").fill("four blue paper boats")
    tomas.button("Join").click()
    tomas.sees("Somebody has this name already. maya2 is free.")
    tomas.field("Choose a user name").fill("tomas")
    tomas.button("Join").click()
    tomas.sees("Your teacher will let you in soon")
    tomas.write_note("Made before anybody let me in")
    tomas.has_custody("safe")

    ada.go("inbox")
    ada.page.reload()
    ada.sees("Nobody is waiting")
    open_class(ada)
    ada.button("Yes, in my class: Tomas Silva").click()
    ada.sees("Tomas Silva is in the class now.")
    ada.go("inbox")
    ada.sees("Made before anybody let me in")
    tomas.go("")
    tomas.comes_back()
    tomas.sees("Made before anybody let me in")
    tomas.sees_not("Your teacher will let you in soon")


def test_a_forgotten_password_is_replaced_with_a_code_from_the_teacher(visit: Open) -> None:
    ada = visit("ada")
    open_class(ada)
    ada.button("What to do with Maya Castillo").click()
    ada.button("Forgot the password").click()
    ada.button("Make the code").click()
    code = code_on_screen(ada)

    maya = visit()
    maya.link("I forgot my password and have a one-time code").click()
    maya.field("User name").fill("maya")
    maya.field("One-time code").fill(code)
    maya.field("New password").fill("green tea and rain")
    maya.button("Set the password and sign in").click()
    maya.sees(EMPTY)

    again = visit()
    again.sign_in("maya", "green tea and rain")
    again.sees(EMPTY)
    late = visit()
    late.go("code")
    late.field("User name").fill("maya")
    late.field("One-time code").fill(code)
    late.field("New password").fill("somebody else had the code")
    late.button("Set the password and sign in").click()
    late.sees("The name or the code is not right, or the code is too old.")


def test_a_wrong_password_says_so_and_keeps_what_was_typed(visit: Open) -> None:
    guest = visit()
    guest.field("User name").fill("maya")
    guest.field("Password").fill("not the right one")
    guest.button("Sign in").click()
    guest.sees("The name or the password is not right. Capital letters count.")
    expect(guest.field("User name")).to_have_value("maya")


def test_a_device_whose_session_was_ended_asks_to_sign_in_again_and_loses_nothing(
    visit: Open, network: Network
) -> None:
    lost, other = visit("maya"), visit("maya", size=LAPTOP)
    lost.ready_for_offline()
    network.cut()
    lost.write_note("Written on the device that was signed out")
    lost.has_custody("device")
    network.mend_for(other)
    other.go("settings")
    other.button("Show my devices").click()
    other.button("Sign out there").click()
    other.sees("Signed out there.")

    network.mend()
    lost.sees_heading("Please sign in again")
    lost.sees("Nothing is lost; you go on right here.")
    lost.field("Password").fill("three warm words")
    lost.page.get_by_role("dialog").get_by_role("button", name="Sign in").click()
    expect(lost.field("Your words")).to_have_value("Written on the device that was signed out")
    lost.has_custody("safe")
