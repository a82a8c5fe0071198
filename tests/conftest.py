"""What every test may ask for: real databases, a real browser. Domain fixtures live beside their tests."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Playwright

from tests.support.chromium import chromium_program, launch_arguments
from tests.support.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.support.parts import missing
from tests.support.postgres import Server, running_server, server_programs
from tests.support.rgw import REMEDY, Rgw, installed, running_rgw


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabases:
    return SqliteDatabases(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """One PostgreSQL per test process, started at first use."""
    programs = server_programs()
    if programs is None:
        missing(
            "PostgreSQL server",
            "Debian and Ubuntu: apt install postgresql; macOS: brew install postgresql",
        )
    with running_server(programs) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: Server) -> PostgresDatabases:
    return PostgresDatabases(postgres_server)


@pytest.fixture(
    scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def databases(request: pytest.FixtureRequest) -> Databases:
    """Both databases, one after the other: `databases.fresh(prepare)` gives the URL of a new one."""
    name = "sqlite_databases" if request.param == "sqlite" else "postgres_databases"
    made: Databases = request.getfixturevalue(name)
    return made


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """An empty database, on SQLite and on PostgreSQL."""
    url = databases.fresh()
    yield url
    databases.drop(url)


@pytest.fixture
def sqlite_url(sqlite_databases: SqliteDatabases) -> Iterator[str]:
    url = sqlite_databases.fresh()
    yield url
    sqlite_databases.drop(url)


@pytest.fixture
def postgres_url(postgres_databases: PostgresDatabases) -> Iterator[str]:
    url = postgres_databases.fresh()
    yield url
    postgres_databases.drop(url)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[Rgw]:
    """One S3 server per test process, started at first use."""
    if not installed():
        missing("S3 server (Ceph's gateway)", REMEDY)
    with running_rgw() as server:
        yield server


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> str:
    """Path of the Chromium that browser tests start."""
    program = chromium_program() or playwright.chromium.executable_path
    if not Path(program).exists():
        missing(
            "Chromium",
            "Debian: apt install chromium; elsewhere: .venv/bin/playwright install chromium",
        )
    return program


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any], chromium: str
) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": chromium, "args": launch_arguments()}


def pytest_unconfigure(config: pytest.Config) -> None:
    """The last line says which real parts were missing, so that nobody takes a skip for a pass."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(config, "workerinput"):
        return
    reasons: Counter[str] = Counter()
    for report in reporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons[reason.removeprefix("Skipped: ")] += 1
    if reasons:
        summary = "; ".join(f"{number} x {reason}" for reason, number in reasons.most_common())
        reporter.write_line(f"NOT RUN: {summary}", yellow=True, bold=True)
