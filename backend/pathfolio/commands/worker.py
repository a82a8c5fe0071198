"""`pathfolio worker`: checks and prepares media, cleans up by the calendar."""

from __future__ import annotations

import click

from pathfolio.commands.common import application
from pathfolio.commands.signals import stop_event


@click.command(help="Run only the worker; it ends the job in hand when told to stop.")
def command() -> None:
    from pathfolio.commands.supervisor import end_with_supervisor
    from pathfolio.jobs import worker
    from pathfolio_media import codecs

    end_with_supervisor()
    stop = stop_event()
    for sentence in codecs.missing():
        click.echo(sentence, err=True)
    with application() as app:
        worker.run(app, stop)
