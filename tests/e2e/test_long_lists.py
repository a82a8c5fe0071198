"""Whoever opens something from a long list comes back to where they were in it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.durability.remote import Remote
from tests.e2e.conftest import Open
from tests.e2e.visitor import LAPTOP, PHONE, PIECE, SLOW, Visitor
from tests.support.running import Running

PIECES, OPENED = 90, 70  # the list shows fifty, and more when asked
# Where on the screen a link stood when it was pressed; the page stays the same document.
REMEMBER = """link => {
  link.scrollIntoView({ block: "center" });
  link.addEventListener("click", () => (window.pressedAt = link.getBoundingClientRect().top));
}"""
IS_THERE = """href => {
  const link = document.querySelector(`main a[href="${href}"]`);
  return link && Math.abs(link.getBoundingClientRect().top - window.pressedAt) < 3;
}"""


@pytest.fixture
def many(server: Running) -> None:
    """Maya has worked for a year."""
    device = Remote(server.port).sign_in("maya").device()
    titles = [f"Piece {number}" for number in range(PIECES)]
    device.must(
        *(
            device.creation(title=title, words="Sawdust. " * (3 * number % 17))
            for number, title in enumerate(titles)
        )
    )


def cards(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("main").get_by_role("article")


def opened_far_down(visitor: Visitor) -> Locator:
    """Asks for more, opens a piece from the middle of it; the piece's link."""
    expect(cards(visitor)).to_have_count(50, timeout=SLOW)
    visitor.button("Show more").click()
    expect(cards(visitor)).to_have_count(PIECES, timeout=SLOW)
    there = cards(visitor).nth(OPENED).get_by_role("link")
    link = visitor.page.locator(f'main a[href="{there.get_attribute("href")}"]')
    link.evaluate(REMEMBER)
    open_it(visitor, link)
    return link


def open_it(visitor: Visitor, link: Locator) -> None:
    link.click()
    expect(visitor.page).to_have_url(PIECE, timeout=SLOW)
    expect(visitor.field("Your words")).to_be_visible(timeout=SLOW)


def is_where_it_was(visitor: Visitor, link: Locator, href: str) -> None:
    expect(visitor.page).not_to_have_url(PIECE, timeout=SLOW)
    expect(link).to_be_in_viewport(timeout=SLOW)
    visitor.page.wait_for_function(IS_THERE, arg=href, timeout=SLOW)


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_going_back_leads_to_the_same_place_in_a_long_list(
    visit: Open, size: tuple[int, int]
) -> None:
    maya = visit("maya", size=size)
    link = opened_far_down(maya)
    href = maya.page.url.partition("/#/")[2]
    maya.page.go_back()
    is_where_it_was(maya, link, f"#/{href}")
    expect(link).to_be_focused()

    link.evaluate(REMEMBER)
    open_it(maya, link)
    maya.link("Back").click()
    is_where_it_was(maya, link, f"#/{href}")


@pytest.mark.usefixtures("many")
def test_whoever_asks_for_a_list_anew_begins_at_its_top(visit: Open) -> None:
    maya = visit("maya")
    link = opened_far_down(maya)
    maya.link("My work").click()
    expect(cards(maya).first).to_be_in_viewport(timeout=SLOW)
    expect(link).not_to_be_in_viewport()
