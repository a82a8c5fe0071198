"""The client on a slow phone: its bytes, first sync of 6,000 pieces, start, presses, and from shutter to saved.

Processor time of the page's main thread as Chromium counts it, six times slowed down, the smallest of interleaved
rounds with a reference page that does the same bare thing: the machine may be busy with something else.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from benchmarks.phone import schools, shutter, weight
from benchmarks.phone.device import SLOWDOWN, Phone, Spent, phone
from benchmarks.phone.presses import CARDS, Press, student_round, teacher_round
from benchmarks.phone.reference import reference_page
from tests.campaigns.places import SETTINGS, folder
from tests.support.chromium import chromium_program, launch_arguments
from tests.support.running import running
from tests.support.small_school import PASSWORD

PIECES = 6000
STUDENTS, EACH = 150, 40
ROUNDS = 4
SLOWEST_PRESS = 150
SHUTTER = 1000
HEAP = 15
REFERENCE_READY = "document.querySelector('ul')?.dataset.shown === '8'"
INBOX = "!!document.querySelector('main a[href^=\"#/a/\"]')"

Row = dict[str, Any]


def run() -> list[Row]:
    rows = weight.rows()
    show(rows)
    with sync_playwright() as playwright, folder("client") as place, reference_page() as bare:
        browser = playwright.chromium.launch(
            executable_path=chromium_program(), args=launch_arguments()
        )
        with school(place / "student", lambda url: schools.one_student(url, PIECES)) as origin:
            rows += show(student(browser, origin, bare, shutter.camera_photo(place)))
        with school(
            place / "teacher", lambda url: schools.one_teacher(url, STUDENTS, EACH)
        ) as origin:
            rows += show(teacher(browser, origin, bare))
        browser.close()
    return rows


@contextmanager
def school(place: Path, fill: Callable[[str], None]) -> Iterator[str]:
    place.mkdir()
    url = f"sqlite:///{place / 'bench.sqlite'}"
    fill(url)
    with running(url, place / "data", **SETTINGS) as server:
        server.kill("worker")
        yield server.origin


def show(rows: list[Row]) -> list[Row]:
    for row in rows:
        missed = "" if row.get("met", True) else "  MISSED"
        aim = f" ({row['aim']}{missed})" if "aim" in row else ""
        note = f"; {row['note']}" if "note" in row else ""
        print(f"  {row['what']}: {row['value']:,} {row['unit']}{aim}{note}", flush=True)
    return rows


def student(browser: Browser, origin: str, bare: str, photo: Path) -> list[Row]:
    rows: list[Row] = []
    for slowdown in (1, SLOWDOWN):
        with phone(browser, origin) as device:
            rows += first_sync(device, slowdown)
    with phone(browser, origin) as device:
        settle(device, schools.STUDENT)
        device.page.goto(bare)
        device.page.wait_for_selector("li")
        device.slow()
        rows += starts(device, bare, f"{CARDS} > 0", f"own work, {PIECES:,} pieces on the device")
        rows += pressed(device, bare, student_round, f"{CARDS} > 0", f"{PIECES:,} pieces")
        rows += kept(device, photo, bare)
    return rows


def teacher(browser: Browser, origin: str, bare: str) -> list[Row]:
    name = f"teacher of {STUDENTS} students with {STUDENTS * EACH:,} pieces"
    with phone(browser, origin) as device:
        settle(device, schools.TEACHER)
        device.page.goto(bare)
        device.page.wait_for_selector("li")
        device.slow()
        return [
            *starts(device, bare, INBOX, f"inbox, {name}"),
            *pressed(device, bare, teacher_round, INBOX, name),
        ]


def settle(device: Phone, username: str) -> None:
    """Signed in, everything on the device, the service worker ready, nothing left to do."""
    device.sign_in(username)
    while device.stored() < PIECES:
        time.sleep(0.2)
    device.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    device.rest(1000)


def first_sync(device: Phone, slowdown: int) -> list[Row]:
    """From the press on "Sign in": until work is on the screen, how a press is answered then, until all is here."""
    page = device.page
    page.goto(device.origin)
    page.get_by_label("User name").fill(schools.STUDENT)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    device.slow(slowdown)
    begun = time.monotonic()
    sign_in = device.press(page.get_by_role("button", name="Sign in", exact=True))
    first = device.spends(sign_in, f"{CARDS} > 0", rests=False)
    early = device.stored()
    card = device.press(page.locator("main ul.grid article a").first)
    meanwhile = device.spends(
        card, "location.hash.startsWith('#/a/') && !!document.querySelector('main h1')", rests=False
    )
    while device.stored() < PIECES:
        time.sleep(0.2)
    whole = time.monotonic() - begun
    name = f"first sync of {PIECES:,} pieces" + (
        f", {slowdown} times slowed" if slowdown > 1 else ""
    )
    return [
        row(
            f"{name}: work on the screen",
            first.shown / 1e3,
            "s",
            note=f"{early:,} records were here then",
        ),
        row(
            f"{name}: a press meanwhile opens a piece",
            meanwhile.shown,
            "ms",
            note=f"next frame after {meanwhile.answered:.0f} ms",
        ),
        row(f"{name}: all is here", whole, "s", note=f"main thread {device.thread() / 1e3:.2f} s"),
    ]


def starts(device: Phone, bare: str, until: str, what: str) -> list[Row]:
    """From the service worker until the first content is painted, beside a page that reads and shows eight rows."""
    app: list[Spent] = []
    reference: list[Spent] = []
    for _ in range(ROUNDS):
        reference.append(device.starts(bare, REFERENCE_READY))
        app.append(device.starts(device.origin, until))
        device.rest()
    ours, floor = smallest(app), smallest(reference)
    return [
        row(
            f"start, {what}",
            ours.thread,
            "ms of the main thread",
            note=f"{ours.shown:.0f} ms until it is painted",
        ),
        row(
            f"start of the reference page beside it ({what})", floor.thread, "ms of the main thread"
        ),
        row(f"start against the reference page ({what})", ours.thread / floor.thread, "times"),
    ]


def pressed(
    device: Phone, bare: str, presses: Callable[[Phone], Iterator[Press]], until: str, what: str
) -> list[Row]:
    """Every press of a round, the smallest of several rounds; beside it the bare list of fifty rows."""
    found: dict[str, list[Spent]] = {}
    floor: list[Spent] = []
    for _ in range(ROUNDS):
        device.starts(bare, REFERENCE_READY)
        floor.append(
            device.spends(
                device.press(device.page.locator("#list")),
                "document.querySelector('ul').dataset.shown === '50'",
            )
        )
        device.starts(device.origin, until)
        device.rest()
        for press in presses(device):
            found.setdefault(press.what, []).append(press.spent)
    best = {name: smallest(each) for name, each in found.items()}
    slowest = max(best, key=lambda name: best[name].thread)
    unanswered = max(best, key=lambda name: best[name].answered)
    device.cdp.send("HeapProfiler.collectGarbage")
    heap = float(device.says("performance.memory.usedJSHeapSize")) / 1e6
    each_one = "; ".join(f"{name} {each.thread:.0f}" for name, each in best.items())
    return [
        row(
            f"slowest press until the next frame ({what}): {unanswered}",
            best[unanswered].answered,
            "ms",
            most=SLOWEST_PRESS,
        ),
        row(
            f"slowest press until what was asked for is painted ({what}): {slowest}",
            best[slowest].thread,
            "ms of the main thread",
            most=SLOWEST_PRESS,
            note=each_one,
        ),
        row(
            f"the bare page: read and show fifty rows ({what})",
            smallest(floor).thread,
            "ms of the main thread",
        ),
        row(f"heap after that ({what})", heap, "MB", most=HEAP),
    ]


def kept(device: Phone, photo: Path, bare: str) -> list[Row]:
    app: list[Spent] = []
    floor: list[Spent] = []
    for _ in range(ROUNDS):
        floor.append(shutter.keeps_bare(device, photo, bare))
        device.page.goto(device.origin)
        device.page.wait_for_selector("main ul.grid article")
        device.rest()
        device.context.set_offline(True)
        app.append(shutter.keeps(device, photo, device.origin))
        device.context.set_offline(False)
    size = photo.stat().st_size / 1e6
    soonest = min(each.shown for each in app)
    return [
        row(
            f"shutter to On this device, a photo of {size:.1f} MB",
            soonest,
            "ms",
            most=SHUTTER,
            note=f"main thread {smallest(app).thread:.0f} ms",
        ),
        row(
            "the same for the bare page: one write of its bytes",
            min(each.shown for each in floor),
            "ms",
            note=f"main thread {smallest(floor).thread:.0f} ms",
        ),
    ]


def smallest(rounds: list[Spent]) -> Spent:
    """The least of each over the rounds."""
    return Spent(
        min(each.thread for each in rounds),
        min(each.shown for each in rounds),
        min(each.answered for each in rounds),
    )


def row(what: str, value: float, unit: str, *, most: float | None = None, note: str = "") -> Row:
    found: Row = {"what": what, "value": round(value, 1), "unit": unit}
    if most is not None:
        found |= {"aim": f"at most {most:g}", "met": value <= most}
    return found | ({"note": note} if note else {})
