"""Every screen, in two sizes, languages and lights: axe finds nothing, and nothing is wider than the smallest phone."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, ViewportSize, expect

from tests.e2e.conftest import Open, Paint
from tests.e2e.visitor import LAPTOP, PHONE, SLOW, Visitor

LOOKS = pytest.mark.parametrize(
    ("name", "options"),
    [
        ("phone-english-light", {"size": PHONE}),
        ("laptop-spanish-dark", {"size": LAPTOP, "locale": "es-MX", "dark": True}),
    ],
    ids=["phone, English, light", "laptop, Spanish, dark"],
)
SMALLEST = ViewportSize(width=320, height=640)
SHOTS = os.environ.get("PATHFOLIO_SCREENSHOTS")


class Gallery:
    """Looks at one screen after another; keeps pictures where PATHFOLIO_SCREENSHOTS says."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.faults: list[str] = []

    def look(self, visitor: Visitor, screen: str, shows: Locator | None = None) -> None:
        """Checks the present screen, once `shows` (else a heading) is there and nothing is on its way."""
        page = visitor.page
        expect(shows or page.get_by_role("heading").first).to_be_visible(timeout=SLOW)
        page.wait_for_load_state("networkidle")
        expect(page.get_by_text(re.compile("^(One moment|Un momento)…"))).to_have_count(0)
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            whole = page.get_by_role("dialog").count() == 0
            page.screenshot(path=f"{SHOTS}/{self.name}-{screen}.png", full_page=whole)
        self.faults += visitor.accessibility_faults(screen)
        size = page.viewport_size
        assert size
        page.set_viewport_size(SMALLEST)
        wide = page.evaluate(
            # What a screen is in the end: on a busy machine the one before may still be laid out for a moment.
            """() => new Promise((done) => {
                const end = performance.now() + 5000;
                const look = () => {
                    const wide = document.documentElement.scrollWidth - innerWidth;
                    if (wide <= 0 || performance.now() > end) done(wide);
                    else requestAnimationFrame(look);
                };
                requestAnimationFrame(() => requestAnimationFrame(look));
            })"""
        )
        if wide > 0:
            self.faults.append(f"{screen} is {wide} px wider than a screen of 320 px")
        page.set_viewport_size(size)

    def open(self, visitor: Visitor, *routes: str) -> None:
        for route in routes:
            visitor.go(route)
            self.look(visitor, route.replace("/", "-") or "home")


@LOOKS
def test_every_screen_of_a_student(
    visit: Open, photo: Paint, name: str, options: dict[str, Any]
) -> None:
    gallery = Gallery(name)
    maya = visit(**options)
    words = maya.words
    gallery.open(maya, "join", "code", "signin")
    maya.sign_in("maya")
    gallery.look(maya, "home-empty")
    maya.open_capture()
    gallery.look(maya, "capture", maya.button(words.note))
    maya.button(words.note).click()
    gallery.look(maya, "capture-note", maya.field(words.your_note))
    maya.page.keyboard.press("Escape")
    maya.choose_photos([photo("garden"), photo("wheel")])
    maya.write(words.title, "Seven rows of beans")
    maya.has_custody("safe")
    gallery.look(maya, "piece")
    piece = maya.page.url
    maya.page.goto(f"{piece}/history")
    gallery.look(maya, "history", maya.page.get_by_role("blockquote").first)
    maya.page.goto(piece)
    maya.button(words.say_what_it_shows).click()
    dialog = maya.page.get_by_role("dialog")
    gallery.look(maya, "standards", dialog.get_by_role("listitem").first)
    maya.page.keyboard.press("Escape")
    gallery.open(maya, "", "safe", "trash", "search", "settings", "showcases")
    maya.button(words.new_showcase).click()
    maya.button(words.choose_work).click()
    dialog.get_by_role("checkbox").first.check()
    gallery.look(maya, "showcase-pick")
    maya.button(words.add_one).click()
    gallery.look(maya, "showcase", maya.link(words.present))
    maya.link(words.present).click()
    maya.button(words.next).click()
    gallery.look(maya, "present", maya.page.locator("img"))
    assert gallery.faults == []


@LOOKS
def test_every_screen_of_staff(visit: Open, name: str, options: dict[str, Any]) -> None:
    gallery = Gallery(name)
    maya = visit("maya")
    maya.write_note("Something for the inbox")
    maya.has_custody("safe")
    ada = visit("ada", **options)
    ada.sees("Something for the inbox")
    gallery.look(ada, "inbox")
    ada.open_piece("Something for the inbox")
    gallery.look(ada, "piece-teacher")
    ada.write(ada.words.glow, "It is short.")
    ada.button(ada.words.publish).click()
    ada.has_custody("safe")
    gallery.look(ada, "piece-answered")
    gallery.open(ada, "classes")
    ada.link("Workshop class", exact=False).click()
    gallery.look(ada, "class", ada.link("Maya Castillo"))
    ada.link("Maya Castillo").click()
    ada.sees("Something for the inbox")
    gallery.look(ada, "student")
    maya.comes_back()
    maya.sees("It is short.")
    gallery.look(maya, "piece-with-feedback")
    assert gallery.faults == []


@LOOKS
def test_every_screen_of_a_coordinator(visit: Open, name: str, options: dict[str, Any]) -> None:
    gallery = Gallery(name)
    grace = visit("grace", **options)
    gallery.look(grace, "people", grace.link("Maya Castillo"))
    grace.link("Maya Castillo").click()
    grace.page.get_by_role("heading", level=1, name="Maya Castillo").wait_for()
    gallery.look(grace, "person")
    gallery.open(grace, "manage/classes")
    grace.link("Workshop class").click()
    gallery.look(grace, "manage-class", grace.link("Maya Castillo"))
    grace.button(grace.words.paste_list).click()
    grace.field(grace.words.the_list).fill("Ana Ruiz\nBo Lind, ada")
    gallery.look(grace, "class-list")
    grace.button(grace.words.look_before).click()
    gallery.look(grace, "class-list-preview", grace.page.get_by_role("table"))
    gallery.open(grace, "settings", "nowhere")
    grace.go("server")
    gallery.look(grace, "server", grace.page.get_by_text(re.compile("(signed in|entró)")).first)
    assert gallery.faults == []
