"""The same browser, another person: nothing of the first one is shown, sent or deleted."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Open
from tests.e2e.visitor import SLOW, Visitor
from tests.support.proxy import Link

SECRET = "Only maya wrote this sentence"


def sign_out(visitor: Visitor) -> None:
    visitor.go("settings")
    visitor.button("Sign out").click()
    visitor.page.get_by_role("dialog").get_by_role("button", name="Sign out", exact=True).click()
    visitor.sees("You are signed out.")


def somebody_else(visitor: Visitor) -> None:
    other = visitor.button("Somebody else")
    if other.count():
        other.click()


@pytest.mark.parametrize("shared", [False, True], ids=["own device", "shared device"])
def test_unsent_work_waits_for_its_owner(visit: Open, network: Link, shared: bool) -> None:
    browser = visit("maya", shared=shared)
    browser.ready_for_offline()
    network.cut()
    browser.write_note(SECRET)
    browser.has_custody("device")
    sign_out(browser)
    network.mend()

    somebody_else(browser)
    browser.sign_in("noor")
    browser.sees("Show who you are becoming")
    assert SECRET not in browser.page.content()
    browser.go("search")
    browser.page.get_by_label("Search by words or tags").fill("Only maya")
    browser.sees("Nothing found")
    browser.write_note("This is from noor")
    browser.has_custody("safe")

    ada = visit("ada")
    ada.sees("This is from noor")
    assert SECRET not in ada.page.content(), "sent under another name, or without its owner"

    sign_out(browser)
    somebody_else(browser)
    browser.sign_in("maya")
    browser.sees(SECRET)
    browser.sees("All safe at school")
    expect(ada.page.get_by_text(SECRET).first).to_be_visible(timeout=4 * SLOW)
