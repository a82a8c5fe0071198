"""Mutates the merge core, `sync/pathfolio_sync`, and lets its tests find out.

The work is done by mutmut, in a copy under .cache: it makes a small change to one function (another operator, a
forgotten argument, another constant), runs the tests of that function, and counts whether one of them failed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "sync" / "pathfolio_sync"
TESTS = ROOT / "tests" / "sync"
LOCK = ROOT / "infra" / "locks" / "mutants.txt"
WORK = ROOT / ".cache" / "mutants"
TREE, TOOLS = WORK / "tree", WORK / "tools"
EQUIVALENT = Path(__file__).parent / "equivalent.toml"

# The vectors' file is a picture of today's behaviour: it would notice anything, and prove little.
CONFIGURATION = """
[tool.pytest.ini_options]
pythonpath = ["."]
addopts = ["--import-mode=importlib", "-p", "no:cacheprovider"]
filterwarnings = ["error"]

[tool.mutmut]
source_paths = ["pathfolio_sync"]
pytest_add_cli_args = [
    "--hypothesis-profile=mutants",
    "--deselect=tests/sync/test_vectors.py::test_the_file_is_what_its_maker_makes",
]
pytest_add_cli_args_test_selection = ["tests/sync"]
use_git_change_detection = false
timeout_multiplier = 2.0
timeout_constant = 5.0
"""

# Exit codes that mutmut keeps (its `status_by_exit_code`): a test failed, or went on for ever.
CAUGHT = {1, 3, 24, -24, 36, 152, 255}


class NoScoreError(Exception):
    """The tests could not be run on the copy."""


@dataclass
class Score:
    """What became of all mutants; `survivors` are their names, by module."""

    killed: int = 0
    survivors: list[str] = field(default_factory=list)
    by_module: Counter[str] = field(default_factory=Counter)

    @property
    def all(self) -> int:
        return self.killed + len(self.survivors)

    @property
    def percent(self) -> float:
        return 100 * self.killed / self.all if self.all else 0.0


def run(*, modules: tuple[str, ...] = (), fresh: bool = True, cores: int | None = None) -> Score:
    """Mutate the core, or some of its modules. Raises NoScoreError.

    `fresh` forgets what an earlier run found; without it only what changed since is tried.
    """
    _install()
    _copy(fresh=fresh)
    names = [f"pathfolio_sync.{module}.*" for module in modules]
    _mutmut("run", f"--max-children={cores or os.cpu_count() or 1}", *names)
    return score(modules)


def score(modules: tuple[str, ...] = ()) -> Score:
    """Read what mutmut found."""
    found = Score()
    for path in sorted((TREE / "mutants" / CORE.name).glob("*.py.meta")):
        module = path.name.removesuffix(".py.meta")
        if modules and module not in modules:
            continue
        for name, code in json.loads(path.read_text())["exit_code_by_key"].items():
            if code is None:
                raise NoScoreError(f"{name} was not tried")
            if code in CAUGHT:
                found.killed += 1
            else:
                found.survivors.append(name)
                found.by_module[module] += 1
    return found


def difference(mutant: str) -> str:
    """What a mutant changes, as a unified diff."""
    return _mutmut("show", mutant, capture=True)


def equivalent() -> dict[str, str]:
    """Reasons why some mutants change nothing that anybody could see: `{change: reason}`."""
    return {
        each["change"]: each["reason"] for each in tomllib.loads(EQUIVALENT.read_text())["mutant"]
    }


def change_of(diff: str) -> str:
    """The changed lines of a diff, which stay the same when other mutants come and go."""
    lines = [
        line for line in diff.splitlines() if line[:1] in "+-" and line[:3] not in {"+++", "---"}
    ]
    return "\n".join(f"{line[0]} {line[1:].strip()}" for line in lines)


def _install() -> None:
    """mutmut, in a folder of its own: nothing else needs it."""
    stamp = TOOLS / "lock"
    if stamp.is_file() and stamp.read_text() == LOCK.read_text():
        return
    shutil.rmtree(TOOLS, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "--target", TOOLS, "-r", LOCK], check=True)
    stamp.write_text(LOCK.read_text())


def _copy(*, fresh: bool) -> None:
    if fresh:
        shutil.rmtree(TREE, ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__", ".*")
    for source, place in ((CORE, TREE / CORE.name), (TESTS, TREE / "tests" / "sync")):
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(source, place, ignore=ignored)
    (TREE / "tests" / "__init__.py").touch()
    (TREE / "pyproject.toml").write_text(CONFIGURATION)


def _mutmut(*words: str, capture: bool = False) -> str:
    where = {"PYTHONPATH": str(TOOLS), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "mutmut", *words],
        cwd=TREE,
        env={**os.environ, **where},
        stdout=subprocess.PIPE if capture else None,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise NoScoreError(f"mutmut {words[0]} ended with {done.returncode}")
    return done.stdout or ""
