"""Every screen, in two sizes, languages and lights: axe finds nothing, nothing is wider than the screen."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from pathfolio.demo.pictures import jpeg
from tests.e2e.conftest import Open
from tests.e2e.visitor import LAPTOP, PHONE, Visitor

LOOKS = pytest.mark.parametrize(
    ("name", "options"),
    [
        ("phone-english-light", {"size": PHONE}),
        ("laptop-spanish-dark", {"size": LAPTOP, "locale": "es-MX", "dark": True}),
    ],
)
SHOTS = os.environ.get("PATHFOLIO_SCREENSHOTS")


def look(visitor: Visitor, name: str, look_name: str) -> None:
    """Waits for quiet, checks the screen, and keeps a picture of it where PATHFOLIO_SCREENSHOTS says."""
    visitor.page.wait_for_load_state("networkidle")
    visitor.page.get_by_role("heading", level=1).first.wait_for()
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        visitor.page.screenshot(path=f"{SHOTS}/{look_name}-{name}.png", full_page=True)
    visitor.check_accessible(name)
    wide = visitor.page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{name} is {wide} px wider than the screen"


@LOOKS
def test_every_screen_of_a_student(
    visit: Open, tmp_path: Path, name: str, options: dict[str, Any]
) -> None:
    guest = visit(**options)
    for route in ("signin", "join", "code"):
        guest.go(route)
        look(guest, route, name)
    picture = tmp_path / "shown.jpg"
    picture.write_bytes(jpeg("garden", "screens"))
    maya = visit("maya", **options)
    look(maya, "home-empty", name)
    maya.open_capture()
    look(maya, "capture", name)
    maya.page.keyboard.press("Escape")
    maya.choose_photos([picture])
    maya.has_custody("safe")
    look(maya, "artifact", name)
    maya.page.goto(f"{maya.page.url}/history")
    look(maya, "history", name)
    for route in ("", "safe", "trash", "search", "settings", "showcases"):
        maya.go(route)
        look(maya, route or "home", name)


@LOOKS
def test_every_screen_of_staff(visit: Open, name: str, options: dict[str, Any]) -> None:
    maya = visit("maya")
    maya.write_note("Something for the inbox")
    maya.has_custody("safe")
    ada = visit("ada", **options)
    ada.sees("Something for the inbox")
    look(ada, "inbox", name)
    ada.page.get_by_role("link", name="Something for the inbox").first.click()
    look(ada, "artifact-teacher", name)
    ada.go("inbox")
    ada.page.get_by_role("main").get_by_role("link", name="Maya Castillo").first.click()
    look(ada, "student", name)
    for route in ("classes", "search", "settings"):
        ada.go(route)
        look(ada, f"teacher-{route}", name)
    grace = visit("grace", **options)
    for route in ("people", "manage/classes", "settings"):
        grace.go(route)
        look(grace, f"coordinator-{route.replace('/', '-')}", name)
