"""Routes of classes: for coordinators, and for the teachers of a class who let students in."""

from __future__ import annotations

from typing import Any

from flask import Response

from pathfolio.access import demand
from pathfolio.access.guard import action
from pathfolio.openapi import Blueprint
from pathfolio.people import classes, pasting, schemas
from pathfolio.sessions import Actor, current

blueprint = Blueprint("classes", __name__, description="Classes and who is in them")


def in_charge(class_id: str) -> Actor:
    """The actor, who may do this to this class. Raises NotFound, Forbidden."""
    actor = current()
    demand(actor, action(), classes.target(actor.school, class_id))
    return actor


@blueprint.get("/api/classes")
@blueprint.response(200, schemas.ClassesSchema)
def list_classes() -> dict[str, Any]:
    """All classes for a coordinator, one's own for others."""
    return {"classes": classes.list_classes(current())}


@blueprint.post("/api/classes")
@blueprint.arguments(schemas.NewClassSchema)
@blueprint.response(201, schemas.ClassSchema)
def add(body: dict[str, Any]) -> dict[str, Any]:
    """Add a class."""
    actor = current()
    return classes.add_class(actor.school, body["title"], by=actor.person)


@blueprint.patch("/api/classes/<id:class_>")
@blueprint.arguments(schemas.ChangeClassSchema)
@blueprint.response(200, schemas.ClassSchema)
def change(body: dict[str, Any], class_: str) -> dict[str, Any]:
    """Rename, close or open again."""
    actor = in_charge(class_)
    confirmed = body.pop("confirm")
    return classes.change_class(actor.school, class_, body, by=actor.person, confirmed=confirmed)


@blueprint.put("/api/classes/<id:class_>/people/<id:person>")
@blueprint.arguments(schemas.EnrolSchema)
@blueprint.response(204)
def put(body: dict[str, Any], class_: str, person: str) -> None:
    """Put a person into a class."""
    actor = in_charge(class_)
    classes.put(actor.school, class_, person, body["role"], by=actor.person)


@blueprint.delete("/api/classes/<id:class_>/people/<id:person>")
@blueprint.arguments(schemas.ConfirmQuerySchema, location="query")
@blueprint.response(204)
def take(query: dict[str, Any], class_: str, person: str) -> None:
    """Take a person out of a class."""
    actor = in_charge(class_)
    classes.take(actor.school, class_, person, by=actor.person, confirmed=query["confirm"])


@blueprint.post("/api/classes/<id:class_>/list")
@blueprint.arguments(schemas.ListSchema)
@blueprint.response(200, schemas.ListedPeopleSchema)
def paste(body: dict[str, Any], class_: str) -> dict[str, Any]:
    """Paste a class list; `dry_run` only says what each line would do."""
    actor = in_charge(class_)
    found = pasting.paste(
        actor.school, class_, body["text"], dry_run=body["dry_run"], by=actor.person
    )
    return {"people": found}


@blueprint.post("/api/classes/<id:class_>/join-code")
@blueprint.arguments(schemas.MinutesSchema)
@blueprint.response(200, schemas.CodeSchema)
def open_code(body: dict[str, Any], class_: str) -> dict[str, str]:
    """Open the class for students who join with a code."""
    actor = in_charge(class_)
    return classes.open_code(actor.school, class_, body["minutes"], by=actor.person)


@blueprint.get("/api/classes/<id:class_>/join-code")
@blueprint.response(200, schemas.CodeSchema)
@blueprint.also(204, "no code is open")
def show_code(class_: str) -> dict[str, str] | Response:
    """The code that is open now; 204 when none is."""
    actor = in_charge(class_)
    return classes.open_now(actor.school, class_) or Response(status=204)


@blueprint.delete("/api/classes/<id:class_>/join-code")
@blueprint.response(204)
def close_code(class_: str) -> None:
    """Stop the code."""
    actor = in_charge(class_)
    classes.close_code(actor.school, class_, by=actor.person)


@blueprint.get("/api/classes/<id:class_>/pending")
@blueprint.response(200, schemas.PendingSchema)
def pending(class_: str) -> dict[str, Any]:
    """Who asked to join."""
    actor = in_charge(class_)
    return {"people": classes.pending(actor.school, class_)}


@blueprint.post("/api/classes/<id:class_>/pending/<id:person>")
@blueprint.arguments(schemas.DecisionSchema)
@blueprint.response(204)
def decide(body: dict[str, Any], class_: str, person: str) -> None:
    """Confirm or decline who asked to join."""
    actor = in_charge(class_)
    classes.decide(actor.school, class_, person, accept=body["accept"], by=actor.person)
