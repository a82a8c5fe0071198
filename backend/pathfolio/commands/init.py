"""`pathfolio init`: the tables, the first school and its first coordinator."""

from __future__ import annotations

import click

from pathfolio.commands.common import application, sentences


@click.command(help="Make the database and a school with its first coordinator.")
@click.option("--school", prompt="Name of the school", help="Name of the school.")
@click.option(
    "--slug",
    help="Its short name in sign-ins, such as `riverside`. Made from the name when left out.",
)
@click.option(
    "--name", prompt="Your name (you will be the coordinator)", help="Name of the coordinator."
)
@click.option("--username", help="User name of the coordinator. Made from the name when left out.")
def command(school: str, slug: str | None, name: str, username: str | None) -> None:
    from pathfolio.migrations import upgrade
    from pathfolio.people import names
    from pathfolio.people.operations import add_person, create_school

    with application(prepared=False), sentences():
        upgrade()
        made = create_school(slug or names.slug(school), school)
        person, code = add_person(
            made.id, name=name, role="coordinator", username=username, by=None
        )
    click.echo(
        f"{school} is ready. Sign in at the address of this server, under \u201cI have a one-time code\u201d, as"
    )
    click.echo(f"  user name: {person['username']}\n  one-time code: {code}")
