"""Whether the server answers, how it is, and who did what."""

from __future__ import annotations

from importlib import metadata
from typing import Any

from pathfolio.audit import reading
from pathfolio.health import schemas, state
from pathfolio.openapi import Blueprint
from pathfolio.sessions import current

blueprint = Blueprint("health", __name__, description="Whether the server answers, and how it is")


@blueprint.get("/api/health")
@blueprint.response(200, schemas.HealthSchema)
def health() -> dict[str, object]:
    """Open to everyone; says nothing about the school."""
    return {"ok": True, "version": metadata.version("pathfolio")}


@blueprint.get("/api/operator")
@blueprint.response(200, schemas.OperatorSchema)
def operator() -> dict[str, Any]:
    """How the server is, and which devices are behind; no words of anybody's work."""
    return state.status(current().school)


@blueprint.get("/api/audit")
@blueprint.arguments(schemas.BeforeSchema, location="query")
@blueprint.response(200, schemas.EventsSchema)
def events(found: dict[str, str | None]) -> dict[str, Any]:
    """Who did what to whom, the newest first, 50 at a time."""
    return reading.page(current().school, found["before"])
