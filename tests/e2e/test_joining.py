"""Coming in: a class code that a teacher opens, and a one-time code for a forgotten password."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.conftest import Open
from tests.e2e.visitor import LAPTOP, SLOW
from tests.support.small_school import CLASS


def test_a_student_joins_with_a_class_code_and_is_seen_once_the_teacher_confirms(
    visit: Open,
) -> None:
    ada = visit("ada", size=LAPTOP)
    ada.go("classes")
    ada.link(re.compile(CLASS), exact=False).first.click()
    ada.button("Open the class").click()
    spelled = ada.page.get_by_text(re.compile(r"The code, letter by letter"))
    expect(spelled).to_be_attached(timeout=SLOW)
    code = re.sub(r"[^0-9A-Z]", "", (spelled.text_content() or "").split(":", 1)[1].upper())
    assert len(code) == 8

    tomas = visit()
    tomas.link("I have a class code").click()
    tomas.page.get_by_label("Class code").fill(code.lower())
    tomas.button("Find my class").click()
    tomas.sees(re.compile(CLASS))
    tomas.page.get_by_label("Your name").fill("Tomas Silva")
    tomas.page.get_by_label("Choose a user name").fill("tomas")
    tomas.page.get_by_label("New password", exact=True).fill("four blue paper boats")
    tomas.button("Join").click()
    tomas.sees("Your teacher will let you in soon")
    tomas.write_note("Made before anybody let me in")
    tomas.has_custody("safe")

    ada.go("inbox")
    ada.sees("Nobody is waiting")
    ada.go("classes")
    ada.link(re.compile(CLASS), exact=False).first.click()
    ada.button(re.compile("Yes, in my class"), exact=False).click()
    ada.sees("Tomas Silva is in the class now.")
    ada.go("inbox")
    ada.sees("Made before anybody let me in")
    tomas.go("")
    tomas.sees_not("Your teacher will let you in soon")


def test_a_forgotten_password_is_replaced_with_a_code_from_the_teacher(visit: Open) -> None:
    ada = visit("ada")
    ada.go("classes")
    ada.link(re.compile(CLASS), exact=False).first.click()
    ada.page.get_by_role("button", name=re.compile("Maya Castillo")).first.click()
    ada.page.get_by_role("button", name="Make the code").click()
    spelled = ada.page.get_by_text(re.compile(r"The code, letter by letter"))
    expect(spelled).to_be_attached(timeout=SLOW)
    code = re.sub(r"[^0-9A-Z]", "", (spelled.text_content() or "").split(":", 1)[1].upper())

    maya = visit()
    maya.link("I forgot my password and have a one-time code").click()
    maya.page.get_by_label("User name").fill("maya")
    maya.page.get_by_label("One-time code").fill(code)
    maya.page.get_by_label("New password", exact=True).fill("green tea and rain")
    maya.button("Set the password and sign in").click()
    maya.sees("Show who you are becoming")

    again = visit()
    again.sign_in("maya", "green tea and rain")
    again.sees("Show who you are becoming")


def test_a_wrong_password_says_so_and_keeps_what_was_typed(visit: Open) -> None:
    guest = visit()
    guest.page.get_by_label("User name").fill("maya")
    guest.page.get_by_label("Password", exact=True).fill("not the right one")
    guest.button("Sign in").click()
    guest.sees("The name, the password or the code is not right")
    expect(guest.page.get_by_label("User name")).to_have_value("maya")
