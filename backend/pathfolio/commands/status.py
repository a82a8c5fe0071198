"""`pathfolio status`: how the server is, on the terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import click

from pathfolio.commands.common import application


@click.command(
    help="Say how the server is: epoch, last backup, devices that are behind, jobs, disk."
)
@click.option("--json", "as_json", is_flag=True, help="The same for programs.")
def command(as_json: bool) -> None:
    from sqlalchemy import select

    from pathfolio import db
    from pathfolio.health import state
    from pathfolio.people.models import School

    with application():
        with db.read() as session:
            schools = [
                (each.id, each.slug)
                for each in session.scalars(select(School).order_by(School.slug))
            ]
        found = {slug: state.status(school) for school, slug in schools}
    if as_json:
        click.echo(json.dumps(found, indent=1))
        return
    for slug, each in found.items():
        for line in lines(slug, each):
            click.echo(line)


def lines(slug: str, found: dict[str, Any]) -> Iterator[str]:
    """What matters first."""
    epoch, backup, verified = found["epoch"], found["backup"], found["verified"]
    yield f"School {slug}, Pathfolio {found['version']}"
    yield f"  epoch         {epoch['id']} since {epoch['began']} ({epoch['reason']})"
    yield (
        f"  last backup   {backup['at']}, {backup['files']} files"
        if backup
        else "  last backup   none yet: run `pathfolio backup`"
    )
    yield f"  last verified {_verified(verified)}"
    free, total = found["disk"]["free"], found["disk"]["total"]
    yield f"  disk          {free / 1e9:.1f} GB free of {total / 1e9:.1f} GB"
    jobs = found["jobs"]
    late = f", late since {jobs['late_since']}" if jobs["late_since"] else ""
    yield f"  jobs          {jobs['waiting']} waiting, {jobs['running']} running, {jobs['failed']} given up{late}"
    for job in jobs["given_up"]:
        yield f"                {job['kind']} of {job['created']}: {job['trouble']}"
    told = ", ".join(f"{count} {code}" for code, count in found["refused"].items())
    yield f"  not accepted  {told or 'nothing'}"
    yield f"  devices       {found['devices']} known, {found['behind_count']} behind"
    for each in found["behind"]:
        waits = f"{_count(each['waiting'])} changes, {_count(each['files'])} files wait"
        what = f"{each['person']['name']}: {each['device'] or 'a device'}, app {each['app'] or '?'}"
        yield f"                {what}, last seen {each['seen']}, {waits}"


def _count(number: int | None) -> str:
    return "?" if number is None else str(number)


def _verified(found: dict[str, Any] | None) -> str:
    if found is None:
        return "never: run `pathfolio verify`"
    wrong = ", ".join(f"{name} ({count})" for name, count in found["problems"].items())
    return f"{found['at']}, {'problems: ' + wrong if wrong else 'everything held'}"
