"""The same browser, another person: nothing of the first one is shown, sent or deleted."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Open, Paint
from tests.e2e.visitor import Network, Visitor

SECRET = "Only maya wrote this sentence"
EMPTY = "Show who you are becoming"


def sign_out(visitor: Visitor) -> None:
    visitor.go("settings")
    visitor.button("Sign out").click()
    visitor.page.get_by_role("dialog").get_by_role("button", name="Sign out", exact=True).click()
    visitor.sees(visitor.words.signed_out)


@pytest.mark.parametrize("shared", [False, True], ids=["own device", "shared device"])
def test_unsent_work_waits_for_its_owner(
    visit: Open, network: Network, photo: Paint, shared: bool
) -> None:
    picture = photo("sky")
    browser = visit("maya", shared=shared)
    browser.ready_for_offline()
    network.cut()
    browser.write_note(SECRET)
    browser.has_custody("device")
    browser.go("")
    browser.choose_photos([picture])
    browser.has_custody("device")
    browser.go("settings")
    browser.button("Sign out").click()
    browser.sees("2 things are not at school yet. They stay on this device, only for you")
    browser.page.keyboard.press("Escape")
    sign_out(browser)
    network.mend()
    browser.page.reload()

    browser.sees("2 things not sent yet")
    assert SECRET not in browser.page.content()
    browser.button("Somebody else").click()
    browser.sign_in("noor", shared=shared)
    browser.sees(EMPTY)
    assert SECRET not in browser.page.content()
    browser.go("search")
    browser.field("Search by words or tags").fill("Only maya")
    browser.sees("Nothing found")
    browser.go("safe")
    browser.sees("Everything here is at school")
    browser.write_note("This is from noor")
    browser.has_custody("safe")
    assert kept_in_clear(browser) is not shared, "on a shared device nobody can read maya's words"

    ada = visit("ada")
    ada.sees("This is from noor")
    assert ada.page.get_by_text("Maya Castillo").count() == 0
    assert SECRET not in ada.page.content(), "sent under another name, or without its owner"

    sign_out(browser)
    browser.button("Maya Castillo", exact=False).click()
    browser.sign_in("maya", shared=shared)
    browser.sees(SECRET)
    expect(browser.page.get_by_role("main").get_by_role("article")).to_have_count(2)
    browser.all_is_safe()
    ada.comes_back()
    ada.sees(SECRET)


def kept_in_clear(visitor: Visitor) -> bool:
    """Can the words be read in any database of this browser?"""
    found: bool = visitor.page.evaluate(
        """async (secret) => {
            for (const { name } of await indexedDB.databases()) {
                const database = await new Promise((done, fail) => {
                    const opening = indexedDB.open(name);
                    opening.onsuccess = () => done(opening.result);
                    opening.onerror = () => fail(opening.error);
                });
                for (const table of database.objectStoreNames) {
                    const rows = await new Promise((done) => {
                        const asking = database.transaction(table).objectStore(table).getAll();
                        asking.onsuccess = () => done(asking.result);
                    });
                    if (JSON.stringify(rows).includes(secret)) return true;
                }
                database.close();
            }
            return false;
        }""",
        SECRET,
    )
    return found


def test_a_second_person_in_another_tab_takes_over_both_tabs(visit: Open) -> None:
    browser = visit("maya")
    browser.write_note(SECRET)
    browser.has_custody("safe")
    second = browser.context.new_page()
    browser.watch(second)
    second.goto(f"{browser.origin}/#/settings")
    second.get_by_role("button", name="Sign out").click()
    second.get_by_role("dialog").get_by_role("button", name="Sign out").click()
    # The first tab must not go on showing, or sending, as somebody who has left.
    expect(browser.field("User name")).to_be_visible()
    assert SECRET not in browser.page.content()
