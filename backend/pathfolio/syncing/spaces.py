"""Names of spaces, and which space a record lives in."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pathfolio.records import Audience, Kind, Writer

_NAME = re.compile(r"[upcgro]:[a-z2-7]{26}")
_LETTER = {Audience.ME: "u", Audience.TEACHERS: "p", Audience.GROUP: "g", Audience.CIRCLE: "r"}
# The greater wins a true conflict about the audience, whatever the clocks say.
_NARROW = {Audience.ME: 3, Audience.CIRCLE: 2, Audience.GROUP: 1}


def is_space(name: object) -> bool:
    return isinstance(name, str) and _NAME.fullmatch(name) is not None


def own(person: str) -> str:
    """The space of one person alone."""
    return f"u:{person}"


def portfolio(student: str) -> str:
    """The space of a student and their teachers."""
    return f"p:{student}"


def of_class(class_id: str) -> str:
    return f"c:{class_id}"


def of_school(school: str) -> str:
    return f"o:{school}"


def of_group(group: str) -> str:
    return f"g:{group}"


def audience_of(kind: Kind, fields: Mapping[str, object]) -> str | None:
    """The audience word of a record, its default when absent, None for kinds without one."""
    if kind.default_audience is None:
        return None
    return str(fields.get("audience") or kind.default_audience)


def home(kind: Kind, by: str, audience: str | None, artifact_space: str | None) -> str | None:
    """Where a record of `kind` made by `by` lives, or None where the artifact is unknown.

    `artifact_space` is where the artifact lives that the record is about.
    """
    if kind.creator is Writer.SELF or kind.creator is Writer.SERVER or audience == Audience.ME:
        return own(by)
    if kind.about is not None:
        return artifact_space
    word, _, identity = (audience or "").partition(":")
    return f"{_LETTER[Audience(word)]}:{identity or by}"


def narrowness(audience: object) -> int:
    """Greater for a narrower audience."""
    word = str(audience).partition(":")[0]
    return _NARROW.get(Audience(word), 0) if word in set(Audience) else 0
