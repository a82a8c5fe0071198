"""`pathfolio serve`: ready when it says so, one sentence when it cannot, nothing left behind when it ends."""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.commands.served import family, healthy, processes, serving, start, until
from tests.support.parts import missing
from tests.support.running import free_port

QUICK_SECONDS = 3  # of both cores together, from start to end


def test_it_says_ready_when_health_answers_and_ends_with_everything_below_it(
    tmp_path: Path,
) -> None:
    with serving(tmp_path / "data") as served:
        assert served.said == [f"Ready: http://localhost:{served.port}"]
        assert healthy(served.port)
        until(lambda: any("cli worker" in each for each in served.below().values()), "a worker")
        below = served.below()
        assert served.end() == 0
        assert below.keys() & processes().keys() == set()
        assert not healthy(served.port)


def test_ctrl_c_ends_it_too(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as served:
        assert served.end(signal.SIGINT) == 0


def test_a_burst_of_signals_ends_it_as_one_does(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as served:
        for _ in range(30):
            served.process.send_signal(signal.SIGTERM)
        assert served.end() == 0


def test_the_second_start_is_quick_and_keeps_the_data(tmp_path: Path) -> None:
    with serving(tmp_path / "data"):
        pass
    database = (tmp_path / "data" / "pathfolio.sqlite").stat().st_ino
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with serving(tmp_path / "data") as served:
        pass
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"ready after {served.ready:.2f} s; {used:.2f} s of CPU until it had ended")
    # CPU time, since the wall belongs to whatever else this machine does.
    assert used < QUICK_SECONDS
    assert (tmp_path / "data" / "pathfolio.sqlite").stat().st_ino == database


def test_a_taken_port_is_one_sentence_that_names_another(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        process = start(tmp_path / "data", port=port)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert out == ""
    assert err == (
        f"Error: Port {port} is taken by another program. Choose another one, for example: PORT={port + 1} make run\n"
    )


def test_a_taken_port_of_the_trust_page_is_a_sentence_too(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("0.0.0.0", 0))  # noqa: S104 - as the page itself would
        other.listen()
        port = other.getsockname()[1]
        process = start(tmp_path / "data", "--lan", port=port - 1)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err.startswith(f"Error: Port {port} is taken by another program.")


@pytest.mark.parametrize("victim", ["web", "worker", "child of web"])
def test_what_dies_is_started_again(tmp_path: Path, victim: str) -> None:
    with serving(tmp_path / "data") as served:
        until(lambda: any("cli worker" in each for each in served.below().values()), "a worker")
        before = served.below()
        pid = served.one("worker" if victim == "worker" else "web")
        if victim == "child of web":
            (pid,) = [each for each, (parent, _) in processes().items() if parent == pid]
        os.kill(pid, signal.SIGKILL)
        until(lambda: pid not in processes(), "the victim is gone")
        until(lambda: len(served.below()) == len(before) and healthy(served.port), "all is back")
        if victim == "web":
            # Its child must not go on beside the new one: SQLite has one web process.
            others = {served.one("worker"), served.one("pokes")}
            assert not (before.keys() - others) & processes().keys()
        assert served.end() == 0
        assert family(served.process.pid) == {}


def test_nothing_goes_on_when_the_supervisor_itself_is_killed(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as served:
        until(lambda: any("cli worker" in each for each in served.below().values()), "a worker")
        below = served.below()
        served.end(signal.SIGKILL)
        until(lambda: not below.keys() & processes().keys(), "web and worker have ended")
    with serving(tmp_path / "data", port=served.port):
        assert healthy(served.port)


def test_a_web_server_that_cannot_start_ends_it_with_a_sentence(tmp_path: Path) -> None:
    with serving(tmp_path / "data"):
        pass
    (tmp_path / "data" / "secrets" / "key").write_text("short")
    process = start(tmp_path / "data", port=free_port())
    _, err = process.communicate(timeout=120)
    assert process.returncode == 1
    assert err.splitlines()[-1].startswith("The web server stops at every start")
    assert family(process.pid) == {}


def test_an_interrupted_demo_school_is_made_anew(tmp_path: Path) -> None:
    data = tmp_path / "data"
    process = start(data, "--demo", port=free_port())
    until((data / "demo.unfinished").exists, "it begins")
    until(
        lambda: list((data / "media" / "objects").rglob("*.webp")), "the first pictures are ready"
    )
    below = family(process.pid)
    process.terminate()
    assert process.wait(60) == 0
    until(lambda: not below.keys() & processes().keys(), "its helpers have ended")
    assert not (data / "demo.json").exists()
    process.communicate()


@pytest.mark.slow
def test_make_run_shows_a_school_whose_pictures_are_all_safe(tmp_path: Path) -> None:
    """Its very command line: no data folder is named, so it is `data` in the folder where one stands."""
    with serving(None, "--demo", folder=tmp_path) as served:
        assert served.process.stdout
        greeting = [served.process.stdout.readline() for _ in range(2)]
        assert "maya" in greeting[0] and "ada" in greeting[0] and "grace" in greeting[0]  # noqa: PT018
        assert "three calm otters" in greeting[1]
    print(f"demo school ready after {served.ready:.1f} s")
    database = sqlite3.connect(tmp_path / "data" / "pathfolio.sqlite")
    states = dict(database.execute("SELECT state, count(*) FROM upload GROUP BY state"))
    database.close()
    assert states.keys() <= {"verified", "verifying"}, states
    assert states["verified"] > 20


@pytest.mark.skipif(os.geteuid() != 0, reason="not root, so every other test shows it")
def test_it_works_without_root(tmp_path: Path) -> None:
    """In a user namespace, as nobody and without any right of root over other people's things."""
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "--user", "true"], check=False).returncode:
        missing("user namespaces", "or run the tests as an ordinary user")
    with serving(tmp_path / "data", before=(unshare, "--user")) as served:
        assert healthy(served.port)
        told = Path(f"/proc/{served.one('web')}/status").read_text()
        assert re.search(r"^CapEff:\s0+$", told, re.MULTILINE)
        assert served.end() == 0
