"""`pathfolio restore FOLDER`."""

from __future__ import annotations

from pathlib import Path

import click

from pathfolio.commands.common import application, sentences, settings


@click.command(help="Put the backup in FOLDER into this empty installation and begin a new epoch.")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--ledger",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Ledger of erasures (erased.jsonl) of the broken installation, when it is newer than the backup's.",
)
def command(folder: Path, ledger: Path | None) -> None:
    from pathfolio.backup import operations

    with sentences():
        operations.put_files(settings(), folder, ledger)
    with application(prepared=False), sentences():
        operations.put(folder, click.echo)
    if ledger is None:
        click.echo(
            "Was anybody erased after this backup was taken? They are back: erase them again, or restore with --ledger."
        )
