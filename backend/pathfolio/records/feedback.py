"""Feedback, the answer to it, and the sign that a teacher has seen the work."""

from __future__ import annotations

from pathfolio.records.declare import Audience, Kind, Writer, scalar, words
from pathfolio.records.values import AudienceWord, RecordId, YesNo

FEEDBACK = Kind(
    name="feedback",
    doc="A teacher's response to an artifact: what works, what could be next, a question.",
    creator=Writer.TEACHER,
    lives_in="`u:{author}` as a draft, the artifact's space once published",
    audiences=(Audience.ME, Audience.PUBLISHED),
    default_audience=Audience.ME,
    about="artifact",
    fields={
        "artifact": scalar(RecordId(), "The artifact it is about.", once=True),
        "audience": scalar(AudienceWord("me", "published"), "Draft or published.", empty="me"),
        "glow": words("What works."),
        "grow": words("What could be next."),
        "question": words("What the teacher would like to know."),
    },
)

REPLY = Kind(
    name="reply",
    doc="The answer to feedback, by the student or the teacher.",
    creator=Writer.READER,
    lives_in="the artifact's space",
    about="artifact",
    fields={
        "artifact": scalar(RecordId(), "The artifact it is about.", once=True),
        "feedback": scalar(RecordId(allow_none=True), "The feedback it answers.", once=True),
        "words": words("What the person says."),
        "helped": scalar(YesNo(allow_none=True), "Whether the feedback helped."),
    },
)

SEEN = Kind(
    name="seen",
    doc="A teacher has looked at the artifact for a while.",
    creator=Writer.TEACHER,
    lives_in="the artifact's space",
    about="artifact",
    own_id="seen:{artifact}:{person}",
    fields={"artifact": scalar(RecordId(), "The artifact it is about.", once=True)},
)
