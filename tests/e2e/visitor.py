"""A person at a browser: what they see and press, by role and word, in English or Spanish."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, expect

from tests.support.proxy import Link
from tests.support.small_school import PASSWORD

PHONE, LAPTOP = (390, 844), (1280, 800)
AXE = Path(__file__).parents[2] / "pwa" / "node_modules" / "axe-core" / "axe.min.js"
SLOW = 30_000  # milliseconds: for what waits for the network, the worker, or a busy machine
# A cut network is what the tests are about, and the browser says so; a wrong password is meant to be refused.
EXPECTED = re.compile(r"net::ERR_|status of (401|403|409|410|503)|ServiceWorker.*(fetch|script)")

ENGLISH = {
    "username": "User name", "password": "Password", "sign_in": "Sign in", "add": "Add work", "note": "Write a note",
    "your_note": "Your note", "done": "Done", "gallery": "Choose photos", "safe": "Safe at school",
    "seen": "Seen by your teacher", "device": "On this device",
}  # fmt: skip
SPANISH = {
    "username": "Nombre de usuario", "password": "Contraseña", "sign_in": "Entrar", "add": "Agregar trabajo",
    "note": "Escribir una nota", "your_note": "Tu nota", "done": "Listo", "gallery": "Elegir fotos",
    "safe": "A salvo en la escuela", "seen": "Tu docente ya lo vio", "device": "En este dispositivo",
}  # fmt: skip


class Visitor:
    """One browser context with one page; `complaints` collects what a user must never cause."""

    def __init__(self, context: BrowserContext, network: Link, locale: str = "en-US") -> None:
        self.context = context
        self.network = network
        self.words = SPANISH if locale.startswith("es") else ENGLISH
        self.complaints: list[str] = []
        self.page: Page = context.pages[0] if context.pages else context.new_page()
        self.watch(self.page)
        context.on("request", self._on_request)

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.network.port}"

    def watch(self, page: Page) -> None:
        page.set_default_timeout(SLOW)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not EXPECTED.search(message.text):
            self.complaints.append(f"{message.type}: {message.text}")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self.origin, "blob:", "data:")):
            self.complaints.append(f"request to another origin: {request.url}")

    # Moving about

    def go(self, route: str) -> None:
        """Opens `#/route` as typing the address would."""
        self.page.goto(f"{self.origin}/#/{route}")

    def button(self, name: str | re.Pattern[str], *, exact: bool = True) -> Locator:
        return self.page.get_by_role("button", name=name, exact=exact)

    def link(self, name: str | re.Pattern[str], *, exact: bool = True) -> Locator:
        return self.page.get_by_role("link", name=name, exact=exact)

    def sees(self, text: str | re.Pattern[str]) -> None:
        """Waits until the text is on the screen."""
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=SLOW)

    def sees_not(self, text: str | re.Pattern[str]) -> None:
        """Waits until the text is nowhere on the screen."""
        expect(self.page.get_by_text(text)).to_have_count(0, timeout=SLOW)

    # Doing

    def sign_in(self, username: str, password: str = PASSWORD, *, shared: bool = False) -> None:
        self.page.get_by_label(self.words["username"]).fill(username)
        self.page.get_by_label(self.words["password"], exact=True).fill(password)
        if shared:
            self.page.get_by_role("checkbox").check()
        self.button(self.words["sign_in"]).click()
        expect(self.page.get_by_label(self.words["password"], exact=True)).to_have_count(
            0, timeout=SLOW
        )

    def open_capture(self) -> None:
        self.button(self.words["add"]).first.click()

    def write_note(self, text: str) -> None:
        """Captures a note; the page of the piece is open afterwards."""
        self.open_capture()
        self.button(self.words["note"]).click()
        self.page.get_by_label(self.words["your_note"]).fill(text)
        self.button(self.words["done"]).click()
        expect(self.page).to_have_url(re.compile(r"#/a/[a-z2-7]{26}$"), timeout=SLOW)

    def choose_photos(self, files: Iterable[Path]) -> None:
        """Captures photos from the gallery; the page of the piece is open afterwards."""
        self.open_capture()
        self.page.get_by_label(re.compile(f"^{self.words['gallery']}")).set_input_files(list(files))
        expect(self.page).to_have_url(re.compile(r"#/a/[a-z2-7]{26}$"), timeout=SLOW)

    def has_custody(self, state: str) -> None:
        """Waits until the open page shows this custody state (a key of ENGLISH)."""
        expect(self.page.get_by_role("main").get_by_text(self.words[state]).first).to_be_visible(
            timeout=2 * SLOW
        )

    def ready_for_offline(self) -> None:
        """Waits until the service worker has everything that a start without a network needs."""
        self.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")

    def kill(self, profile: Path) -> None:
        """Ends the browser's processes at once, as a phone does that runs out of memory."""
        subprocess.run(["pkill", "-9", "-f", f"--user-data-dir={profile}"], check=True)
        # Playwright notices that its browser is gone; what it was told meanwhile does not matter.
        self.context.close()

    # Looking

    def check_accessible(self, where: str) -> None:
        """Asserts that axe finds nothing on the present screen (WCAG 2.2 AA)."""
        self.page.evaluate(AXE.read_text("utf-8"))
        found: dict[str, Any] = self.page.evaluate(
            """() => axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })"""
        )
        faults = [
            f"{where}: {each['id']}: {node['html'][:200]}"
            for each in found["violations"]
            for node in each["nodes"]
        ]
        assert faults == []
