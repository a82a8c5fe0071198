"""What happens to work when the network, the browser or the room on the device is gone."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.conftest import Open, Paint, Start
from tests.e2e.visitor import PIECE, SLOW, Network


def test_work_captured_without_a_network_survives_the_death_of_the_browser(
    own_browser: Start, network: Network, visit: Open, photo: Paint
) -> None:
    yesterday = own_browser()
    yesterday.go("")
    yesterday.sign_in("maya")
    yesterday.ready_for_offline()
    yesterday.close()

    network.cut()
    maya = own_browser()
    maya.go("")
    maya.write_note("Thought of it on the bus")
    maya.has_custody("device")
    maya.go("")
    maya.choose_photos([photo("bread")])
    maya.has_custody("device")
    maya.kill()

    again = own_browser()
    again.go("")
    again.sees("Thought of it on the bus")
    expect(again.page.get_by_role("main").get_by_role("article")).to_have_count(2)
    again.sees("2 on this device")
    network.mend()
    again.all_is_safe()

    ada = visit("ada")
    ada.sees("Thought of it on the bus")
    expect(ada.page.get_by_role("link", name=re.compile("Maya Castillo"))).to_have_count(2)


def test_every_screen_of_the_student_opens_without_a_network(visit: Open, network: Network) -> None:
    maya = visit("maya")
    maya.write_note("Three legs never wobble")
    maya.has_custody("safe")
    maya.ready_for_offline()
    network.cut()
    maya.page.reload()
    expect(maya.field("Your words")).to_have_value("Three legs never wobble", timeout=SLOW)
    for route, heading in (
        ("", "My work"),
        ("search", "Search"),
        ("safe", "Is my work safe?"),
        ("trash", "Trash"),
        ("showcases", "Showcases"),
        ("settings", "Settings"),
    ):
        maya.go(route)
        maya.page.reload()
        expect(maya.page.get_by_role("heading", name=heading, level=1)).to_be_visible(timeout=SLOW)


def test_what_is_typed_survives_a_page_that_dies_in_mid_sentence(visit: Open) -> None:
    maya = visit("maya")
    maya.open_capture()
    maya.button("Write a note").click()
    maya.field("Your note").press_sequentially("Half a thought", delay=20)
    # "It saves itself while you write": the page goes without a word of goodbye.
    expect(maya.page.get_by_role("main").get_by_role("article")).to_have_count(1, timeout=SLOW)
    maya.page.goto("about:blank")
    maya.go("")
    maya.sees("Half a thought")


def test_no_room_on_the_device_says_so_and_loses_nothing(
    visit: Open, photo: Paint, tmp_path: Path
) -> None:
    maya = visit("maya")
    maya.write_note("Before the device was full")
    maya.has_custody("safe")
    large = tmp_path / "large.jpg"
    large.write_bytes(photo("sky").read_bytes() + b"\0" * 6_000_000)
    devices = maya.context.new_cdp_session(maya.page)
    devices.send("Storage.overrideQuotaForOrigin", {"origin": maya.origin, "quotaSize": 200_000})
    maya.go("")
    maya.open_capture()
    maya.page.get_by_label(re.compile("Choose photos")).set_input_files([large])
    maya.sees("There is no room left on this device")
    devices.send("Storage.overrideQuotaForOrigin", {"origin": maya.origin})
    # Once there is room again, the same photo is kept, and nothing half of it was left behind.
    maya.page.get_by_label(re.compile("Choose photos")).set_input_files([large])
    expect(maya.page).to_have_url(PIECE, timeout=SLOW)
    maya.has_custody("safe")
    maya.go("")
    expect(maya.page.get_by_role("main").get_by_role("article")).to_have_count(2, timeout=SLOW)
    maya.sees("Before the device was full")
    maya.all_is_safe()
