"""What people press, and what must be on the screen then. Expressions are JavaScript in the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from playwright.sync_api import Page

from benchmarks.phone.device import Phone, Spent

CARDS = "document.querySelectorAll('main ul.grid article').length"
FOUND = "document.querySelector('main [role=status]')?.innerText"


@dataclass(frozen=True)
class Press:
    what: str
    spent: Spent


def at(route: str, needs: str = "main h1") -> str:
    return f"/^{route}$/.test(location.hash) && !!document.querySelector('{needs}')"


def place(phone: Phone, name: str) -> Callable[[], None]:
    return phone.press(phone.page.get_by_role("navigation").get_by_role("link", name=name).first)


def student_round(phone: Phone) -> Iterator[Press]:
    """From the list of one's own work, and back to it."""
    page = phone.page

    def press(what: str, act: Callable[[], None], until: str) -> Press:
        return Press(what, phone.spends(act, until))

    first = page.locator("main ul.grid article a").first
    yield press("open a piece", phone.press(first), at("#\\/a\\/[a-z2-7]{26}"))
    back = page.get_by_role("link", name="Back")
    yield press("back to the list", phone.press(back), f"{CARDS} > 0")
    more = page.get_by_role("button", name="more")
    yield press("show more of the list", phone.press(more), f"{CARDS} > 50")
    yield press("go to the search", place(phone, "Search"), at("#\\/search", "input[type=search]"))
    page.locator("input[type=search]").focus()
    yield from search_round(phone, page, press)
    yield press("go to showcases", place(phone, "Showcases"), at("#\\/showcases"))
    yield press("go to settings", place(phone, "Settings"), at("#\\/settings"))
    yield press("go to my work", place(phone, "My work"), f"{CARDS} > 0")
    add = page.get_by_role("navigation").get_by_role("button")
    yield press(
        "open the capture sheet", phone.press(add), "!!document.querySelector('dialog[open]')"
    )
    page.keyboard.press("Escape")


def search_round(
    phone: Phone, page: Page, press: Callable[[str, Callable[[], None], str], Press]
) -> Iterator[Press]:
    typed = "document.querySelector('input[type=search]').value"
    yield press("type a letter", lambda: page.keyboard.press("e"), f"{typed} === 'e'")
    page.wait_for_selector("main ul.grid article")
    phone.rest()
    yield press("type the next one", lambda: page.keyboard.press("n"), f"{typed} === 'en'")
    phone.rest()
    page.locator("input[type=search]").fill("")
    page.wait_for_selector("main ul.grid", state="detached")
    phone.rest()
    chip = page.locator("main ul[aria-label] button").first
    yield press("press a tag", phone.press(chip), f"{CARDS} > 0")
    phone.press(chip)()
    page.wait_for_selector("main ul.grid", state="detached")


def teacher_round(phone: Phone) -> Iterator[Press]:
    """From the inbox through a class and a student, and back."""
    page = phone.page

    def press(what: str, act: Callable[[], None], until: str) -> Press:
        return Press(what, phone.spends(act, until))

    rows = "document.querySelectorAll('main a[data-row], main .stack li a').length"
    first = page.locator("main a[href^='#/a/']").first
    yield press("open what waits longest", phone.press(first), at("#\\/a\\/[a-z2-7]{26}"))
    yield press("back to the inbox", place(phone, "Inbox"), f"{at('#.inbox')} && {rows} > 0")
    yield press(
        "go to the classes", place(phone, "Classes"), at("#\\/classes", 'main a[href^="#/class/"]')
    )
    one = page.locator("main a[href^='#/class/']").first
    yield press(
        "open a class", phone.press(one), at("#\\/class\\/.*", 'main a[href^="#/student/"]')
    )
    student = page.locator("main a[href^='#/student/']").first
    work = at("#\\/student\\/.*", 'main a[href^="#/a/"]')
    yield press("open a student", phone.press(student), work)
    yield press(
        "back to the inbox from there", place(phone, "Inbox"), f"{at('#.inbox')} && {rows} > 0"
    )
