"""`pathfolio verify`: every promise that a running server can check."""

from __future__ import annotations

import sys

import click

from pathfolio.commands.common import application


@click.command(
    help="Check sequences, chains, digests, read models and stored files. Status 1 when something is wrong."
)
@click.option("--media/--no-media", default=True, help="Also hash every stored file.")
def command(media: bool) -> None:
    from pathfolio.syncing import verify

    with application():
        problems = verify.problems(media=media)
    for problem in problems:
        click.echo(problem)
    click.echo("Everything holds." if not problems else f"{len(problems)} problems.")
    sys.exit(1 if problems else 0)
