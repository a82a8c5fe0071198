"""`pathfolio backup FOLDER`."""

from __future__ import annotations

from pathlib import Path

import click

from pathfolio.commands.common import application, sentences


@click.command(
    help="Copy database, media and secrets into the new FOLDER, with hashes, while serving."
)
@click.argument("folder", type=click.Path(path_type=Path))
def command(folder: Path) -> None:
    from pathfolio.backup import operations
    from pathfolio.health import state

    with application(), sentences():
        made = operations.take(folder, click.echo)
        state.note_backup(files=len(made.files), records=made.rows.get("record", 0))
