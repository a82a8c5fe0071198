"""What the session routes take and give."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from pathfolio.people.schemas import Id, Name, Strict
from pathfolio.text import Text


class DeviceSchema(Schema):
    device = Text(load_default="", most=100, metadata={"description": "what people call it"})
    shared = Strict(
        load_default=False,
        metadata={"description": "used by several people: signs out soon, keeps data encrypted"},
    )


class SignInSchema(DeviceSchema):
    username = Text(required=True, most=130, metadata={"description": "or `name@school`"})
    password = Text(required=True, most=1000)
    school = Text(load_default=None, allow_none=True, most=63)


class OneTimeSchema(DeviceSchema):
    username = Text(required=True, most=130)
    school = Text(load_default=None, allow_none=True, most=63)
    code = Text(required=True, most=40)
    password = Text(required=True, most=1000, metadata={"description": "the new password"})


class LookSchema(Schema):
    code = Text(required=True, most=40)


class JoinSchema(DeviceSchema):
    code = Text(required=True, most=40)
    name = Name(required=True)
    username = Text(required=True, most=64)
    password = Text(required=True, most=1000)


class PasswordSchema(Schema):
    old = Text(required=True, most=1000)
    new = Text(required=True, most=1000)


class MeSchema(Schema):
    id = Id(required=True)
    name = fields.String(required=True)
    role = fields.String(
        required=True, validate=validate.OneOf(["student", "teacher", "coordinator"])
    )
    status = fields.String(required=True)
    username = fields.String(required=True, allow_none=True)


class SchoolSchema(Schema):
    id = Id(required=True)
    slug = fields.String(required=True)
    name = fields.String(required=True)


class SignedInSchema(Schema):
    person = fields.Nested(MeSchema, required=True)
    school = fields.Nested(SchoolSchema, required=True)
    session = Id(required=True)
    shared = fields.Boolean(required=True)
    shared_key = fields.String(metadata={"description": "32 bytes, base64"})


class SessionSchema(Schema):
    id = Id(required=True)
    device = fields.String(required=True)
    shared = fields.Boolean(required=True)
    created = fields.String(required=True)
    last_seen = fields.String(required=True)
    current = fields.Boolean(required=True)


class SessionsSchema(Schema):
    sessions = fields.List(fields.Nested(SessionSchema), required=True)


class TitleSchema(Schema):
    title = fields.String(required=True)


class SchoolNameSchema(Schema):
    name = fields.String(required=True)


class LookedSchema(Schema):
    class_ = fields.Nested(TitleSchema, required=True, data_key="class")
    school = fields.Nested(SchoolNameSchema, required=True)
