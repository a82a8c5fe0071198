"""`pathfolio serve`: the whole of Pathfolio on one machine, supervised."""

from __future__ import annotations

import os
import signal
import socket
import sys
from typing import TYPE_CHECKING

import click

from pathfolio.commands.common import application, settings
from pathfolio.settings import PREFIX

if TYPE_CHECKING:
    from pathfolio.commands.supervisor import Program


@click.command(help="Run web server, worker and pokes, until told to stop (Ctrl-C or SIGTERM).")
@click.option("--port", default=8000, show_default=True, envvar="PORT", help="Port to listen on.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--workers", default=1, show_default=True, help="Web processes; more than one needs PostgreSQL."
)
@click.option(
    "--demo", is_flag=True, help="Load the demo school first, when there is no school yet."
)
@click.option(
    "--lan", is_flag=True, envvar="LAN", help="Serve HTTPS to phones on the same network."
)
def command(port: int, host: str, workers: int, demo: bool, lan: bool) -> None:
    from pathfolio.commands.supervisor import Supervisor, program

    for needed in (port, port + 1) if lan else (port,):  # the next one shows how to trust us
        refuse_taken_port("0.0.0.0" if lan else host, needed)  # noqa: S104 - only asked whether it is free
    # Until the supervisor takes over: what was begun is put away by those who began it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    prepare(demo)
    hello = greetings(demo, lan)
    side = side_port("0.0.0.0", port + 2) if lan else side_port(host, port + 1)  # noqa: S104 - see below
    if lan:
        from pathfolio.lan import LanAddress

        address = LanAddress.made(settings().data, port)
        proof = ("--certificate", str(address.certificate), "--certificate-key", str(address.key))
        everywhere = ("--host", "0.0.0.0")  # noqa: S104 - phones must reach it
        web = program("web", *everywhere, "--port", str(port), "--workers", "1", *proof)
        pokes = program("pokes", *everywhere, "--port", str(side), *proof)
        with address.trust_page():
            Supervisor(programs(web, pokes)).run(
                address.health, lambda: click.echo(address.hello() + hello), address.authority
            )
        return
    web = program("web", "--host", host, "--port", str(port), "--workers", str(workers))
    pokes = program("pokes", "--host", host, "--port", str(side))
    shown = "localhost" if host == "127.0.0.1" else host
    Supervisor(programs(web, pokes)).run(
        f"http://{host}:{port}/api/health",
        lambda: click.echo(f"Ready: http://{shown}:{port}\n{hello}"),
    )


def programs(web: list[str], pokes: list[str]) -> list[Program]:
    """All of Pathfolio; without worker or pokes, what people save is safe all the same."""
    from pathfolio.commands.supervisor import Program, program

    return [
        Program("web server", web),
        Program("worker", program("worker"), needed=False),
        Program("pokes", pokes, needed=False),
    ]


def side_port(host: str, first: int) -> int:
    """Where `pathfolio pokes` will listen: the port of the setting, the first free one near ours, or any.

    Tells the programs that are started later whether browsers reach it by themselves.
    """
    chosen = settings()
    if chosen.pokes_port:
        return chosen.pokes_port
    port = next((port for port in range(first, first + 3) if is_free(host, port)), 0) or any_port(
        host
    )
    behind = chosen.pokes == "proxy" or chosen.proxies > 0 or chosen.origin != ""
    os.environ[f"{PREFIX}POKES"] = "proxy" if behind else str(port)
    return port


def prepare(demo: bool) -> None:
    """Tables of this version, and the demo school where nothing is yet."""
    from pathfolio.commands.state import is_current

    if is_current(settings()) and not demo:
        return
    if demo and is_current(settings()) and (settings().data / "demo.json").exists():
        return
    from pathfolio.migrations import upgrade

    with application(prepared=False) as app:
        upgrade()
        if demo:
            from pathfolio.demo.load import load_once

            load_once(app, click.echo)


def greetings(demo: bool, lan: bool) -> str:
    if not demo:
        return ""
    from pathfolio.demo.passwords import greeting

    return greeting(settings(), fresh=lan)


def refuse_taken_port(host: str, port: int) -> None:
    """Ends with a sentence when another program listens there already."""
    if not is_free(host, port):
        raise click.ClickException(
            f"Port {port} is taken by another program. Choose another one, for example: PORT={port + 1} make run"
        )


def is_free(host: str, port: int) -> bool:
    """Whether a program could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError):
            return False
    return True


def any_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
    return port
