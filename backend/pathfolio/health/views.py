"""Whether the server answers."""

from __future__ import annotations

from importlib import metadata

from marshmallow import Schema, fields

from pathfolio.openapi import Blueprint

blueprint = Blueprint("health", __name__, description="Whether the server answers")


class HealthSchema(Schema):
    ok = fields.Boolean(required=True)
    version = fields.String(required=True)


@blueprint.get("/api/health")
@blueprint.response(200, HealthSchema)
def health() -> dict[str, object]:
    """Open to everyone; says nothing about the school."""
    return {"ok": True, "version": metadata.version("pathfolio")}
