"""`pathfolio verify`: every promise that a running server can check."""

from __future__ import annotations

import json
import sys

import click

from pathfolio.commands.common import application


@click.command(
    help="Check every promise that a server can check, while it serves. Status 1 when something is wrong."
)
@click.option("--media/--no-media", default=True, help="Also hash every stored file.")
@click.option("--json", "as_json", is_flag=True, help="The report for programs.")
def command(media: bool, as_json: bool) -> None:
    from pathfolio.health import report

    with application():
        found = report.run(media=media)
    if as_json:
        click.echo(json.dumps(found.as_json(), indent=1))
    else:
        for line in found.lines():
            click.echo(line)
    sys.exit(1 if found.problems else 0)
