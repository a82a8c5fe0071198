"""News at once: what 5,000 idle listeners cost the side process, and how soon they know of a change.

On SQLite and on PostgreSQL: memory of the process (VmRSS of /proc, all of it, libraries included), the time from
before a device's push until another device heard of it, and until a whole school heard. Then two real browsers: from
pressing "Done" on a student's phone until the piece stands on the teacher's open screen.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import expect, sync_playwright
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from benchmarks.crowd import Crowd
from pathfolio import db, ids, standing
from pathfolio.app import create_app
from pathfolio.clock import now
from pathfolio.people.models import Person, School
from pathfolio.pokes import sending
from pathfolio.sessions.models import DeviceSession
from pathfolio.settings import Settings
from pathfolio.syncing.models import Member
from tests.durability.remote import Remote
from tests.e2e.visitor import LAPTOP, PHONE, SLOW, Network, Visitor
from tests.support.chromium import chromium_program, launch_arguments
from tests.support.listening import side_process
from tests.support.postgres import running_server, server_programs
from tests.support.proxy import link
from tests.support.running import free_port, running
from tests.support.small_school import prepare

LISTENERS = int(os.environ.get("LISTENERS", "5000"))
IDLE_SECONDS = int(os.environ.get("IDLE_SECONDS", "70"))  # two beats and a look at every session
EDITS = 40
PIECES = 10
MOST_MB = 60

Row = dict[str, Any]


def run() -> list[Row]:
    """The rows of docs/evidence/bench-pokes.json."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="pokes-") as folder:
        url = f"sqlite:///{folder}/bench.sqlite"
        prepare(url)
        rows += crowd_rows("SQLite", url, Path(folder) / "data")
    programs = server_programs()
    if programs is not None:
        with (
            tempfile.TemporaryDirectory(prefix="pokes-") as folder,
            running_server(programs) as server,
        ):
            url = server.create("pokes")
            prepare(url)
            rows += crowd_rows("PostgreSQL", url, Path(folder))
    rows += browser_rows()
    for row in rows:
        print(f"{row['what']}: {row['value']} {row['unit']}  {row.get('note', '')}")
    return rows


def crowd_rows(name: str, url: str, data: Path) -> list[Row]:
    data.mkdir(exist_ok=True)
    tokens, school = people(url, data, LISTENERS)
    with (
        running(url, data, PATHFOLIO_POKES="proxy") as server,
        side_process(data, url, PATHFOLIO_THROWAWAY="1") as side,
        gathered(side.port) as crowd,
    ):
        pid = side.process.pid
        empty = memory(pid)
        seconds = crowd.come(tokens)
        full = memory(pid)
        used = cpu(pid)
        threading.Event().wait(IDLE_SECONDS)
        idle = (cpu(pid) - used) / IDLE_SECONDS
        edits = edit_times(server.port, crowd)
        told = whole_school(url, data, school, crowd)
        after = memory(pid)
        still = len(crowd.open)
    good = max(full, after) < MOST_MB and still >= LISTENERS
    middle = round(statistics.median(edits) * 1000)
    return [
        row(f"{name}: memory with {still:,} idle streams, after {IDLE_SECONDS} s and all that follows",
            round(max(full, after), 1), "MB", aim=f"under {MOST_MB} MB", met=good,
            note=f"{empty:.1f} MB before the first; {(full - empty) / LISTENERS * 1000:.1f} kB each"),
        row(f"{name}: processor of the side process while all are idle", round(idle * 100, 2), "% of a core"),
        row(f"{name}: all streams opened, each session judged", round(seconds, 1), "s"),
        row(f"{name}: from before a push until its reader heard, median of {EDITS}", middle,
            "ms", note=f"slowest {max(edits) * 1000:.0f} ms"),
        row(f"{name}: from a change of the whole school until its last listener heard", round(told * 1000), "ms"),
    ]  # fmt: skip


def row(what: str, value: float, unit: str, **more: object) -> Row:
    return {"what": what, "value": value, "unit": unit, **more}


def people(url: str, data: Path, count: int) -> tuple[list[str], str]:
    """A school of `count` signed-in devices; their tokens, and the id of the school."""
    chosen = Settings(data=data, database_url=url, throwaway=True, log_level="ERROR")
    app = create_app(chosen)
    tokens = [f"{number:043d}" for number in range(count)]

    def work(session: Session) -> str:
        school = session.scalars(select(School.id)).one()
        listed = [ids.new_id() for _ in range(count)]
        same = {
            "school": school,
            "role": "student",
            "status": "active",
            "shared_key": b"",
            "sort": "",
        }
        session.execute(
            insert(Person), [{"id": each, "name": "A listener", **same} for each in listed]
        )
        whole = {"school": school, "space": f"o:{school}", "role": "reader", "since": now()}
        session.execute(insert(Member), [whole | {"person": each} for each in listed])
        session.execute(
            insert(DeviceSession),
            [
                {
                    "school": school,
                    "id": ids.new_id(),
                    "person": each,
                    "device": "",
                    "shared": False,
                }
                | {"token": standing.digest(token)}
                for each, token in zip(listed, tokens, strict=True)
            ],
        )
        return school

    with app.app_context():
        school = db.run_write(work)
        db.db.engine.dispose()
    return tokens, school


@contextmanager
def gathered(port: int) -> Iterator[Crowd]:
    crowd = Crowd(port)
    try:
        yield crowd
    finally:
        crowd.leave()


def edit_times(port: int, crowd: Crowd) -> list[float]:
    """From before Maya's push until Ada, one listener among all, has heard of it."""
    maya, ada = Remote(port).sign_in("maya").device(), Remote(port).sign_in("ada")
    token = ada.cookie.partition("=")[2].partition(";")[0]
    crowd.come([token])
    maya.pull()
    times = []
    for number in range(EDITS):
        crowd.forget()
        begun = time.monotonic()
        maya.must(maya.creation(title=f"Piece {number}"))
        until(lambda: bool(crowd.heard[token]))
        times.append(crowd.heard[token][0][0] - begun)
    return times


def whole_school(url: str, data: Path, school: str, crowd: Crowd) -> float:
    """From telling the side process of a change that concerns everybody until the last has heard."""
    chosen = Settings(data=data, database_url=url, throwaway=True, log_level="ERROR", pokes="proxy")
    app = create_app(chosen)
    crowd.forget()
    with app.app_context():
        begun = time.monotonic()
        sending.note(school, {f"o:{school}": 1_000_000})
        until(lambda: len(crowd.moments()) >= LISTENERS)
        db.db.engine.dispose()
    return max(crowd.moments()) - begun


def until(true: Any) -> None:  # noqa: ANN401 - any question without arguments
    pause, end = threading.Event(), time.monotonic() + 60
    while not true():
        if time.monotonic() > end:
            raise TimeoutError("nobody heard for a minute")
        pause.wait(0.002)


def memory(pid: int) -> float:
    """VmRSS in MB of 1,000,000 bytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) * 1024 / 1e6


def cpu(pid: int) -> float:
    """Seconds of processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def browser_rows() -> list[Row]:
    """From "Done" on a phone to the teacher's open screen, both in Chromium on this machine."""
    with tempfile.TemporaryDirectory(prefix="pokes-") as folder:
        url, data, port = f"sqlite:///{folder}/bench.sqlite", Path(folder) / "data", free_port()
        prepare(url)
        with (
            running(url, data, PATHFOLIO_POKES=str(port)) as server,
            side_process(data, url, port=port),
            link(server.port) as relay,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(
                executable_path=chromium_program(), args=launch_arguments()
            )
            network = Network(relay)
            maya, ada = (
                Visitor(browser.new_context(viewport={"width": width, "height": height}), network)
                for width, height in (PHONE, LAPTOP)
            )
            for visitor, name in ((maya, "maya"), (ada, "ada")):
                visitor.go("")
                visitor.sign_in(name)
            side = f"http://localhost:{port}/api/pokes"
            with ada.page.expect_response(lambda answer: answer.url == side, timeout=SLOW):
                ada.comes_back()
            times = [piece_time(maya, ada, f"A lamp number {number}") for number in range(PIECES)]
            browser.close()
    value = statistics.median(times)
    slowest = f"slowest {max(times) * 1000:.0f} ms"
    what = f"Two browsers: from Done to the teacher's open screen, median of {PIECES}"
    return [row(what, round(value * 1000), "ms", aim="under 1 s", met=value < 1, note=slowest)]


def piece_time(maya: Visitor, ada: Visitor, title: str) -> float:
    maya.go("")
    maya.open_capture()
    maya.button(maya.words.note).click()
    maya.field(maya.words.your_note).fill(title)
    begun = time.monotonic()
    maya.button(maya.words.done).click()
    link_ = ada.page.get_by_role("main").get_by_role("link", name=title, exact=True)
    expect(link_).to_be_visible(timeout=SLOW)
    return time.monotonic() - begun
