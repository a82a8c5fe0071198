"""The client's bytes, and its start against a reference page that only shows a line of text.

CPU of the page's main thread as Chromium counts it, the smallest of interleaved rounds; a 6 times slowed processor.
"""

from __future__ import annotations

import gzip
import re
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.support.chromium import chromium_program, launch_arguments
from tests.support.running import running
from tests.support.small_school import PASSWORD, prepare

DIST = Path(__file__).parents[1] / "pwa" / "dist"
ROUNDS = 7
SLOWDOWN = 6
REFERENCE = "data:text/html,<!doctype html><title>Reference</title><h1>One line of text</h1>"


def run() -> None:
    show_bytes()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.sqlite"
        prepare(url)
        with running(url, Path(folder) / "data") as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium_program(), args=launch_arguments()
            )
            show_start(browser, server.origin)
            browser.close()


def show_bytes() -> None:
    """Compressed bytes by kind, and what the first screen needs."""
    sizes = {
        path: len(gzip.compress(path.read_bytes(), 9)) for path in DIST.rglob("*") if path.is_file()
    }
    first = set(
        re.findall(r'(?:src|href)="/(assets/[^"]+\.js)"', (DIST / "index.html").read_text("utf-8"))
    )
    start = sum(size for path, size in sizes.items() if str(path.relative_to(DIST)) in first)
    for kind in ("js", "css"):
        print(
            f"all {kind}, gz: {sum(size for path, size in sizes.items() if path.suffix == f'.{kind}') / 1e3:.1f} kB"
        )
    print(f"scripts named by index.html, gz: {start / 1e3:.1f} kB")


def show_start(browser: Browser, origin: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(origin)
    page.get_by_label("User name").fill("maya")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Add my first piece").wait_for()
    session = context.new_cdp_session(page)
    session.send("Performance.enable")
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    times: dict[str, list[float]] = {"reference": [], "app": []}
    for _ in range(ROUNDS):
        for name, address in (("reference", REFERENCE), ("app", origin)):
            page.goto("about:blank")
            page.goto(address)
            if name == "app":
                page.get_by_role("button", name="Add my first piece").wait_for()
            metrics = {
                each["name"]: each["value"]
                for each in session.send("Performance.getMetrics")["metrics"]
            }
            times[name].append(metrics["TaskDuration"] * 1e3)
    app, reference = min(times["app"]), min(times["reference"])
    print(
        f"start of the signed-in app at {SLOWDOWN} times slowdown: {app:.0f} ms of the main thread; "
        f"reference page {reference:.0f} ms; ratio {app / reference:.1f}"
    )
    context.close()


if __name__ == "__main__":
    run()
