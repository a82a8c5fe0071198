"""One student, two devices, both without a network: both edits survive."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.conftest import Open
from tests.e2e.visitor import LAPTOP, SLOW, Network

PHONE_TITLE, LAPTOP_TITLE = "Bench, from the phone", "Bench, from the laptop"


def test_the_same_piece_edited_on_two_devices_keeps_both_edits(
    visit: Open, network: Network
) -> None:
    phone = visit("maya")
    phone.write_note("one two three four five six")
    phone.has_custody("safe")
    with phone.sends():
        phone.write("Title", "Draft")
    laptop = visit("maya", size=LAPTOP)
    laptop.open_piece("Draft")
    expect(laptop.field("Your words")).to_have_value("one two three four five six", timeout=SLOW)

    network.cut()
    phone.write("Your words", "ONE two three four five six")
    phone.write("Title", PHONE_TITLE)
    laptop.write("Your words", "one two three four five SIX")
    laptop.write("Title", LAPTOP_TITLE)
    for device in (phone, laptop):
        device.has_custody("device")

    network.mend()
    for device in (phone, laptop):
        device.has_custody("safe")
    for device in (phone, laptop):
        device.comes_back()
        # Different words merge; the title was changed on both, so one is shown and the other is a tap away.
        expect(device.field("Your words")).to_have_value(
            "ONE two three four five SIX", timeout=SLOW
        )
        device.sees("The title: changed in two places before they could meet. Nothing is lost.")
        note = device.page.get_by_role("region", name="You wrote two versions")
        expect(note).to_contain_text(PHONE_TITLE, timeout=SLOW)
        expect(note).to_contain_text(LAPTOP_TITLE)

    title = phone.field("Title")
    shown = title.input_value()
    other = ({PHONE_TITLE, LAPTOP_TITLE} - {shown}).pop()
    with phone.sends():
        phone.button("Keep the other").click()
        expect(title).to_have_value(other, timeout=SLOW)
    phone.sees_not("You wrote two versions")
    laptop.comes_back()
    expect(laptop.field("Title")).to_have_value(other, timeout=SLOW)
    laptop.sees_not("You wrote two versions")


def test_a_word_changed_on_both_devices_keeps_both_texts_one_tap_away(
    visit: Open, network: Network
) -> None:
    phone = visit("maya")
    phone.write_note("I carried thirty books")
    phone.has_custody("safe")
    laptop = visit("maya", size=LAPTOP)
    laptop.open_piece("I carried thirty books")
    network.cut()
    phone.write("Your words", "I carried forty books")
    laptop.write("Your words", "I carried fifty books")
    for device in (phone, laptop):
        device.has_custody("device")
    network.mend()
    for device in (phone, laptop):
        device.has_custody("safe")
    phone.comes_back()
    phone.button("Keep both").click()
    words = phone.field("Your words")
    expect(words).to_have_value(re.compile("forty"), timeout=SLOW)
    expect(words).to_have_value(re.compile("fifty"))
    phone.sees_not("You wrote two versions")


def test_what_is_typed_in_one_tab_shows_in_the_other_and_nothing_typed_there_is_lost(
    visit: Open,
) -> None:
    maya = visit("maya")
    maya.write_note("Seen in both tabs")
    second = maya.context.new_page()
    maya.watch(second)
    second.goto(maya.page.url)
    title = second.get_by_label("Title", exact=True)
    maya.write("Title", "Named in the first tab")
    expect(title).to_have_value("Named in the first tab", timeout=SLOW)
    title.fill("Named in the second tab")
    second.keyboard.press("Tab")
    expect(maya.field("Title")).to_have_value("Named in the second tab", timeout=SLOW)
    maya.has_custody("safe")
