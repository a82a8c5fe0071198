"""What happens to work when the network, the browser or the room on the device is gone."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import BrowserType, expect

from pathfolio.demo.pictures import jpeg
from tests.e2e.conftest import Open
from tests.e2e.visitor import PHONE, SLOW, Visitor
from tests.support.chromium import launch_arguments
from tests.support.proxy import Link


def test_work_captured_without_a_network_survives_the_death_of_the_browser(
    browser_type: BrowserType, chromium: str, network: Link, visit: Open, tmp_path: Path
) -> None:
    picture = tmp_path / "loaf.jpg"
    picture.write_bytes(jpeg("bread", "killed"))

    def start() -> Visitor:
        context = browser_type.launch_persistent_context(
            tmp_path / "profile",
            executable_path=chromium,
            args=launch_arguments(),
            viewport={"width": PHONE[0], "height": PHONE[1]},
            has_touch=True,
        )
        return Visitor(context, network)

    maya = start()
    maya.go("")
    maya.sign_in("maya")
    maya.ready_for_offline()
    network.cut()
    maya.write_note("Thought of it on the bus")
    maya.has_custody("device")
    maya.go("")
    maya.choose_photos([picture])
    maya.has_custody("device")
    maya.kill(tmp_path / "profile")

    maya = start()
    maya.go("")
    maya.sees("Thought of it on the bus")
    network.mend()
    maya.sees("All safe at school")

    ada = visit("ada")
    expect(ada.link("Thought of it on the bus", exact=False).first).to_be_visible(timeout=SLOW)
    expect(ada.page.get_by_role("main").get_by_role("link", name=re.compile("Maya"))).to_have_count(
        2
    )
    assert maya.complaints == []
    maya.context.close()


def test_a_reload_without_a_network_opens_everything_that_was_there(
    visit: Open, network: Link
) -> None:
    maya = visit("maya")
    maya.write_note("Three legs never wobble")
    maya.has_custody("safe")
    maya.ready_for_offline()
    network.cut()
    maya.page.reload()
    maya.sees("Three legs never wobble")
    for route, heading in (
        ("", "My work"),
        ("search", "Search"),
        ("safe", "Is my work safe?"),
        ("trash", "Trash"),
    ):
        maya.go(route)
        expect(maya.page.get_by_role("heading", name=heading, level=1)).to_be_visible(timeout=SLOW)


def test_no_room_on_the_device_says_so_and_loses_nothing(visit: Open, tmp_path: Path) -> None:
    maya = visit("maya")
    maya.write_note("Before the device was full")
    maya.has_custody("safe")
    large = tmp_path / "large.jpg"
    large.write_bytes(jpeg("sky", "large") + b"\0" * 6_000_000)
    session = maya.context.new_cdp_session(maya.page)
    session.send("Storage.overrideQuotaForOrigin", {"origin": maya.origin, "quotaSize": 200_000})
    maya.go("")
    maya.open_capture()
    maya.page.get_by_label(re.compile("^Choose photos")).set_input_files([large])
    maya.sees("There is no room left on this device")
    session.send("Storage.overrideQuotaForOrigin", {"origin": maya.origin})
    maya.go("")
    maya.sees("Before the device was full")


def test_twenty_photos_arrive_over_a_link_that_is_cut_every_few_seconds(
    visit: Open, network: Link, tmp_path: Path
) -> None:
    pictures = []
    for number in range(20):
        pictures.append(tmp_path / f"photo-{number}.jpg")
        pictures[-1].write_bytes(jpeg("leaves", f"cut-{number}"))
    maya = visit("maya")
    maya.ready_for_offline()
    network.cut_every(2.5)
    maya.choose_photos(pictures)
    maya.go("safe")
    maya.sees(re.compile("not at school yet"))
    expect(maya.page.get_by_text("Everything is safe at school")).to_be_visible(timeout=8 * SLOW)
    assert network.cuts > 1
    network.mend()
    ada = visit("ada")
    ada.link(re.compile("."), exact=False)
    ada.page.get_by_role("main").get_by_role("link", name="Maya Castillo").first.click()
    ada.sees("Work")
