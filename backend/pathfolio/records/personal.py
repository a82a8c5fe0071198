"""Records that are one person's alone: settings, and what the server did not accept."""

from __future__ import annotations

from marshmallow import fields

from pathfolio.records.declare import Kind, Writer, scalar
from pathfolio.records.values import Anything, Choice, Line, RecordId, YesNo

SETTINGS = Kind(
    name="settings",
    doc="How a person likes the client to be, on every device.",
    creator=Writer.SELF,
    lives_in="`u:{person}`",
    own_id="settings:{person}",
    fields={
        "language": scalar(Line(35, allow_none=True), "BCP 47 tag; null follows the device."),
        "theme": scalar(Choice("system", "light", "dark"), "Colours.", empty="system"),
        "data_saver": scalar(YesNo(), "Send big files on Wi-Fi only.", empty=False),
    },
)

NOT_ACCEPTED = Kind(
    name="not_accepted",
    doc="A change that the server refused, kept whole for its author, with the reason.",
    creator=Writer.SERVER,
    lives_in="`u:{author}`",
    deletable=True,
    fields={
        "mutation": scalar(Anything("WireMutation"), "The whole mutation as it came."),
        "code": scalar(Line(40), "Why, as a word.", empty=""),
        "sentence": scalar(Line(1000), "Why, in a sentence.", empty=""),
        "record": scalar(RecordId(), "The record it was meant for.", empty=""),
        "kind": scalar(Line(40, allow_none=True), "The kind of that record, where known."),
        "at": scalar(Line(24), "When it was refused.", empty=""),
        "followers": scalar(
            fields.List(Anything("WireMutation")),
            "Later changes of the same refused creation.",
            empty=[],
        ),
    },
)
