"""`pathfolio web`: the web server (granian; docs/decisions/ says why), one process for SQLite."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pathfolio.commands.common import made, settings

if TYPE_CHECKING:
    from flask import Flask


@click.command(help="Run only the web server.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, envvar="PORT", help="Port to listen on.")
@click.option(
    "--workers", default=1, show_default=True, help="Processes; more than one needs PostgreSQL."
)
@click.option("--certificate", type=click.Path(path_type=Path), help="TLS certificate chain, PEM.")
@click.option("--certificate-key", type=click.Path(path_type=Path), help="Its key, PEM.")
def command(
    host: str, port: int, workers: int, certificate: Path | None, certificate_key: Path | None
) -> None:
    from granian import Granian
    from granian.constants import Interfaces

    from pathfolio.commands.supervisor import end_with_supervisor

    end_with_supervisor()
    chosen = settings()
    if workers > 1 and chosen.url().startswith("sqlite"):
        raise click.ClickException(
            "SQLite has one web process. Use PostgreSQL for more, or --workers 1."
        )
    Granian(
        "pathfolio.commands.web:application",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=chosen.threads,
        # A single one that dies takes us with it, and whoever supervises us begins anew, ever more slowly.
        respawn_failed_workers=workers > 1,
        ssl_cert=certificate,
        ssl_key=certificate_key,
        log_enabled=False,
        workers_kill_timeout=20,
    ).serve()


def settle() -> None:
    """Leave what start-up made out of the collector's rounds; let short calls in between long ones."""
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(0.001)


def application() -> Flask:
    """What granian's process serves. Ends that process with a sentence when it cannot start."""
    try:
        app = made(settings())
    except click.ClickException as problem:
        problem.show()
        raise SystemExit(1) from None
    settle()
    return app
