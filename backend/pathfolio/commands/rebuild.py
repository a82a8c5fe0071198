"""`pathfolio rebuild`: read models made anew from the records."""

from __future__ import annotations

import click

from pathfolio.commands.common import application


@click.command(
    help="Make all read models (columns, digests, references to files) anew from the records."
)
def command() -> None:
    from pathfolio.syncing import rebuild

    with application():
        changed = rebuild.all_schools()
    click.echo(f"Rebuilt; {changed} rows were not as the records say.")
