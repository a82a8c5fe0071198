"""From a phone with no network to a teacher's feedback, the answer from another device, and a showcase."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Open, Paint
from tests.e2e.visitor import LAPTOP, PHONE, SLOW, Network, Visitor

LOOKS = pytest.mark.parametrize(
    ("size", "locale"),
    [(PHONE, "en-US"), (LAPTOP, "en-US"), (PHONE, "es-MX")],
    ids=["phone in English", "laptop in English", "phone in Spanish"],
)


@LOOKS
def test_work_made_without_a_network_is_answered_and_shown(
    visit: Open, network: Network, photo: Paint, size: tuple[int, int], locale: str
) -> None:
    picture = photo("wood")
    maya = visit("maya", size=size, locale=locale)
    words = maya.words
    maya.ready_for_offline()

    network.cut()
    maya.choose_photos([picture])
    maya.write(words.title, "The bench")
    maya.has_custody("device")
    maya.go("")
    maya.write_note("Three of us can sit on it")
    maya.has_custody("device")
    maya.page.reload()
    maya.has_custody("device")

    network.mend()
    maya.has_custody("safe")
    maya.go("")
    maya.all_is_safe()

    ada = visit("ada", size=size, locale=locale)
    ada.sees("Maya Castillo")
    ada.sees("Three of us can sit on it")
    ada.stays_on("The bench")
    sees_a_picture(ada)
    ada.write(words.glow, "I can see how the three legs carry it.")
    ada.write(words.question, "What held it together first?")
    ada.button(words.publish).click()
    ada.sees(words.published)
    ada.has_custody("safe")

    other = visit("maya", size=LAPTOP if size == PHONE else PHONE, locale=locale)
    other.open_piece("The bench")
    other.sees("What held it together first?")
    other.has_custody("seen")
    other.button(words.helped).click()
    other.button(words.answer).click()
    other.field(words.answer_to_ada).fill("A rope, then glue.")
    other.button(words.send).click()

    other.sees(words.sent)
    other.has_custody("safe")

    ada.comes_back()
    ada.sees("A rope, then glue.")
    ada.sees(words.maya_helped)

    shows_it(maya, network)


def sees_a_picture(visitor: Visitor) -> None:
    """Waits until a picture stands on the screen, decoded, and larger than a preview."""
    picture = visitor.page.get_by_role("main").locator("img").first
    expect(picture).to_be_visible(timeout=SLOW)
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 300


def shows_it(maya: Visitor, network: Network) -> None:
    """Makes a showcase of the bench, packs it, and presents it without a network."""
    words = maya.words
    maya.go("showcases")
    maya.button(words.new_showcase).click()
    maya.button(words.choose_work).click()
    dialog = maya.page.get_by_role("dialog")
    dialog.get_by_role("checkbox", name="The bench").check()
    dialog.get_by_role("button", name=words.add_one).click()
    maya.button(words.pack).click()
    maya.sees(words.packed)
    network.cut()
    maya.page.reload()
    maya.link(words.present).click()
    maya.button(words.next).click()
    sees_a_picture(maya)
    maya.page.keyboard.press("End")
    maya.sees(words.thanks)
