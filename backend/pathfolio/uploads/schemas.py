"""What the upload routes take and give."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate
from webargs.fields import DelimitedList

from pathfolio import clock
from pathfolio.ids import PATTERN
from pathfolio.text import Text

MOST_PARTS = 8
KINDS = ("photo", "video", "audio", "document", "file")

_id = validate.Regexp(PATTERN, error="This is not an id.")
_sha256 = validate.Regexp(r"^[0-9a-f]{64}\Z", error="This is not a SHA-256 in hexadecimal.")
_mime = validate.Regexp(
    r"^[A-Za-z0-9!#$&^_.+-]{1,60}/[A-Za-z0-9!#$&^_.+-]{1,60}(;[ -~]{0,60})?\Z",
    error="This is not a media type.",
)


def _size() -> fields.Integer:
    return fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(1, 2**53 - 1, error="An empty file can't be sent."),
    )


class Moment(fields.Field[datetime]):
    """A time as it stands on the wire."""

    def _deserialize(
        self,
        value: object,
        attr: str | None,
        data: Mapping[str, Any] | None,
        **options: Any,  # noqa: ANN401 - the signature is marshmallow's
    ) -> datetime:
        del attr, data, options
        try:
            return clock.from_wire(value if isinstance(value, str) else "")
        except ValueError:
            raise ValidationError("Give a time such as 2026-11-23T14:52:11.123Z.") from None


class AnnounceSchema(Schema):
    upload_id = Text(required=True, validate=_id, metadata={"description": "made by the device"})
    sha256 = Text(required=True, validate=_sha256)
    size = _size()
    mime = Text(required=True, validate=_mime, metadata={"description": "as the device sees it"})
    kind = Text(required=True, validate=validate.OneOf(KINDS))
    captured_at = Moment(load_default=None, allow_none=True)


class StatusSchema(Schema):
    id = fields.String(required=True)
    state = fields.String(
        required=True,
        validate=validate.OneOf(["exists", "open", "verifying", "verified", "damaged", "rejected"]),
        metadata={
            "description": "only `verified` and `exists` prove that the school holds the file"
        },
    )
    part_size = fields.Integer(
        required=True, metadata={"description": "bytes of every part but the last"}
    )
    have = fields.List(
        fields.List(fields.Integer()),
        required=True,
        metadata={"description": "`[n, size]` of each part that is there"},
    )
    code = fields.String(allow_none=True, required=True)
    reason = fields.String(allow_none=True, required=True, metadata={"description": "a sentence"})


class ListedSchema(Schema):
    uploads = fields.List(fields.Nested(StatusSchema), required=True)


class ListQuery(Schema):
    ids = DelimitedList(
        fields.String(validate=_id),
        load_default=list,
        validate=validate.Length(max=100),
        metadata={"description": "these; without it, all that are not verified"},
    )


class PartSchema(Schema):
    n = fields.Integer(required=True, strict=True, validate=validate.Range(1, 10_000))
    size = _size()
    sha256 = Text(required=True, validate=_sha256)


class PartsSchema(Schema):
    parts = fields.List(
        fields.Nested(PartSchema), required=True, validate=validate.Length(1, MOST_PARTS)
    )


class AddressSchema(Schema):
    n = fields.Integer(required=True)
    method = fields.String(required=True)
    url = fields.String(required=True)
    headers = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class AddressesSchema(Schema):
    urls = fields.List(fields.Nested(AddressSchema), required=True)


class NothingSchema(Schema):
    """An empty object."""
