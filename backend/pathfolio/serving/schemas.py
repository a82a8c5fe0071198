"""What the serving routes take and give."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from pathfolio.clock import to_wire
from pathfolio.ids import PATTERN
from pathfolio.serving.operations import SIZES

MOST = 100


class SignSchema(Schema):
    items = fields.List(
        fields.Tuple(
            (
                fields.String(validate=validate.Regexp(PATTERN, error="This is not an id.")),
                fields.String(validate=validate.OneOf(SIZES)),
            )
        ),
        required=True,
        validate=validate.Length(1, MOST),
        metadata={"description": "`[upload id, size]`, at most 100"},
    )


class MediaAddressSchema(Schema):
    upload = fields.String(required=True)
    size = fields.String(required=True)
    url = fields.String()
    mime = fields.String()
    error = fields.String(
        metadata={
            "description": "`not_found`: unknown, or not for this person. `not_ready`: not checked yet. "
            "`none`: there is no such rendition. `withheld`: it may hold a place and can't be cleaned."
        }
    )


class MediaAddressesSchema(Schema):
    urls = fields.List(fields.Nested(MediaAddressSchema), required=True)
    expires = fields.Function(lambda answer: to_wire(answer["expires"]))
