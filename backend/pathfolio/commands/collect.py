"""`pathfolio collect`: what the worker does every day, by hand, or only told."""

from __future__ import annotations

import click

from pathfolio.commands.common import application


@click.command(help="Remove uploads that nobody goes on with and files that nothing shows.")
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
def command(dry_run: bool) -> None:
    from pathfolio.uploads.collect import collect

    with application():
        found = collect(dry_run=dry_run)
    verb = "Would remove" if dry_run else "Removed"
    for names, what in (
        (found.idle, "uploads that nobody went on with"),
        (found.unshown, "files that no record shows"),
        (found.sessions, "lost sessions of the store"),
        (found.objects, f"objects without an upload ({found.bytes} bytes)"),
    ):
        click.echo(f"{verb} {len(names)} {what}.")
        for name in names:
            click.echo(f"  {name}")
