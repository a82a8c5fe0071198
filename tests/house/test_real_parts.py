"""The tests' own tools: databases are fresh, copies hold what was prepared, a killed run leaves no server."""

import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page
from sqlalchemy import create_engine, inspect, text

from tests.support.databases import Databases
from tests.support.parts import missing
from tests.support.postgres import Server, running_server, server_programs


def put_a_table(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE kept (n INTEGER)"))
    engine.dispose()


def tables(url: str) -> list[str]:
    engine = create_engine(url)
    names = inspect(engine).get_table_names()
    engine.dispose()
    return names


def test_each_test_gets_an_empty_database(database_url: str) -> None:
    assert tables(database_url) == []
    put_a_table(database_url)
    assert tables(database_url) == ["kept"]


def test_a_prepared_database_is_copied_not_shared(databases: Databases) -> None:
    first, second = databases.fresh(put_a_table), databases.fresh(put_a_table)
    engine = create_engine(first)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE kept"))
    engine.dispose()
    assert (tables(first), tables(second)) == ([], ["kept"])
    databases.drop(first)
    databases.drop(second)


@pytest.mark.postgres
def test_the_server_listens_on_no_network_address(postgres_server: Server) -> None:
    with postgres_server.connect() as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


@pytest.mark.postgres
def test_a_stopped_server_leaves_nothing_behind() -> None:
    programs = server_programs()
    if programs is None:
        missing("PostgreSQL server", "apt install postgresql")
    with running_server(programs) as server:
        folder = server.folder
        assert (folder / "data").exists()
    assert not folder.exists()


def test_a_missing_part_is_a_failure_under_ci_and_a_skip_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no left-handed hammer here"):
        missing("left-handed hammer", "buy one")
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="buy one"):
        missing("left-handed hammer", "buy one")


@pytest.mark.browser
def test_a_real_browser_runs_script(page: Page) -> None:
    page.set_content("<p id=p></p><script>p.textContent = 6 * 7</script>")
    assert page.locator("#p").inner_text() == "42"


def test_help_names_every_command_of_the_readme() -> None:
    root = Path(__file__).parents[2]
    shown = subprocess.run(
        ["make", "help"], cwd=root, capture_output=True, text=True, check=True
    ).stdout
    for command in ("run", "test", "lint", "bench", "simulate", "soak", "docs", "help"):
        assert f"make {command} " in shown
