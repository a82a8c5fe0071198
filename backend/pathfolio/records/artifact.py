"""An artifact: one piece of work that a student chose to keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate

from pathfolio.records.declare import Audience, Kind, Writer, members, ordered, scalar, words
from pathfolio.records.values import (
    AudienceWord,
    Choice,
    Day,
    Element,
    Line,
    RecordId,
    Sha256,
    WebLink,
    Whole,
    YesNo,
)

MOST_EDITS = 100
MEDIA_TYPES = ("photo", "video", "audio", "document", "file")


class Tag(Element):
    text = Line(100, least=1, required=True)


class Interest(Tag):
    cluster = Line(100)


class Alignment(Element):
    framework = Line(100, least=1, required=True)
    standard = Line(100, least=1, required=True)
    because = Line(4000, load_default="")
    judgement = Choice("starting", "growing", "confident", allow_none=True, load_default=None)


class Original(Element):
    """What an edit was made from, so that its owner can bring it back; `earlier` edits lay between."""

    upload = RecordId(required=True)
    sha256 = Sha256(required=True)
    size = Whole(required=True)
    mime = Line(120, required=True)
    name = Line(255, required=True)
    width = Whole()
    height = Whole()
    earlier = fields.List(RecordId(), validate=validate.Length(max=MOST_EDITS))
    deleted = YesNo()


class MediaAttachment(Element):
    type = Choice(*MEDIA_TYPES, required=True)
    upload = RecordId(required=True)
    sha256 = Sha256(required=True)
    size = Whole(required=True)
    mime = Line(120, required=True)
    name = Line(255, required=True)
    caption = Line(2000)
    width = Whole()
    height = Whole()
    thumbhash = Line(64)
    # From now on the original goes to its owner alone ...
    replaces = fields.Nested(Original)
    # ... until they show it again instead of these edits.
    restores = fields.List(RecordId(), validate=validate.Length(max=MOST_EDITS))


class LinkAttachment(Element):
    type = Choice("link", required=True)
    url = WebLink(required=True)
    title = Line(300, load_default="")


class Attachment(fields.Field[dict[str, Any]]):
    """A media file, or a link; `type` says which."""

    schemas: tuple[type[Element], ...] = (MediaAttachment, LinkAttachment)

    def _deserialize(
        self,
        value: object,
        attr: str | None,
        data: Mapping[str, Any] | None,
        **options: Any,  # noqa: ANN401 - the signature is marshmallow's
    ) -> dict[str, Any]:
        del attr, data, options
        if not isinstance(value, dict):
            raise ValidationError("An attachment must be an object.")
        schema = LinkAttachment() if value.get("type") == "link" else MediaAttachment()
        loaded: dict[str, Any] = schema.load(value)
        return loaded


ARTIFACT = Kind(
    name="artifact",
    doc="One piece of work: a title, words, any number of attachments, where and when it happened.",
    creator=Writer.OWNER,
    lives_in="`p:{student}`, `u:{student}`, `g:{group}` or `r:{circle}`, as its audience says",
    audiences=(Audience.ME, Audience.TEACHERS, Audience.GROUP, Audience.CIRCLE),
    default_audience=Audience.TEACHERS,
    fields={
        "title": scalar(Line(200), "What the student calls it.", empty=""),
        "words": words("What the student says about it."),
        "happened": scalar(Day(allow_none=True), "The day it happened."),
        "where": scalar(Line(200), "The place, in the student's words.", empty=""),
        "audience": scalar(
            AudienceWord("me", "teachers", "group", "circle"), "Who may see it.", empty="teachers"
        ),
        "cover": scalar(Line(100, allow_none=True), "Key of the attachment shown first."),
        "tags": members(
            Line(100, least=1),
            fields.Nested(Tag),
            "Own words; the key is the word in lower case.",
        ),
        "interests": members(
            Line(100, least=1),
            fields.Nested(Interest),
            "Interests, perhaps tied to a career cluster; the key is the word in lower case.",
        ),
        "alignments": members(
            Line(100, least=1),
            fields.Nested(Alignment),
            "Standards that the student says this shows, and because of what; key: standard id.",
        ),
        "attachments": ordered(
            RecordId(), Attachment(), "Photos, recordings, files and links, in order."
        ),
    },
)
