"""A coordinator sees what the school's server needs, and what to do."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.conftest import Open
from tests.support.running import Running


def test_what_the_server_needs_is_said_with_the_command_until_it_is_done(
    visit: Open, server: Running, tmp_path: Path
) -> None:
    grace = visit("grace")
    grace.go("server")
    grace.sees("run “pathfolio backup” now")
    grace.sees("“pathfolio verify” there; it changes nothing")
    server.run("backup", str(tmp_path / "backup"))
    server.run("verify", "--no-media")
    grace.button("Look again").click()
    grace.sees_not("run “pathfolio backup” now")
    grace.sees_not("“pathfolio verify” there; it changes nothing")
    grace.sees("everything holds")
