"""What a run of mutants keeps, and what it makes of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.campaigns import mutants as campaign
from tests.mutants import core
from tests.mutants.core import Score

KILLED, SURVIVED = 1, 0


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place of results."""
    monkeypatch.setattr(core, "WORK", tmp_path)
    monkeypatch.setattr(core, "TREE", tmp_path / "tree")
    monkeypatch.setattr(core, "METAS", tmp_path / "tree" / "mutants")
    core.METAS.mkdir(parents=True)
    (tmp_path / "tree" / "tests" / "sync").mkdir(parents=True)
    return tmp_path


def keep(codes: Mapping[str, int | None]) -> None:
    told = {"exit_code_by_key": {f"pathfolio_sync.seen.{name}": at for name, at in codes.items()}}
    (core.METAS / "seen.py.meta").write_text(json.dumps(told))


def test_a_mutant_is_noticed_survives_or_was_not_tried(kept: Path) -> None:
    keep({"x_number__mutmut_1": KILLED, "x_number__mutmut_2": SURVIVED, "x__key__mutmut_1": None})
    found = core.tried()
    assert (found.killed, found.tried, found.all) == (1, 2, 3)
    assert found.survivors == ["pathfolio_sync.seen.x_number__mutmut_2"]
    assert found.percent == 50


def test_one_that_is_equivalent_does_not_count(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep({"x_number__mutmut_1": KILLED, "x_number__mutmut_2": SURVIVED})
    diff = "--- a\n+++ b\n@@ -1 +1 @@\n-    return int(rev[0])\n+    return int(rev[+0])\n"
    monkeypatch.setattr(core, "differences", lambda names: dict.fromkeys(names, diff))
    change = "- return int(rev[0])\n+ return int(rev[+0])"
    monkeypatch.setattr(core, "equivalent", lambda: {("seen.number", change): "0 is +0"})
    found = core.score()
    assert found.equivalent == found.survivors
    assert found.percent == 100


def test_another_type_for_the_type_checker_is_equivalent() -> None:
    line = 'return cast("Mapping[str, Json]", row.value)["v"]'
    for other in ("None", '"XXMapping[str, Json]XX"', '"mapping[str, json]"'):
        assert core.only_names_a_type(f'- {line}\n+ return cast({other}, row.value)["v"]')
    assert not core.only_names_a_type(f'- {line}\n+ return cast(None, row.value)["XXvXX"]')
    assert not core.only_names_a_type(f'- {line}\n+ return cast("Mapping[str, Json]", None)["v"]')


def test_other_tests_get_another_chance_at_survivors_alone(kept: Path) -> None:
    codes = {"x_number__mutmut_1": KILLED, "x_number__mutmut_2": SURVIVED}
    keep(codes)
    core._forget_survivors_of_other_tests()
    keep(codes)
    core._forget_survivors_of_other_tests()
    assert core.tried().again == []
    (kept / "tree" / "tests" / "sync" / "test_new.py").write_text("# one more")
    core._forget_survivors_of_other_tests()
    found = core.tried()
    assert found.again == found.survivors == ["pathfolio_sync.seen.x_number__mutmut_2"]
    assert (found.killed, found.untried) == (1, [])


@pytest.mark.parametrize(
    ("mutant", "function"),
    [
        ("pathfolio_sync.seen.x_number__mutmut_12", "seen.number"),
        ("pathfolio_sync.seen.x__held__mutmut_1", "seen._held"),
        ("pathfolio_sync.seen.xǁSeenǁchain__mutmut_3", "seen.Seen.chain"),
        ("pathfolio_sync.seen.xǁSeenǁ__init____mutmut_3", "seen.Seen.__init__"),
    ],
)
def test_a_mutant_is_known_by_its_function(mutant: str, function: str) -> None:
    assert core.function_of(mutant) == function


def test_every_equivalent_one_says_why() -> None:
    for (function, change), reason in core.equivalent().items():
        assert function
        assert change.startswith("- ")
        assert len(reason.split()) > 3


def test_too_low_a_score_is_a_failure_only_when_all_were_tried() -> None:
    few = Score(killed=80, survivors=[f"m{n}" for n in range(20)], untried=["one more"])
    assert campaign.told(few, done=10).failures == []
    few.untried = []
    (failure,) = campaign.told(few, done=10).failures
    assert "80.0 %" in failure.said
    assert campaign.told(Score(killed=86, survivors=["m"] * 14), done=1).failures == []
