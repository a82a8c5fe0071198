"""What the routes of people and classes take and give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from pathfolio.ids import PATTERN
from pathfolio.people.models import ROLES
from pathfolio.text import Text


class Id(fields.String):
    """An id of ours."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - whatever marshmallow takes
        super().__init__(validate=validate.Regexp(PATTERN), **options)


class Name(Text):
    """A name or title: 1 to 200 characters, not only spaces."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - whatever marshmallow takes
        metadata = {"minLength": 1, "pattern": r"^[^\u0000]*[^\s\u0000][^\u0000]*$"}
        super().__init__(most=200, metadata=metadata, **options)

    def _deserialize(
        self,
        value: object,
        attr: str | None,
        data: Mapping[str, Any] | None,
        **options: Any,  # noqa: ANN401 - the signature is marshmallow's
    ) -> str:
        text = " ".join(super()._deserialize(value, attr, data, **options).split())
        if not text:
            raise ValidationError("Please write a name.")
        return text


class Strict(fields.Boolean):
    """true or false; not "yes", not 1."""

    def _deserialize(
        self,
        value: object,
        attr: str | None,
        data: Mapping[str, Any] | None,
        **options: Any,  # noqa: ANN401 - the signature is marshmallow's
    ) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("Please send true or false.")
        return bool(super()._deserialize(value, attr, data, **options))


class PeopleQuerySchema(Schema):
    role = fields.String(validate=validate.OneOf(ROLES))
    class_ = Id(data_key="class")
    q = Text(most=200)
    cursor = Text(most=600)


class NewPersonSchema(Schema):
    name = Name(required=True)
    username = Text(most=64)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))


class ConfirmSchema(Schema):
    confirm = Strict(
        load_default=False,
        metadata={"description": "go on although more than a fifth of all memberships end"},
    )


class ConfirmQuerySchema(Schema):
    confirm = fields.Boolean(load_default=False)


class ChangePersonSchema(ConfirmSchema):
    name = Name()
    role = fields.String(validate=validate.OneOf(ROLES))
    active = Strict()


class ClassOfPersonSchema(Schema):
    id = Id(required=True)
    title = fields.String(required=True)
    role = fields.String(required=True)


class PersonSchema(Schema):
    id = Id(required=True)
    name = fields.String(required=True)
    username = fields.String(required=True, allow_none=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    status = fields.String(required=True)
    classes = fields.List(fields.Nested(ClassOfPersonSchema))


class PeoplePageSchema(Schema):
    people = fields.List(fields.Nested(PersonSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class AddedPersonSchema(Schema):
    person = fields.Nested(PersonSchema, required=True)
    code = fields.String(required=True, metadata={"description": "one-time, sets a password"})


class CodeSchema(Schema):
    code = fields.String(required=True)
    expires = fields.String(required=True)


class NewClassSchema(Schema):
    title = Name(required=True)


class ChangeClassSchema(ConfirmSchema):
    title = Name()
    active = Strict()


class PersonInClassSchema(Schema):
    id = Id(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True)


class ClassSchema(Schema):
    id = Id(required=True)
    title = fields.String(required=True)
    active = fields.Boolean(required=True)
    people = fields.List(fields.Nested(PersonInClassSchema))


class ClassesSchema(Schema):
    classes = fields.List(fields.Nested(ClassSchema), required=True)


class EnrolSchema(Schema):
    role = fields.String(required=True, validate=validate.OneOf(["student", "teacher"]))


class ListSchema(Schema):
    text = Text(required=True, most_bytes=100 * 1024)
    dry_run = Strict(load_default=True)


class ListedSchema(Schema):
    line = fields.Integer(required=True)
    name = fields.String(required=True)
    username = fields.String(required=True)
    person = fields.String()
    code = fields.String()
    state = fields.String(required=True, validate=validate.OneOf(["new", "known", "problem"]))
    detail = fields.String()


class ListedPeopleSchema(Schema):
    people = fields.List(fields.Nested(ListedSchema), required=True)


class MinutesSchema(Schema):
    minutes = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(1, 7 * 24 * 60)
    )


class PendingPersonSchema(Schema):
    id = Id(required=True)
    name = fields.String(required=True)
    username = fields.String(required=True)
    asked = fields.String(required=True)


class PendingSchema(Schema):
    people = fields.List(fields.Nested(PendingPersonSchema), required=True)


class DecisionSchema(Schema):
    accept = Strict(required=True)
