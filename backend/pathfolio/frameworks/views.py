"""Framework files, kept for good by whoever fetched them once."""

from __future__ import annotations

from flask import Response
from marshmallow import Schema, fields

from pathfolio.errors import NotFound
from pathfolio.frameworks import library
from pathfolio.openapi import Blueprint
from pathfolio.syncing.encoding import json_response

blueprint = Blueprint("frameworks", __name__, description="Standards and suggestions")


class ItemSchema(Schema):
    id = fields.String(required=True)
    parent = fields.String(required=True, allow_none=True)
    code = fields.String(required=True)
    statement = fields.String(required=True)
    statement_es = fields.String()
    order = fields.Integer(required=True)


class FrameworkSchema(Schema):
    title = fields.String(required=True)
    title_es = fields.String()
    licence = fields.String(required=True)
    type = fields.String(required=True)
    items = fields.List(fields.Nested(ItemSchema), required=True)


@blueprint.get("/api/frameworks/<sha256>")
@blueprint.response(200, FrameworkSchema)
def framework(sha256: str) -> Response:
    found = library.by_hash(sha256)
    if found is None:
        raise NotFound("This framework is not here. Your app will find the newer one.")
    response = json_response(found.text)
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response
