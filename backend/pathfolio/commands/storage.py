"""`pathfolio storage`: try a bucket, prepare it, and move a school's files between disk and bucket."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from pathfolio.commands.common import application, sentences, settings

if TYPE_CHECKING:
    from pathfolio_media.s3 import S3Store

NO_BUCKET = "No bucket is named: set PATHFOLIO_S3_BUCKET (docs/storage.md)."
NO_ORIGIN = "Say from which address pages come: set PATHFOLIO_ORIGIN, or give --origin."

_origins = click.option(
    "--origin",
    "origins",
    multiple=True,
    help="Address of the app's pages; several may be given. [default: PATHFOLIO_ORIGIN]",
)


@click.group(help="Try a bucket, prepare it, or move all files between disk and bucket.")
def command() -> None:
    """Subcommands below."""


@command.command(help="Send good and evil bytes to the bucket and say what it enforces.")
@_origins
def selftest(origins: tuple[str, ...]) -> None:
    from pathfolio_media.s3_setup import selftest as findings

    broken = 0
    with application(prepared=False):
        store = _bucket()
        for origin in _chosen(origins):
            click.echo(f"The bucket {store.bucket.name} at {store.origin}, for pages of {origin}:")
            for each in findings(store, origin):
                broken += not each.kept
                said = f" ({each.said})" if each.said else ""
                click.echo(f"{'ok' if each.kept else 'PROBLEM':8} it {each.rule}{said}")
    click.echo("The bucket keeps every rule." if not broken else f"{broken} rules are not kept.")
    sys.exit(1 if broken else 0)


@command.command(
    help="Let the app's pages reach the bucket (CORS), and drop unfinished uploads some day."
)
@_origins
def setup(origins: tuple[str, ...]) -> None:
    from pathfolio_media import s3_setup

    with application(prepared=False):
        store, pages = _bucket(), _chosen(origins)
        # Long after the school itself would have dropped them.
        days = settings().upload_days * 2
        store.demand()
        s3_setup.allow(store, pages)
        s3_setup.tidy(store, days)
    click.echo(f"Pages of {', '.join(pages)} may send to and fetch from {store.bucket.name}.")
    click.echo(f"The bucket drops unfinished uploads after {days} days.")


@command.command(
    help="Copy all files to the other store, verified, while serving; begun again, it goes on."
)
@click.option("--to", type=click.Choice(["disk", "s3"]), required=True, help="Where files go.")
@click.option("--school", help="Only this school, by its short name.")
@click.option("--dry-run", is_flag=True, help="Only say what would be moved.")
def migrate(to: str, school: str | None, dry_run: bool) -> None:
    from pathfolio.db import read
    from pathfolio.people.lookup import school_named
    from pathfolio.uploads import moving
    from pathfolio.uploads.storage import chosen_place

    with application(), sentences():
        if to == "s3":
            _bucket()
        if chosen_place() != to:
            click.echo(
                f"New files still go to the other place: set PATHFOLIO_STORE={to}, restart, and run this again."
            )
        only = None
        if school:
            with read() as session:
                only = school_named(session, school).id
        found = moving.move(to, click.echo, school=only, dry_run=dry_run)
    for sentence in found.problems:
        click.echo(f"PROBLEM  {sentence}")
    verb = "Would move" if dry_run else "Moved"
    click.echo(f"{verb} {found.files} files, {found.bytes / 1e6:.1f} MB.")
    if found.waiting:
        click.echo(f"{found.waiting} more are on their way or being checked: run this again later.")
    if found.problems:
        click.echo("What is wrong stays where it is: run `pathfolio verify`.")
    sys.exit(1 if found.problems else 0)


def _bucket() -> S3Store:
    """Raises ClickException where the settings name none."""
    from pathfolio.uploads.storage import bucket

    found = bucket()
    if found is None:
        raise click.ClickException(NO_BUCKET)
    return found


def _chosen(origins: tuple[str, ...]) -> list[str]:
    """Raises ClickException where nobody says which."""
    chosen = [each.rstrip("/") for each in origins] or list(filter(None, [settings().origin]))
    if not chosen:
        raise click.ClickException(NO_ORIGIN)
    return chosen
