"""Runs add up, broken promises stay on the page, and the page is what the files say."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from benchmarks.catalog import BENCHMARKS
from tests.campaigns import __main__ as command
from tests.campaigns import evidence, found, frame, page
from tests.campaigns.catalog import CAMPAIGNS
from tests.campaigns.frame import Extent, Failure, MissingPartError, Outcome, Size

ENTRY = """
[[found]]
date = 2026-11-23
by = "kills"
broke = "Words were gone."
cause = "They were not flushed."
fix = ["0123abc"]
test = "tests/campaigns/test_frame.py::test_a_size_ends"
cases = ["kills 12"]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place for evidence, of which the page is made."""
    for name in ("kept", "next_first"):
        real = getattr(evidence, name)
        monkeypatch.setattr(evidence, name, lambda of, at=tmp_path, real=real: real(of, at))
    entries = found.read
    monkeypatch.setattr(found, "read", lambda: entries(tmp_path))
    return tmp_path


def campaign_of(monkeypatch: pytest.MonkeyPatch, outcome: Outcome | Exception) -> list[Size]:
    """Lets the campaign `kills` come to this; the sizes that it is asked for."""
    asked: list[Size] = []

    def run(_: frame.Campaign, size: Size) -> Outcome:
        asked.append(size)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(frame.Campaign, "run", run)
    return asked


def test_a_size_ends_at_its_count_or_its_time() -> None:
    assert list(Size(Extent(count=3), first=7).cases()) == [7, 8, 9]
    assert list(Size(Extent(seconds=0)).cases()) == []
    assert list(Size(Extent(count=3, seconds=60), begun=time.monotonic() - 61).cases()) == []


def test_runs_add_up_and_go_on_where_the_last_one_ended(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = campaign_of(monkeypatch, Outcome(10, {"lost": 0, "seconds to start": 0.5}))
    for _ in range(2):
        assert command.main(["kills", "--count", "10", "--keep", str(folder)]) == 0
    assert [size.first for size in asked] == [1, 11]
    text = page.page()
    assert "20 of 500 kills of each database" in text
    assert "Counted over all runs: lost 0." in text
    assert "In the newest run: seconds to start 0.5." in text


def test_ci_always_runs_the_same_cases(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = campaign_of(monkeypatch, Outcome(10))
    assert command.main(["kills", "--keep", str(folder)]) == 0
    assert command.main(["kills", "--small", "--keep", str(folder)]) == 0
    assert asked[-1].small
    assert asked[-1].first == 1
    assert asked[-1].extent == CAMPAIGNS["kills"].small


def test_a_broken_promise_stays_open_until_an_entry_explains_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = Failure("12", "3 words are gone", "python -m tests.campaigns kills --first 12")
    campaign_of(monkeypatch, Outcome(20, failures=[broken]))
    assert command.main(["kills", "--keep", str(folder)]) == 1
    assert "BROKEN kills 12: 3 words are gone" in capsys.readouterr().out
    assert "**1 open**" in page.page()
    (folder / "found.toml").write_text(ENTRY)
    text = page.page()
    assert "1 explained" in text
    assert "open**" not in text
    assert "Words were gone." in text


def test_a_missing_part_is_said_and_is_no_pass(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    campaign_of(monkeypatch, MissingPartError("PostgreSQL server", "apt install postgresql"))
    assert command.main(["kills", "--keep", str(folder)]) == 1
    told = "not run: no PostgreSQL server here (apt install postgresql)"
    assert told in capsys.readouterr().out
    assert evidence.kept("kills") == []


def test_a_benchmark_is_kept_with_its_aims(folder: Path) -> None:
    row: dict[str, Any] = {
        "what": "empty pull",
        "value": 4.2,
        "unit": "ms",
        "aim": "3 ms",
        "met": False,
    }
    evidence.keep_benchmark("sync", [row], folder)
    (run,) = evidence.kept("bench-sync")
    assert run["rows"] == [row]
    assert "| empty pull | 4.2 ms | 3 ms (**missed**) |  |" in page.page()


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("0123abc", "soon", "no commit: soon"),
        ("test_frame.py::test_a_size_ends", "test_gone.py", "no such test"),
        ("test_a_size_ends", "test_that_" + "nobody_wrote", "does not hold"),
        ("cause =", "reason =", "an entry has no reason"),
    ],
)
def test_an_entry_that_cannot_be_is_refused(
    folder: Path, was: str, becomes: str, told: str
) -> None:
    (folder / "found.toml").write_text(ENTRY.replace(was, becomes))
    with pytest.raises(ValueError, match=told):
        page.page()


def test_what_is_kept_is_whole() -> None:
    """Every file of evidence can be read, and is of a campaign or benchmark that exists."""
    known = CAMPAIGNS.keys() | {f"bench-{name}" for name in BENCHMARKS}
    for path in evidence.FOLDER.glob("*.json"):
        assert path.stem in known
        assert all(run["commit"] for run in json.loads(path.read_text()))


def test_the_page_is_up_to_date() -> None:
    assert page.main(["--check"]) == 0, "run make types"
