from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pathfolio import settings
from pathfolio.settings import BadSetting, Settings


@pytest.mark.parametrize("secret", ["secret", "changeme" * 5, "a" * 64, "short but random 9d8f"])
def test_a_weak_secret_stops_the_start(secret: str) -> None:
    with pytest.raises(BadSetting, match="PATHFOLIO_SECRET"):
        Settings(secret=secret)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PATHFOLIO_THREADS", "many"),
        ("PATHFOLIO_THREADS", "0"),
        ("PATHFOLIO_ORIGIN", "portfolio.example.org"),
        ("PATHFOLIO_ORIGIN", "https://portfolio.example.org/path"),
        ("PATHFOLIO_LOG_LEVEL", "LOUD"),
    ],
)
def test_a_wrong_setting_is_named_in_the_sentence(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        Settings.from_environment({name: value})


def test_settings_come_from_the_environment() -> None:
    found = Settings.from_environment(
        {"PATHFOLIO_DATA": "/somewhere", "PATHFOLIO_THREADS": "3", "PATHFOLIO_ORIGIN": ""}
    )
    assert (found.data, found.threads, found.origin) == (Path("/somewhere"), 3, "")
    assert found.url() == "sqlite:////somewhere/pathfolio.sqlite"
    given = Settings(database_url="postgresql://me@host/school")
    assert given.url() == "postgresql+psycopg://me@host/school"


def test_a_secret_is_made_once_and_kept_for_the_owner_alone(tmp_path: Path) -> None:
    found = Settings(data=tmp_path)
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: found.key(), range(32)))
    assert len(keys) == 1
    assert len(keys.pop()) >= 32
    (kept,) = (tmp_path / "secrets").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_damaged_secret_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "key").write_text("half")
    with pytest.raises(BadSetting, match="damaged"):
        Settings(data=tmp_path).key()


def test_the_page_of_settings_is_up_to_date() -> None:
    assert settings.main(["--check"]) == 0, "run python -m pathfolio.settings"
