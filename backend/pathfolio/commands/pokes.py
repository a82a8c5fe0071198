"""`pathfolio pokes`: tells devices at once that something changed."""

from __future__ import annotations

from pathlib import Path

import click

from pathfolio.commands.common import settings


@click.command(help="Run only the side process that tells devices at once that something changed.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8001, show_default=True, help="Port to listen on.")
@click.option("--certificate", type=click.Path(path_type=Path), help="TLS certificate chain, PEM.")
@click.option("--certificate-key", type=click.Path(path_type=Path), help="Its key, PEM.")
def command(host: str, port: int, certificate: Path | None, certificate_key: Path | None) -> None:
    from pathfolio.commands.supervisor import end_with_supervisor
    from pathfolio.pokes.run import Place, serve

    end_with_supervisor()
    try:
        serve(settings(), Place(host, port, certificate, certificate_key))
    except OSError as problem:
        raise click.ClickException(f"Port {port} cannot be used: {problem.strerror}.") from None
