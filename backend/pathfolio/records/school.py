"""Records that the server alone writes: persons, classes, frameworks."""

from __future__ import annotations

from marshmallow import fields

from pathfolio.records.declare import Kind, Writer, scalar
from pathfolio.records.values import Choice, Line, RecordId, Sha256, Whole, YesNo

PERSON = Kind(
    name="person",
    doc="Someone of the school. The record's id is the person's id.",
    creator=Writer.SERVER,
    lives_in="`p:{student}` for a student, `o:{school}` for staff",
    fields={
        "name": scalar(Line(200), "The name as the school writes it.", empty=""),
        "role": scalar(Choice("student", "teacher", "coordinator"), "Role.", empty="student"),
        "classes": scalar(fields.List(RecordId()), "Ids of the person's classes.", empty=[]),
        "status": scalar(Choice("active", "pending", "inactive"), "Status.", empty="active"),
    },
)

CLASS = Kind(
    name="class",
    doc="A class. The record's id is the class's id.",
    creator=Writer.SERVER,
    lives_in="`c:{class}`",
    fields={
        "title": scalar(Line(200), "What the class is called.", empty=""),
        "teachers": scalar(fields.List(RecordId()), "Ids of its teachers.", empty=[]),
        "active": scalar(YesNo(), "False once the class has ended.", empty=True),
    },
)

FRAMEWORK = Kind(
    name="framework",
    doc="A framework of standards or a list of interests: where its immutable file is.",
    creator=Writer.SERVER,
    lives_in="`o:{school}`",
    fields={
        "title": scalar(Line(300), "What the framework is called.", empty=""),
        "sha256": scalar(Sha256(), "SHA-256 of the file.", empty=""),
        "url": scalar(Line(300), "Where the file is, on this server.", empty=""),
        "items": scalar(Whole(), "How many items it holds.", empty=0),
        "type": scalar(Choice("case", "clusters"), "Standards or interests.", empty="case"),
    },
)
