"""`pathfolio migrate`: bring the database to this version's tables."""

import click

from pathfolio.commands.common import application


@click.command(help="Bring the database to this version's tables. Safe to repeat.")
def command() -> None:
    from pathfolio.migrations import upgrade

    with application(prepared=False):
        before, after = upgrade()
    click.echo(
        f"The database is at version {after}."
        if before == after
        else f"Moved from {before or 'empty'} to {after}."
    )
