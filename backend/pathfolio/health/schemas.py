"""What the routes of those who run the server give."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from pathfolio.people.schemas import Id


class HealthSchema(Schema):
    ok = fields.Boolean(required=True)
    version = fields.String(required=True)


class EpochSchema(Schema):
    id = Id(required=True)
    began = fields.String(required=True)
    reason = fields.String(required=True)


class BackupSchema(Schema):
    at = fields.String(required=True)
    files = fields.Integer(required=True)
    records = fields.Integer(required=True)


class VerifiedSchema(Schema):
    at = fields.String(required=True)
    problems = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    skipped = fields.List(fields.String(), required=True)


class DiskSchema(Schema):
    free = fields.Integer(required=True)
    total = fields.Integer(required=True)


class GivenUpSchema(Schema):
    kind = fields.String(required=True)
    created = fields.String(required=True)
    trouble = fields.String(required=True)


class JobsSchema(Schema):
    waiting = fields.Integer(required=True)
    running = fields.Integer(required=True)
    failed = fields.Integer(required=True)
    late_since = fields.String(required=True, allow_none=True)
    given_up = fields.List(fields.Nested(GivenUpSchema), required=True)


class NamedSchema(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)


class BehindSchema(Schema):
    person = fields.Nested(NamedSchema, required=True)
    device = fields.String(required=True)
    app = fields.String(required=True)
    seen = fields.String(required=True)
    waiting = fields.Integer(required=True, allow_none=True)
    files = fields.Integer(required=True, allow_none=True)


class OperatorSchema(Schema):
    version = fields.String(required=True)
    now = fields.String(required=True)
    epoch = fields.Nested(EpochSchema, required=True)
    backup = fields.Nested(BackupSchema, required=True, allow_none=True)
    verified = fields.Nested(VerifiedSchema, required=True, allow_none=True)
    disk = fields.Nested(DiskSchema, required=True)
    pokes = fields.Boolean(required=True)
    jobs = fields.Nested(JobsSchema, required=True)
    refused = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    devices = fields.Integer(required=True)
    behind = fields.List(fields.Nested(BehindSchema), required=True)
    behind_count = fields.Integer(required=True)


class BeforeSchema(Schema):
    before = fields.String(load_default=None, validate=validate.Length(max=60))


class EventSchema(Schema):
    id = Id(required=True)
    at = fields.String(required=True)
    action = fields.String(required=True)
    actor = fields.Nested(NamedSchema, required=True, allow_none=True)
    target = fields.Nested(NamedSchema, required=True, allow_none=True)


class EventsSchema(Schema):
    events = fields.List(fields.Nested(EventSchema), required=True)
    next = fields.String(required=True, allow_none=True)
