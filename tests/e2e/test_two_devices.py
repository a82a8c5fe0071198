"""One student, two devices, both without a network: both edits survive."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import Open
from tests.e2e.visitor import LAPTOP, SLOW
from tests.support.proxy import Link


def test_the_same_piece_edited_on_two_devices_keeps_both_edits(visit: Open, network: Link) -> None:
    phone, laptop = visit("maya"), visit("maya", size=LAPTOP)
    phone.write_note("one two three four five six")
    phone.page.get_by_label("Title").fill("Draft")
    phone.page.keyboard.press("Tab")
    phone.has_custody("safe")
    laptop.go("")
    laptop.link("Draft").first.click()
    expect(laptop.page.get_by_label("Your words")).to_have_value(
        "one two three four five six", timeout=SLOW
    )
    phone.ready_for_offline()
    laptop.ready_for_offline()

    network.cut()
    phone.page.get_by_label("Your words").fill("ONE two three four five six")
    phone.page.get_by_label("Title").fill("Bench, from the phone")
    phone.page.keyboard.press("Tab")
    laptop.page.get_by_label("Your words").fill("one two three four five SIX")
    laptop.page.get_by_label("Title").fill("Bench, from the laptop")
    laptop.page.keyboard.press("Tab")
    for device in (phone, laptop):
        device.has_custody("device")

    network.mend()
    for device in (phone, laptop):
        # Different words merge; the title was changed on both, so one is shown and the other is a tap away.
        expect(device.page.get_by_label("Your words")).to_have_value(
            "ONE two three four five SIX", timeout=2 * SLOW
        )
        device.sees("You wrote two versions")
        device.sees("Bench, from the phone")
        device.sees("Bench, from the laptop")

    shown = phone.page.get_by_label("Title").input_value()
    other = ({"Bench, from the phone", "Bench, from the laptop"} - {shown}).pop()
    phone.button("Keep the other").click()
    for device in (phone, laptop):
        expect(device.page.get_by_label("Title")).to_have_value(other, timeout=2 * SLOW)
        device.sees_not("You wrote two versions")


def test_what_is_typed_in_one_tab_shows_in_the_other(visit: Open) -> None:
    maya = visit("maya")
    maya.write_note("Seen in both tabs")
    second = maya.context.new_page()
    maya.watch(second)
    second.goto(maya.origin)
    second.get_by_role("link", name="Seen in both tabs").first.click()
    maya.page.get_by_label("Title").fill("Named in the first tab")
    maya.page.keyboard.press("Tab")
    expect(second.get_by_label("Title")).to_have_value("Named in the first tab", timeout=SLOW)
