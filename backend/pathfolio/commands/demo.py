"""`pathfolio demo`: a school of made-up people."""

from __future__ import annotations

import click

from pathfolio.commands.common import application, settings


@click.command(help="Fill an empty installation with made-up people and a school year of work.")
def command() -> None:
    from pathfolio.demo.load import load_once
    from pathfolio.demo.passwords import greeting
    from pathfolio.migrations import upgrade

    with application(prepared=False) as app:
        upgrade()
        if not load_once(app, click.echo):
            raise click.ClickException(
                "There is a school here already; the demo school needs an empty place."
            )
    click.echo(greeting(settings(), fresh=False))
