"""The upload contract over HTTP; the client sees only method, address and headers of where bytes go."""

from __future__ import annotations

from typing import Any

from pathfolio.openapi import Blueprint
from pathfolio.sessions import current
from pathfolio.uploads import operations, schemas
from pathfolio.uploads.operations import Announced, Status

blueprint = Blueprint("uploads", __name__, description="Files on their way to the school")


@blueprint.post("/api/uploads")
@blueprint.arguments(schemas.AnnounceSchema)
@blueprint.response(200, schemas.StatusSchema)
def announce(said: dict[str, Any]) -> dict[str, Any]:
    """Announce a file, or ask again where it stands, from any device of the same person."""
    upload = said.pop("upload_id")
    return shown(operations.announce(current(), Announced(upload=upload, **said)))


@blueprint.get("/api/uploads")
@blueprint.arguments(schemas.ListQuery, location="query")
@blueprint.response(200, schemas.ListedSchema)
def listed(query: dict[str, Any]) -> dict[str, Any]:
    """Where a whole queue stands, in one call."""
    return {"uploads": [shown(each) for each in operations.listed(current(), query["ids"])]}


@blueprint.post("/api/uploads/<id:upload>/parts")
@blueprint.arguments(schemas.PartsSchema)
@blueprint.response(200, schemas.AddressesSchema)
def parts(wanted: dict[str, Any], upload: str) -> dict[str, Any]:
    """Addresses for up to eight parts, each good for 15 minutes and for these bytes only."""
    signed = operations.sign(current(), upload, wanted["parts"])
    return {
        "urls": [
            {"n": n, "method": each.method, "url": each.url, "headers": each.headers}
            for n, each in signed
        ]
    }


@blueprint.post("/api/uploads/<id:upload>/complete")
@blueprint.arguments(schemas.NothingSchema)
@blueprint.response(200, schemas.StatusSchema)
def complete(_nothing: dict[str, Any], upload: str) -> dict[str, Any]:
    """All parts are sent: the school begins to check. Calling it again changes nothing."""
    return shown(operations.complete(current(), upload))


def shown(status: Status) -> dict[str, Any]:
    row = status.upload
    return {
        "id": row.id,
        "state": status.state,
        "part_size": row.part_bytes,
        "have": [[part.n, part.size] for part in status.have],
        "code": row.code,
        "reason": row.reason,
    }
