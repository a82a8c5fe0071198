"""The four calls of sync, and the history of a record."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, request

from pathfolio import db, turns, wire
from pathfolio.openapi import Blueprint
from pathfolio.sessions import current
from pathfolio.syncing import encoding, envelope, epochs, reading, schemas, told
from pathfolio.syncing import offer as offering
from pathfolio.syncing import pull as pulling
from pathfolio.syncing import push as pushing
from pathfolio.syncing.permission import Author

blueprint = Blueprint("sync", __name__, description="Changes of devices, and what they bring back")


def author(client: str | None = None) -> Author:
    actor = current()
    return Author(actor.school, actor.person, actor.role, client, actor.status != "inactive")


def body() -> Any:  # noqa: ANN401 - JSON
    """The request's JSON; each text in it is judged with its mutation, not with the whole call."""
    return wire.parse(received(), any_text=True)


def received() -> bytes:
    """The request's bytes, all of them: a slow phone's upload must not hold a turn."""
    request.max_content_length = envelope.MOST_BYTES
    return request.get_data()


def answer(found: object) -> Response:
    return encoding.json_response(json.dumps(found, separators=(",", ":")).encode("ascii"))


@blueprint.post("/api/sync/push")
@blueprint.takes(schemas.PushSchema)
@blueprint.response(200, schemas.PushedSchema)
def push() -> Response:
    received()
    with turns.here().turn():
        sent = envelope.push(body())
        return answer(pushing.push(author(sent.client), sent))


@blueprint.post("/api/sync/pull")
@blueprint.takes(schemas.PullSchema)
@blueprint.response(200, schemas.PageSchema)
def pull() -> Response:
    found = body()
    page = pulling.pull(author(), found)
    actor = current()
    told.keep(actor.school, actor.person, actor.session, found)
    if page is None:
        return Response(status=204, headers={"Pathfolio-Epoch": str(found["epoch"] or "")})
    return encoding.json_response(page.body())


@blueprint.post("/api/sync/offer")
@blueprint.takes(schemas.OfferSchema)
@blueprint.response(200, schemas.OfferedSchema)
def offer() -> Response:
    received()
    with turns.here().turn():
        client, epoch, sent = envelope.offer(body())
        return answer(offering.offer(author(client), epoch, sent))


@blueprint.get("/api/sync/ping")
@blueprint.response(204)
def ping() -> Response:
    with db.read() as session:
        epoch = epochs.current(session, current().school)
    return Response(status=204, headers={"Pathfolio-Epoch": epoch})


@blueprint.get("/api/records/<id:record>/history")
@blueprint.arguments(schemas.BeforeSchema, location="query")
@blueprint.response(200, schemas.HistorySchema)
def history(found: dict[str, int], record: str) -> Response:
    return encoding.json_response(reading.history(author(), record, found.get("before")))
