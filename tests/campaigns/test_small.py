"""Every campaign, with the few cases that CI has time for, as the command that anybody types."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.campaigns.catalog import CAMPAIGNS
from tests.campaigns.evidence import ROOT
from tests.support.parts import missing

NOT_RUN = "  not run: no "
# Before its first case it runs all tests of the merge core several times over: `make mutants`.
BY_HAND = {"mutants"}
MARKS = {"browsers": [pytest.mark.browser], "race": [pytest.mark.postgres]}


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=MARKS.get(name, [])) for name in CAMPAIGNS if name not in BY_HAND],
)
def test_no_promise_is_broken(name: str) -> None:
    # A process of its own: some campaigns kill, some drive a browser, all may be asked for again by hand.
    command = [sys.executable, "-W", "error", "-m", "tests.campaigns", name, "--small"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ}
    )
    for line in done.stdout.splitlines():
        if line.startswith(NOT_RUN):
            missing(
                *line.removeprefix(NOT_RUN)
                .removesuffix(")")
                .removesuffix(" here")
                .split(" here (", 1)
            )
    assert done.returncode == 0, done.stdout + done.stderr
