"""What an installed Pathfolio consists of: all of the server, its data, and the built client."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.parts import missing

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The files of the wheel that the image and the systemd way install."""
    if not (ROOT / "pwa" / "dist" / "index.html").is_file():
        missing("built client", "make setup")
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", str(folder), str(ROOT)], check=True, capture_output=True)
    [wheel] = folder.glob("pathfolio-*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def test_the_client_travels_with_the_server(names: set[str]) -> None:
    built = {path for path in (ROOT / "pwa" / "dist").rglob("*") if path.is_file()}
    expected = {
        f"pathfolio/client/dist/{path.relative_to(ROOT / 'pwa' / 'dist').as_posix()}"
        for path in built
    }
    assert expected <= names


def test_every_tracked_file_of_the_three_packages_is_in_it(names: set[str]) -> None:
    folders = ["backend", "sync", "media"]
    listing = subprocess.run(
        ["git", "ls-files", *folders], cwd=ROOT, capture_output=True, text=True, check=True
    )
    tracked = {
        line.split("/", 1)[1] for line in listing.stdout.splitlines() if (ROOT / line).is_file()
    }
    assert tracked - names == set()


def test_nothing_that_only_checks_or_builds_is_in_it(names: set[str]) -> None:
    tops = {name.split("/", 1)[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "pathfolio",
        "pathfolio_sync",
        "pathfolio_media",
    }
