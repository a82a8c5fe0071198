"""`pathfolio user`: people from the command line, for the operator."""

from __future__ import annotations

from pathlib import Path

import click

from pathfolio.commands.common import application, sentences


@click.group(help="List people, give a one-time code, or erase a person.")
def command() -> None:
    """Subcommands below."""


@command.command("list", help="Everybody, with role and state.")
@click.option("--school", help="Short name of the school, when there are several.")
def list_people(school: str | None) -> None:
    from pathfolio.people import lookup

    with application(), sentences():
        for person in lookup.everybody(school):
            click.echo(
                f"{person.username or '-':24} {person.role:12} {person.status:9} {person.name}"
            )


@command.command("code", help="A one-time code for USERNAME, who then sets a new password.")
@click.argument("username")
@click.option("--school", help="Short name of the school, when there are several.")
def one_time_code(username: str, school: str | None) -> None:
    from pathfolio.people import lookup, operations

    with application(), sentences():
        person = lookup.by_username(username, school)
        given = operations.one_time_code(person.school, person.id, by=None)
    click.echo(f"{given['code']}  (until {given['expires']})")


@command.command(
    "delete",
    help="Erase USERNAME and all their work for good, after offering a copy of everything.",
)
@click.argument("username")
@click.option("--school", help="Short name of the school, when there are several.")
@click.option(
    "--copy",
    "folder",
    type=click.Path(path_type=Path),
    help="Write a copy of everything here first.",
)
@click.option("--no-copy", is_flag=True, help="The person does not want a copy.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(
    username: str, school: str | None, folder: Path | None, no_copy: bool, yes: bool
) -> None:
    from pathfolio.backup import personal
    from pathfolio.people import lookup
    from pathfolio.syncing import erase

    with application(), sentences():
        person = lookup.by_username(username, school)
        if folder is None and not no_copy:
            folder = click.prompt(
                "Folder for a copy of everything this person made",
                default=f"{username}-copy",
                type=Path,
            )
        if folder is not None:
            count = personal.copy(person.school, person.id, folder)
            click.echo(f"Copied {count} records and files to {folder}.")
        if not yes and click.prompt(f"Type {username} to erase this person for good") != username:
            raise click.ClickException("Nothing was erased.")
        erase.person(person.school, person.id)
    click.echo(
        f"Erased {username}: words, history and files are gone; devices forget them at their next contact."
    )
