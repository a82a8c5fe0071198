"""What every command needs: the application, and errors as one sentence instead of a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from pathfolio.settings import BadSetting, Settings

if TYPE_CHECKING:
    from flask import Flask


def settings() -> Settings:
    """The settings of the environment; ends the command with a sentence when one is wrong."""
    try:
        return Settings.from_environment()
    except BadSetting as problem:
        raise click.ClickException(str(problem)) from None


def made(chosen: Settings) -> Flask:
    """The application; ends the command with a sentence when it cannot start."""
    from pathfolio.app import create_app
    from pathfolio.db import NotDurableError

    try:
        with advice():
            return create_app(chosen)
    except (BadSetting, NotDurableError) as problem:
        raise click.ClickException(str(problem)) from None


@contextmanager
def advice() -> Iterator[None]:
    """Turns trouble with disk, database or bucket into one sentence that says what to do."""
    from sqlalchemy.exc import DBAPIError

    from pathfolio.trouble import trouble
    from pathfolio_media.store import StoreError

    try:
        yield
    except (DBAPIError, OSError, StoreError) as problem:
        what = trouble(problem)
        if what is None:
            raise
        said = problem.orig if isinstance(problem, DBAPIError) else problem
        raise click.ClickException(f"{what.advice} ({said}).") from None


@contextmanager
def application(chosen: Settings | None = None, *, prepared: bool = True) -> Iterator[Flask]:
    """The application inside its context; ends the command with a sentence when it cannot start.

    `prepared`: also when the database does not have the tables of this version yet.
    """
    from pathfolio.db import db

    app = made(chosen or settings())
    with app.app_context():
        try:
            with advice():
                if prepared:
                    demand_tables()
                yield app
        finally:
            db.engine.dispose()


def demand_tables() -> None:
    from pathfolio.commands.state import newest, version

    found = version()
    if found is None:
        raise click.ClickException("There is no school here yet: run `pathfolio init` first.")
    if {found} != newest():
        raise click.ClickException(
            f"The database is at version {found}, which is not this program's: run `pathfolio migrate`."
        )


@contextmanager
def sentences() -> Iterator[None]:
    """Turns refusals of the domains, and of the disk, into one sentence on the terminal."""
    from pathfolio.backup.manifest import BackupError
    from pathfolio.errors import Problem

    try:
        yield
    except BackupError as problem:
        raise click.ClickException(str(problem)) from None
    except Problem as problem:
        raise click.ClickException(problem.detail) from None
    except OSError as problem:
        where = f": {problem.filename}" if problem.filename else ""
        raise click.ClickException(f"{problem.strerror or problem}{where}.") from None
