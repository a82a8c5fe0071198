"""Mutates the merge core, `sync/pathfolio_sync`, and lets its tests find out.

The work is done by mutmut, in a copy under .cache: it makes a small change to one function (another operator, a
forgotten argument, another constant), runs the tests of that function, and counts whether one of them failed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "sync" / "pathfolio_sync"
TESTS = ROOT / "tests" / "sync"
LOCK = ROOT / "infra" / "locks" / "mutants.txt"
WORK = ROOT / ".cache" / "mutants"
TREE, TOOLS = WORK / "tree", WORK / "tools"
METAS = TREE / "mutants" / CORE.name
MUTMUT = [sys.executable, "-m", "mutmut"]
# How mutmut writes a method's name: xǁClassǁmethod.
METHOD = "ǁ"
SMALLEST = "digest"
AGAIN = "again.json"
DIFFERENCES = """
import json, sys
from mutmut.mutation.diff_apply import get_diff_for_mutant
print(json.dumps({name: get_diff_for_mutant(name) for name in json.load(sys.stdin)}))
"""
_CAST = re.compile(r'cast\((?:None|"[^"]*"), ')
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


class NotInstalledError(Exception):
    """mutmut is not here, and could not be fetched."""


@dataclass
class Score:
    """What became of all mutants; `survivors` are their names."""

    killed: int = 0
    survivors: list[str] = field(default_factory=list)
    equivalent: list[str] = field(default_factory=list)
    """Those of the survivors that change nothing that anybody could see."""
    untried: list[str] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    """Survivors that are to be tried again, because the tests have changed."""
    now: int = 0
    """How many this run tried."""

    @property
    def tried(self) -> int:
        return self.killed + len(self.survivors)

    @property
    def all(self) -> int:
        return self.tried + len(self.untried)

    @property
    def percent(self) -> float:
        """Of those tried that are not equivalent."""
        counted = self.tried - len(self.equivalent)
        return 100 * self.killed / counted if counted else 0.0


def run(
    *, count: int | None = None, seconds: float | None = None, cores: int | None = None
) -> Score:
    """Mutate the core: so many mutants, or for so long, of those that no earlier run tried. Raises NoScoreError,
    NotInstalledError.

    What was found is kept in .cache: a mutant is tried again when its function has changed, a survivor also when the
    tests have.
    """
    _install()
    _copy()
    _forget_survivors_of_other_tests()
    if not list(METAS.glob("*.meta")):
        _mutmut([f"{CORE.name}.{SMALLEST}.*"], cores, seconds)  # writes down what there is to try
    waiting = _waiting()
    if count is None:
        _mutmut([], cores, seconds)
    elif wanted := waiting[:count]:
        _mutmut(wanted, cores, seconds)
    found = score()
    found.now = max(0, len(waiting) - len(_waiting()))
    return found


def _waiting() -> list[str]:
    found = tried()
    return found.again + found.untried


def tried() -> Score:
    """What mutmut has kept, equivalent ones not told apart."""
    found, before = Score(), set(_read(AGAIN))
    for path in sorted(METAS.glob("*.py.meta")):
        for name, code in json.loads(path.read_text())["exit_code_by_key"].items():
            if code is None and name in before:
                found.again.append(name)
                found.survivors.append(name)
            elif code is None:
                found.untried.append(name)
            elif code in CAUGHT:
                found.killed += 1
            else:
                found.survivors.append(name)
    return found


def score() -> Score:
    """What mutmut has kept, and which survivors are known to be equivalent."""
    found, known = tried(), equivalent()
    for name, diff in differences(found.survivors).items():
        change = change_of(diff)
        if only_names_a_type(change) or (function_of(name), change) in known:
            found.equivalent.append(name)
    return found


def differences(mutants: list[str]) -> dict[str, str]:
    """What each mutant changes, as a unified diff."""
    command = [sys.executable, "-c", DIFFERENCES]
    told = json.dumps(mutants)
    done = subprocess.run(  # noqa: PLW1510
        command, cwd=TREE, env=_environment(), input=told, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise NoScoreError(f"mutmut does not know its mutants: {done.stderr}")
    found: dict[str, str] = json.loads(done.stdout)
    return found


def only_names_a_type(change: str) -> bool:
    """Whether only the first argument of typing.cast changes: it gives back the second one, whatever the first says."""
    before, _, after = (_CAST.sub("cast(type, ", line[2:]) for line in change.partition("\n"))
    return before == after


def equivalent(path: Path = EQUIVALENT) -> dict[tuple[str, str], str]:
    """Reasons why some mutants change nothing that anybody could see: `{(function, change): reason}`."""
    told = tomllib.loads(path.read_text()).get("mutant", [])
    return {(each["function"], each["change"].strip()): each["reason"] for each in told}


def function_of(mutant: str) -> str:
    """`pathfolio_sync.seen.x_number__mutmut_3` -> `seen.number`; of a method `seen.Seen.chain`."""
    place = mutant.removeprefix(f"{CORE.name}.").partition("__mutmut_")[0]
    module, _, function = place.rpartition(".")
    kind, _, name = function.partition("_" if function.startswith("x_") else METHOD)
    assert kind == "x", mutant
    return ".".join((module, *name.split(METHOD)))


def change_of(diff: str) -> str:
    """The changed lines of a diff, which stay the same when other mutants come and go."""
    lines = [
        line for line in diff.splitlines() if line[:1] in "+-" and line[:3] not in {"+++", "---"}
    ]
    return "\n".join(f"{line[0]} {line[1:].strip()}" for line in lines if line[:1])


def _install() -> None:
    """mutmut, in a folder of its own: nothing else needs it."""
    stamp = TOOLS / "lock"
    if stamp.is_file() and stamp.read_text() == LOCK.read_text():
        return
    shutil.rmtree(TOOLS, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*pip, "--require-hashes", "--target", TOOLS, "-r", LOCK], check=False)
    if done.returncode != 0:
        raise NotInstalledError
    stamp.write_text(LOCK.read_text())


def _copy() -> None:
    ignored = shutil.ignore_patterns("__pycache__", ".*")
    for source, place in ((CORE, TREE / CORE.name), (TESTS, TREE / "tests" / "sync")):
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(source, place, ignore=ignored)
    (TREE / "tests" / "__init__.py").touch()
    (TREE / "pyproject.toml").write_text(CONFIGURATION)


def _forget_survivors_of_other_tests() -> None:
    """Tests that came since may catch what survived; what was caught stays caught."""
    now = sha256()
    for path in sorted((TREE / "tests" / "sync").rglob("*.py")):
        now.update(path.read_bytes())
    stamp = WORK / "tests"
    if stamp.is_file() and stamp.read_text() == now.hexdigest():
        return
    (WORK / AGAIN).write_text(json.dumps(tried().survivors))
    for path in METAS.glob("*.py.meta"):
        told = json.loads(path.read_text())
        codes = told["exit_code_by_key"]
        told["exit_code_by_key"] = {
            name: code if code in CAUGHT else None for name, code in codes.items()
        }
        path.write_text(json.dumps(told, indent=4))
    stamp.write_text(now.hexdigest())


def _read(name: str) -> list[str]:
    path = WORK / name
    found: list[str] = json.loads(path.read_text()) if path.is_file() else []
    return found


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(TOOLS), "PYTHONDONTWRITEBYTECODE": "1"}


def _mutmut(names: list[str], cores: int | None, seconds: float | None) -> None:
    """Try these mutants, or all that no run has tried. mutmut keeps each result at once, also when its time is up."""
    children = f"--max-children={cores or os.cpu_count() or 1}"
    with (WORK / "log").open("w") as log:
        process = subprocess.Popen(
            [*MUTMUT, "run", children, *names],
            cwd=TREE,
            env=_environment(),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            code = process.wait()
    if code != 0:
        raise NoScoreError(f"mutmut ended with {code}:\n{(WORK / 'log').read_text()[-2000:]}")
