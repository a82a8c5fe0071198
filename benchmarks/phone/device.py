"""A browser page on a slowed-down processor, and what its main thread spends until something is on the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Locator, Page

from tests.support.small_school import PASSWORD

PHONE = (390, 844)
SLOWDOWN = 6
QUIET_MS = 15  # of the main thread, in a pause: it rests

# Runs in every page before its own script. `shown` waits until `test` holds and that is painted.
WATCH = """
(() => {
  const bench = (globalThis.bench = { begun: 0, slowest: 0 });
  const begin = (event) => (bench.begun = event.timeStamp);
  for (const kind of ["pointerdown", "keydown", "change"]) addEventListener(kind, begin, { capture: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) bench.slowest = Math.max(bench.slowest, entry.duration);
  }).observe({ type: "event", durationThreshold: 16 });
  bench.shown = (test) =>
    new Promise((done) => {
      const painted = () => requestAnimationFrame(() => setTimeout(() => done(performance.now())));
      if (test()) return painted();
      const observer = new MutationObserver(() => {
        if (!test()) return;
        observer.disconnect();
        painted();
      });
      observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
    });
})();
"""


@dataclass(frozen=True)
class Spent:
    """Milliseconds: processor time of the main thread until it was shown; the time that took; until the next frame.

    The last is the browser's own Event Timing.
    """

    thread: float
    shown: float
    answered: float


class Phone:
    """A browser profile with one page at a time. Times are at the slowdown that `slow` set last."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.context, self.origin, self.slowdown = context, origin, 1
        context.add_init_script(WATCH)
        self.anew()

    def anew(self) -> None:
        """Another page in place of the present one: its main thread has spent nothing yet."""
        page = self.context.new_page()
        for old in self.context.pages:
            if old != page:
                old.close()
        page.set_default_timeout(120_000)
        self.page: Page = page
        self.cdp: CDPSession = self.context.new_cdp_session(page)
        self.cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
        self.slow(self.slowdown)

    def slow(self, times: int = SLOWDOWN) -> None:
        self.slowdown = times
        self.cdp.send("Emulation.setCPUThrottlingRate", {"rate": times})

    def sign_in(self, username: str) -> None:
        self.page.goto(self.origin)
        self.page.get_by_label("User name").fill(username)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in", exact=True).click()

    def thread(self) -> float:
        """Milliseconds of processor time that tasks of this page's main thread took so far."""
        metrics = self.cdp.send("Performance.getMetrics")["metrics"]
        found = {each["name"]: each["value"] for each in metrics}
        return float(found["TaskDuration"]) * 1e3

    def rest(self, milliseconds: int = 400) -> None:
        """Until the main thread has nothing left to do for a while."""
        before = self.thread()
        while True:
            self.page.wait_for_timeout(milliseconds)
            now = self.thread()
            if now - before < QUIET_MS:
                return
            before = now

    def starts(self, address: str, until: str) -> Spent:
        """Opens `address` in a new page; what it takes until the expression `until` is true and painted."""
        self.anew()
        self.page.add_init_script(f"bench.done = bench.shown(() => {until});")
        self.page.goto(address, wait_until="commit")
        shown = self.says("bench.done", wait=True)
        return Spent(self.thread(), float(shown), 0)

    def spends(self, act: Callable[[], object], until: str, *, rests: bool = True) -> Spent:
        """What it takes from `act` (a press, a key, a file) until the expression `until` is true and painted.

        Before and after it the page `rests`, unless it is to be measured at work.
        """
        if rests:
            self.rest(200)
        self.says(f"bench.slowest = 0; bench.done = bench.shown(() => {until}); 0")
        before = self.thread()
        act()
        ended = self.says("bench.done", wait=True)
        thread = self.thread() - before
        if rests:
            self.rest(200)
        begun, slowest = self.says("[bench.begun, bench.slowest]")
        return Spent(thread, ended - begun, slowest)

    def says(self, expression: str, *, wait: bool = False) -> Any:  # noqa: ANN401 - what the page says
        """Without Playwright's own script in the page, which would be counted too; `wait` for a promise."""
        asked = {"expression": expression, "returnByValue": True, "awaitPromise": wait}
        told = self.cdp.send("Runtime.evaluate", asked)
        if "exceptionDetails" in told:
            raise RuntimeError(f"{expression}: {told['exceptionDetails']}")
        return told["result"].get("value")

    def press(self, locator: Locator) -> Callable[[], None]:
        """A press in the middle of what is there now; where that is, is asked before it counts."""
        locator.scroll_into_view_if_needed()
        box = locator.bounding_box()
        if box is None:
            raise RuntimeError(f"{locator} is not on the screen")
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        return lambda: self.page.mouse.click(x, y)

    def stored(self) -> int:
        """How many records the person's cache holds."""
        return int(self.page.evaluate(COUNT))


COUNT = """async () => {
  const all = await indexedDB.databases();
  const name = all.map((each) => each.name).find((each) => each.endsWith("-cache"));
  if (!name) return 0;
  const db = await new Promise((done, fail) => {
    const asked = indexedDB.open(name);
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
  const count = await new Promise((done) => {
    db.transaction("base").objectStore("base").count().onsuccess = (event) => done(event.target.result);
  });
  db.close();
  return count;
}"""


@contextmanager
def phone(browser: Browser, origin: str, size: tuple[int, int] = PHONE) -> Iterator[Phone]:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, has_touch=size == PHONE, locale="en-US"
    )
    try:
        yield Phone(context, origin)
    finally:
        context.close()
