"""`pathfolio serve`: the whole of Pathfolio on one machine, supervised."""

from __future__ import annotations

import signal
import socket
import sys

import click

from pathfolio.commands.common import application, settings


@click.command(help="Run web server and worker, until told to stop (Ctrl-C or SIGTERM).")
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
    from pathfolio.commands.supervisor import Program, Supervisor, program

    for needed in (port, port + 1) if lan else (port,):  # the next one shows how to trust us
        refuse_taken_port("0.0.0.0" if lan else host, needed)  # noqa: S104 - only asked whether it is free
    # Until the supervisor takes over: what was begun is put away by those who began it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    prepare(demo)
    hello = greetings(demo, lan)
    if lan:
        from pathfolio.lan import LanAddress

        address = LanAddress.made(settings().data, port)
        web = program(
            "web", "--host", "0.0.0.0", "--port", str(port), "--workers", "1",  # noqa: S104 - phones must reach it
            "--certificate", str(address.certificate), "--certificate-key", str(address.key),
        )  # fmt: skip
        with address.trust_page():
            Supervisor(
                [Program("web server", web), Program("worker", program("worker"), needed=False)]
            ).run(address.health, lambda: click.echo(address.hello() + hello), address.authority)
        return
    web = program("web", "--host", host, "--port", str(port), "--workers", str(workers))
    shown = "localhost" if host == "127.0.0.1" else host
    Supervisor(
        [Program("web server", web), Program("worker", program("worker"), needed=False)]
    ).run(
        f"http://{host}:{port}/api/health",
        lambda: click.echo(f"Ready: http://{shown}:{port}\n{hello}"),
    )


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
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise click.ClickException(
                f"Port {port} is taken by another program. Choose another one, for example: PORT={port + 1} make run"
            ) from None
