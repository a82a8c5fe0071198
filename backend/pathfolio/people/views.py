"""Routes of people: for coordinators, and for a teacher who helps a student back in."""

from __future__ import annotations

from typing import Any

from pathfolio.access import demand
from pathfolio.access.guard import action
from pathfolio.openapi import Blueprint
from pathfolio.people import operations, schemas
from pathfolio.sessions import current
from pathfolio.sessions import devices as signed_in
from pathfolio.sessions.schemas import SessionsSchema

blueprint = Blueprint("people", __name__, description="People of the school")


@blueprint.get("/api/people")
@blueprint.arguments(schemas.PeopleQuerySchema, location="query")
@blueprint.response(200, schemas.PeoplePageSchema)
def people(query: dict[str, Any]) -> dict[str, Any]:
    """A page of the school's people, by name."""
    return operations.list_people(current().school, query)


@blueprint.post("/api/people")
@blueprint.arguments(schemas.NewPersonSchema)
@blueprint.response(201, schemas.AddedPersonSchema)
def add(body: dict[str, Any]) -> dict[str, Any]:
    """Add a person and get the one-time code for the first sign-in."""
    actor = current()
    person, code = operations.add_person(actor.school, **body, by=actor.person)
    return {"person": person, "code": code}


@blueprint.get("/api/people/<id:person>")
@blueprint.response(200, schemas.PersonSchema)
def show(person: str) -> dict[str, Any]:
    """One person with their classes."""
    demand(current(), action(), operations.target(current().school, person))
    return operations.show_person(current().school, person)


@blueprint.patch("/api/people/<id:person>")
@blueprint.arguments(schemas.ChangePersonSchema)
@blueprint.response(200, schemas.PersonSchema)
def change(body: dict[str, Any], person: str) -> dict[str, Any]:
    """Rename, change the role, deactivate or take back."""
    actor = current()
    demand(actor, action(), operations.target(actor.school, person))
    confirmed = body.pop("confirm")
    return operations.change_person(
        actor.school, person, body, by=actor.person, confirmed=confirmed
    )


@blueprint.post("/api/people/<id:person>/code")
@blueprint.response(200, schemas.CodeSchema)
def code(person: str) -> dict[str, str]:
    """A one-time code with which the person sets a new password."""
    actor = current()
    demand(actor, action(), operations.target(actor.school, person))
    return operations.one_time_code(actor.school, person, by=actor.person)


@blueprint.get("/api/people/<id:person>/devices")
@blueprint.response(200, SessionsSchema)
def devices(person: str) -> dict[str, Any]:
    """Where a person is signed in."""
    actor = current()
    demand(actor, action(), operations.target(actor.school, person))
    return {"sessions": signed_in.listed(actor.school, person, current=actor.session)}


@blueprint.delete("/api/people/<id:person>/devices/<session>")
@blueprint.response(204)
def end_device(person: str, session: str) -> None:
    """End one session of a person, or `all`."""
    actor = current()
    demand(actor, action(), operations.target(actor.school, person))
    if session == "all":
        signed_in.end_every(actor.school, person, by=actor.person)
    else:
        signed_in.end(actor.school, person, session, by=actor.person)
