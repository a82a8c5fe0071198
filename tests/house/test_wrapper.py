"""The wrapper of node finds a real node, also where its own folder is first on PATH."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[2] / "infra" / "dev"
# A wrapper that started itself without end would fill the machine: it gets no longer than this.
SECONDS = 20


@pytest.mark.parametrize("folder", [str(TOOLS), "infra/dev"], ids=["whole", "relative"])
def test_the_wrapper_does_not_find_itself(folder: str) -> None:
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    environment.pop("PATHFOLIO_NODE_ON_PATH", None)
    with subprocess.Popen(
        [str(TOOLS / "node"), "--version"],
        cwd=TOOLS.parents[1],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            told, _ = process.communicate(timeout=SECONDS)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 0
    assert int(told.removeprefix("v").partition(".")[0]) >= 22
