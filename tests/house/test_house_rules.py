"""The house's rules catch what they are for."""

from pathlib import Path

import pytest

import house_rules
from house_rules import file_breaches, npm_lock_breaches, python_lock_breaches


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(house_rules, "ROOT", tmp_path)
    return tmp_path


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


HASH = "sha256:" + "0" * 64


def test_a_lock_with_hashes_and_no_host_is_fine(repository: Path) -> None:
    lock = written(repository, "a.txt", f"flask==3.1.3 \\\n    --hash={HASH}\n")
    assert list(python_lock_breaches(lock)) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("flask==3.1.3\n", "has no hash for flask==3.1.3"),
        (f"--index-url x\nflask==3.1.3 --hash={HASH}\n", "names a host or an index"),
        (f"flask @ https://example.org/flask.whl --hash={HASH}\n", "names a host or an index"),
    ],
)
def test_a_lock_without_hashes_or_with_a_host_is_refused(
    repository: Path, text: str, sentence: str
) -> None:
    assert sentence in list(python_lock_breaches(written(repository, "a.txt", text)))


def test_a_client_lock_needs_hashes_and_may_not_name_hosts(repository: Path) -> None:
    packages = (
        '{"": {}, "node_modules/a": {"resolved": "x", "integrity": "y"}, "node_modules/b": {}}'
    )
    lock = written(repository, "package-lock.json", f'{{"packages": {packages}}}')
    assert list(npm_lock_breaches(lock)) == [
        "names the host of node_modules/a",
        "has no hash for node_modules/b",
    ]


@pytest.mark.parametrize(
    ("name", "text", "breach"),
    [
        ("long.py", "\n" * 401, "has 401 lines, more than 400"),
        ("fine.py", "\n" * 400, None),
        ("made.gen.ts", "\n" * 900, None),
        (
            "a.md",
            "see /ho" + "me/somebody/notes",
            "holds the path of one machine: /ho" + "me/somebody",
        ),
        ("b.sh", "curl https://py" + "pi.org/simple", "names the registry py" + "pi.org"),
        ("c.md", "the folder /opt/pathfolio and https://example.org/home/page", None),
    ],
)
def test_files_are_short_and_name_no_machine(
    repository: Path, name: str, text: str, breach: str | None
) -> None:
    assert list(file_breaches(written(repository, name, text))) == ([breach] if breach else [])
