"""Set-up on bare machines: pip comes also where Python has no `ensurepip`."""

import shutil
import stat
import sys
from pathlib import Path

import pytest

import bootstrap_pip
import setup as working_copy
from tests.support.parts import missing

# A Python like Debian's without python3-venv: it can make an environment, but not put pip into it.
BARE_PYTHON = """#!/bin/sh
case "$*" in
    "-m venv --without-pip "*) ;;
    "-m venv "*|"-m pip "*) exit 1 ;;
esac
exec "{python}" "$@"
"""


@pytest.fixture
def bare_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    python = tmp_path / "python3"
    python.write_text(BARE_PYTHON.format(python=sys.executable))
    python.chmod(python.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(sys, "executable", str(python))
    return python


def test_pip_comes_from_debian_where_ensurepip_is_missing(
    bare_python: Path, tmp_path: Path
) -> None:
    if not shutil.which("apt-get"):
        missing("apt", "only Debian and Ubuntu split pip from Python")
    said: list[str] = []
    bootstrap_pip.make_environment(tmp_path / "venv", said.append)
    assert bootstrap_pip.has_pip(tmp_path / "venv" / "bin" / "python")
    assert "taking pip from elsewhere" in said[-1]


def test_a_machine_without_any_pip_is_told_what_to_install(
    bare_python: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap_pip, "pip_from_apt", lambda python: False)
    monkeypatch.setattr(bootstrap_pip, "pip_from_base", lambda python: False)
    with pytest.raises(SystemExit, match="Install the package python3-venv"):
        bootstrap_pip.make_environment(tmp_path / "venv", lambda sentence: None)
    assert not (tmp_path / "venv").exists()


def test_a_second_set_up_finds_everything_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working_copy, "ROOT", tmp_path)
    monkeypatch.setattr(working_copy, "VENV", tmp_path)
    monkeypatch.setattr(working_copy, "LOCKS", tmp_path)
    (tmp_path / "dev.txt").write_text("locked\n")
    installed: list[tuple[object, ...]] = []
    monkeypatch.setattr(working_copy, "pip_install", lambda *words: installed.append(words))
    for _ in range(2):
        working_copy.install_python_packages("dev")
    assert len(installed) == 1
    (tmp_path / "dev.txt").write_text("locked anew\n")
    working_copy.install_python_packages("dev")
    assert len(installed) == 2
