"""Where `/api/pokes` ends when no reverse proxy leads it to the side process."""

from __future__ import annotations

from flask import Response, redirect, request

from pathfolio import settings, standing
from pathfolio.openapi import Blueprint
from pathfolio.sessions import current

blueprint = Blueprint("pokes", __name__, description="Hearing at once that something changed")


@blueprint.get("/api/pokes")
@blueprint.response(204)
@blueprint.also(307, "The side process is at this other port of the same host")
def listen() -> Response:
    """A stream of server-sent events from the side process; 204 where there is none: ask by yourself."""
    current()
    origin = side_origin()
    if origin is None:
        return Response(status=204)
    found = redirect(f"{origin}/api/pokes", 307)
    assert isinstance(found, Response)  # noqa: S101 - of Flask's own kind
    return found


def side_origin() -> str | None:
    """The side process as the browser that asks now reaches it by itself."""
    port = settings.current().pokes_port
    return f"{request.scheme}://{standing.bare(request.host)}:{port}" if port else None
