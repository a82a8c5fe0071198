"""Routes of signing in and out."""

from __future__ import annotations

from typing import Any

from flask import Response

from pathfolio.openapi import Blueprint
from pathfolio.sessions import current, devices, joining, operations, schemas, tokens
from pathfolio.sessions.operations import Device

blueprint = Blueprint("sessions", __name__, description="Signing in, and one's own devices")


def device(body: dict[str, Any]) -> Device:
    """Take the device out of a body."""
    return Device(name=body.pop("device").strip(), shared=body.pop("shared"))


@blueprint.post("/api/session")
@blueprint.arguments(schemas.SignInSchema)
@blueprint.response(201, schemas.SignedInSchema)
def sign_in(body: dict[str, Any]) -> dict[str, Any]:
    """Sign in on this device."""
    return operations.sign_in(device=device(body), **body)


@blueprint.post("/api/session/code")
@blueprint.arguments(schemas.OneTimeSchema)
@blueprint.response(201, schemas.SignedInSchema)
def use_code(body: dict[str, Any]) -> dict[str, Any]:
    """Sign in with a one-time code and set a new password."""
    return operations.use_code(device=device(body), **body)


@blueprint.post("/api/join")
@blueprint.arguments(schemas.JoinSchema)
@blueprint.response(201, schemas.SignedInSchema)
def join(body: dict[str, Any]) -> dict[str, Any]:
    """Join a class with its code; pending until the teacher confirms."""
    return joining.join(device=device(body), **body)


@blueprint.post("/api/join/look")
@blueprint.arguments(schemas.LookSchema)
@blueprint.response(200, schemas.LookedSchema)
def look(body: dict[str, Any]) -> dict[str, Any]:
    """Which class a code opens."""
    return joining.look(body["code"])


@blueprint.get("/api/session")
@blueprint.response(200, schemas.SignedInSchema)
def show() -> dict[str, Any]:
    """Who is signed in on this device."""
    return operations.show(current())


@blueprint.delete("/api/session")
@blueprint.response(204)
def sign_out() -> Response:
    """Sign out on this device."""
    actor = current()
    devices.end(actor.school, actor.person, actor.session, by=actor.person)
    response = Response(status=204)
    tokens.drop(response)
    return response


@blueprint.get("/api/sessions")
@blueprint.response(200, schemas.SessionsSchema)
def list_sessions() -> dict[str, Any]:
    """Where one is signed in."""
    actor = current()
    return {"sessions": devices.listed(actor.school, actor.person, current=actor.session)}


@blueprint.delete("/api/sessions/<id:session>")
@blueprint.response(204)
def end(session: str) -> None:
    """End one of one's own sessions."""
    actor = current()
    devices.end(actor.school, actor.person, session, by=actor.person)


@blueprint.post("/api/password")
@blueprint.arguments(schemas.PasswordSchema)
@blueprint.response(204)
def change_password(body: dict[str, Any]) -> None:
    """Change one's own password; other devices must sign in again."""
    operations.change_password(current(), body["old"], body["new"])
