"""The compose file: complete, refuses to start unconfigured, walls in place."""

import os
import shutil
import subprocess
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from pathfolio.cli import COMMANDS
from pathfolio.settings import Settings
from tests.support.parts import missing

COMPOSE = Path(__file__).parents[2] / "infra" / "compose" / "compose.yaml"
BUCKET = COMPOSE.with_name("bucket.yaml")
CONFIGURED = {"PATHFOLIO_SITE": "portfolio.example.org", "PATHFOLIO_DATABASE_PASSWORD": "a1"}
OURS = ("app", "worker", "pokes", "migrate")


@pytest.fixture
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())["services"]
    return found


def compose_command() -> list[str] | None:
    """Docker's compose, as a plug-in or as a program of its own, if this machine has it."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]):
            asked = subprocess.run([*command, "version"], capture_output=True, check=False)
            if asked.returncode == 0:
                return command
    return None


def config(environment: dict[str, str], *more: Path) -> "subprocess.CompletedProcess[str]":
    command = compose_command() or missing("docker compose", "apt install docker-compose")
    files = [word for path in (COMPOSE, *more) for word in ("--file", str(path))]
    whole = [*command, *files, "config", *([] if more else ["--quiet"])]
    env = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment}
    return subprocess.run(whole, env=env, capture_output=True, text=True, check=False)


def test_compose_accepts_the_file_once_it_is_configured() -> None:
    done = config(CONFIGURED)
    assert done.returncode == 0, done.stderr


def test_files_in_a_bucket_let_app_and_worker_out_and_nobody_in() -> None:
    done = config(CONFIGURED | {"PATHFOLIO_S3_BUCKET": "media"}, BUCKET)
    assert done.returncode == 0, done.stderr
    services = yaml.safe_load(done.stdout)["services"]
    out = {name for name, each in services.items() if "outside" in each["networks"]}
    assert out == {"proxy", "app", "worker"}
    assert [name for name, each in services.items() if each.get("ports")] == ["proxy"]
    assert services["worker"]["environment"]["PATHFOLIO_S3_BUCKET"] == "media"
    assert "PATHFOLIO_S3_BUCKET" in config(CONFIGURED, BUCKET).stderr


def test_every_setting_of_a_bucket_is_handed_on() -> None:
    handed = yaml.safe_load(BUCKET.read_text())["x-bucket"]["environment"]
    of_buckets = {each.name for each in fields(Settings) if each.name.startswith("s3_")}
    assert set(handed) == {f"PATHFOLIO_{name.upper()}" for name in of_buckets | {"store"}}


def test_compose_refuses_to_start_without_a_database_password() -> None:
    done = config({"PATHFOLIO_SITE": "portfolio.example.org"})
    assert done.returncode != 0
    assert "PATHFOLIO_DATABASE_PASSWORD" in done.stderr


def test_only_the_proxy_is_reachable_from_outside(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert [name for name, service in services.items() if "outside" in service["networks"]] == [
        "proxy"
    ]


@pytest.mark.parametrize("name", OURS)
def test_our_own_containers_can_change_nothing_but_their_data(
    services: dict[str, Any], name: str
) -> None:
    service = services[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["volumes"] == ["data:/var/lib/pathfolio"]


def test_the_database_keeps_checksums_and_its_safety_settings(services: dict[str, Any]) -> None:
    database = services["database"]
    assert "--data-checksums" in database["environment"]["POSTGRES_INITDB_ARGS"]
    assert "fsync" not in str(database)


def test_the_image_can_dump_the_very_database_that_stands_beside_it(
    services: dict[str, Any],
) -> None:
    version = services["database"]["image"].removeprefix("postgres:").partition("-")[0]
    final = (COMPOSE.parents[1] / "Dockerfile").read_text().rpartition("\nFROM ")[2]
    assert f"postgresql-client-{version}" in final


def test_every_command_of_a_container_is_a_word_of_the_command_line(
    services: dict[str, Any],
) -> None:
    assert {services[name]["command"][0] for name in OURS} <= set(COMMANDS)
