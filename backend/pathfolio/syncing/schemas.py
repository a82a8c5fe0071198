"""The shapes of the sync calls, for the published description; judged in `envelope` and `pull`."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from pathfolio.ids import PATTERN

_ID = {"pattern": PATTERN}


def identity(*, required: bool = False, allow_none: bool = False) -> fields.String:
    return fields.String(metadata=dict(_ID), required=required, allow_none=allow_none)


class MutationSchema(Schema):
    id = identity(required=True)
    n = fields.Integer(required=True)
    space = fields.String(required=True)
    op = fields.String(required=True)
    record = identity(required=True)
    field = fields.String(required=True, allow_none=True)
    value = fields.Raw(required=True, allow_none=True)
    base = fields.List(fields.Raw(), required=True, allow_none=True)
    after = identity(required=True, allow_none=True)
    pulled = fields.String(required=True, allow_none=True)
    at = fields.String(required=True)


class PushSchema(Schema):
    client = identity(required=True)
    schema = fields.Integer(required=True)
    now = fields.String(required=True)
    mutations = fields.List(fields.Nested(MutationSchema), required=True)


class ResultSchema(Schema):
    id = identity(required=True)
    n = fields.Integer(required=True)
    status = fields.String(required=True)
    code = fields.String()
    detail = fields.String()


class PushedSchema(Schema):
    last_n = fields.Integer(required=True)
    hash = fields.String(required=True)
    epoch = identity(required=True)
    now = fields.String(required=True)
    results = fields.List(fields.Nested(ResultSchema), required=True)


class DeviceSchema(Schema):
    """What a device tells of itself, for those who run the server."""

    app = fields.String(metadata={"description": "version of the app"})
    waiting = fields.Integer(metadata={"description": "changes it has not sent"})
    files = fields.Integer(metadata={"description": "files the school has not verified"})


class PullSchema(Schema):
    client = identity(required=True)
    epoch = identity(required=True, allow_none=True)
    schema = fields.Integer(required=True)
    spaces = fields.Dict(keys=fields.String(), values=fields.List(fields.Raw()))
    vector = fields.String()
    limit = fields.Integer()
    mismatch = fields.List(fields.String())
    unsure = fields.List(fields.String())
    device = fields.Nested(DeviceSchema)


class PageSchema(Schema):
    """All keys but `send_vector` are there, or it alone."""

    send_vector = fields.Boolean()
    epoch = identity()
    confirmed = fields.List(fields.Raw(), allow_none=True)
    now = fields.String()
    spaces = fields.Dict(keys=fields.String(), values=fields.List(fields.Raw()))
    forget = fields.List(fields.String())
    erased = fields.List(fields.String())
    replace = fields.List(fields.String())
    changes = fields.List(fields.Dict())
    more = fields.Boolean()
    digest = fields.Dict(keys=fields.String(), values=fields.String())
    vector = fields.String(allow_none=True)


class OfferSchema(Schema):
    client = identity(required=True)
    epoch = identity(required=True)
    mutations = fields.List(fields.Nested(MutationSchema), required=True)


class RefusedSchema(Schema):
    id = identity(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)


class OfferedSchema(Schema):
    taken = fields.List(identity(), required=True)
    had = fields.List(identity(), required=True)
    refused = fields.List(fields.Nested(RefusedSchema), required=True)


class BeforeSchema(Schema):
    before = fields.Integer(validate=validate.Range(min=1, max=2**53))


class EntrySchema(Schema):
    id = identity(required=True)
    rev = fields.Integer(required=True)
    op = fields.String(required=True)
    field = fields.String(required=True, allow_none=True)
    value = fields.Raw(required=True, allow_none=True)
    by = identity(required=True)
    at = fields.String(required=True)
    status = fields.String(required=True)
    superseded = fields.Raw()


class HistorySchema(Schema):
    entries = fields.List(fields.Nested(EntrySchema), required=True)
    next = fields.Integer(required=True, allow_none=True)
