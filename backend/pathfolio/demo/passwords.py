"""Who may sign in to the demo school, and with what: kept beside the data, made anew for every LAN run."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from sqlalchemy import select, update

from pathfolio.commands.common import application
from pathfolio.db import run_write
from pathfolio.people.models import Person, School
from pathfolio.sessions.passwords import hashed
from pathfolio.settings import Settings

NAME, SLUG = "demo.json", "riverside"
FIRST = "three calm otters"  # for this computer alone; phones on a network get one of their own
WORDS = (
    "amber", "birch", "cedar", "clover", "copper", "coral", "ember", "fern", "harbour", "hazel", "heron", "iris",
    "juniper", "lantern", "lark", "linden", "maple", "marble", "meadow", "mint", "moss", "opal", "orchid", "otter",
    "pebble", "pepper", "pine", "plum", "quartz", "raven", "reed", "river", "robin", "saffron", "sparrow", "thistle",
    "tulip", "velvet", "walnut", "willow",
)  # fmt: skip


def remember(settings: Settings, password: str) -> None:
    """Keeps the password of all demo people, readable by this user only."""
    path = settings.data / NAME
    path.touch(mode=0o600)
    path.write_text(json.dumps({"password": password}), "utf-8")


def unfinished(settings: Settings) -> Path:
    """The file that is there while the demo school is being made."""
    return settings.data / "demo.unfinished"


def greeting(settings: Settings, *, fresh: bool) -> str:
    """The lines that tell who to sign in as; with `fresh`, after giving everybody a new password.

    Empty where the data is not a demo school's.
    """
    path = settings.data / NAME
    if not path.exists():
        return ""
    if fresh:
        change(settings, " ".join(secrets.choice(WORDS) for _ in range(4)))
    password = json.loads(path.read_text("utf-8"))["password"]
    return (
        "Sign in as a student: maya, a teacher: ada, or the coordinator: grace.\n"
        f"The password of everybody in this made-up school: {password}\n"
    )


def change(settings: Settings, password: str) -> None:
    with application(settings):
        kept = hashed(password)
        made_up = select(School.id).where(School.slug == SLUG).scalar_subquery()
        everybody = update(Person).where(Person.school == made_up, Person.status != "deleted")
        run_write(lambda session: session.execute(everybody.values(password=kept)))
    remember(settings, password)
