"""All kinds of record, by name."""

from __future__ import annotations

from pathfolio.records.artifact import ARTIFACT
from pathfolio.records.declare import Kind
from pathfolio.records.feedback import FEEDBACK, REPLY, SEEN
from pathfolio.records.personal import NOT_ACCEPTED, SETTINGS
from pathfolio.records.school import CLASS, FRAMEWORK, PERSON
from pathfolio.records.showcase import SHOWCASE

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        ARTIFACT,
        FEEDBACK,
        REPLY,
        SEEN,
        SHOWCASE,
        SETTINGS,
        PERSON,
        CLASS,
        FRAMEWORK,
        NOT_ACCEPTED,
    )
}


def kind_named(name: object) -> Kind | None:
    """The kind called `name`, or None: what came over the wire may be anything."""
    return KINDS.get(name) if isinstance(name, str) else None
