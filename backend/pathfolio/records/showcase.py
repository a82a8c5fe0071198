"""A showcase: an ordered, curated story for a named audience."""

from __future__ import annotations

from marshmallow import fields

from pathfolio.records.declare import Audience, Kind, Writer, ordered, scalar, words
from pathfolio.records.values import AudienceWord, Day, Element, Line, RecordId


class ShowcaseItem(Element):
    artifact = RecordId()
    heading = Line(200)
    caption = Line(4000)


SHOWCASE = Kind(
    name="showcase",
    doc="An ordered, curated story for a named audience, purpose and date.",
    creator=Writer.OWNER,
    lives_in="`u:{student}` or `p:{student}`, as its audience says",
    audiences=(Audience.ME, Audience.TEACHERS),
    default_audience=Audience.ME,
    fields={
        "title": scalar(Line(200), "What the student calls it.", empty=""),
        "audience": scalar(AudienceWord("me", "teachers"), "Who may see it.", empty="me"),
        "for_whom": scalar(Line(200), "For whom it is, in the student's words.", empty=""),
        "purpose": scalar(Line(2000), "What it is to achieve.", empty=""),
        "date": scalar(Day(allow_none=True), "The day it will be presented."),
        "notes": words("Speaker notes, hidden while presenting."),
        "items": ordered(
            RecordId(), fields.Nested(ShowcaseItem), "Artifacts, headings and captions, in order."
        ),
    },
)
