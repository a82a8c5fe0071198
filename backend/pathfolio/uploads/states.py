"""The states of an upload, and how records hear of a change: always in one transaction."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pathfolio.clock import now
from pathfolio.syncing.write import set_media
from pathfolio.uploads.models import Upload

_RESULTS = ("found", "original", "width", "height", "thumbhash", "sizes", "pipeline")


def move(
    session: Session,
    row: Upload,
    state: str,
    *,
    code: str | None = None,
    reason: str | None = None,
) -> None:
    """Changes the state and tells every record that shows the upload; `reason` is a sentence for its owner."""
    row.state, row.code, row.reason, row.touched = state, code, reason, now()
    session.flush()
    media = row.media()
    if media is not None:
        set_media(session, row.school, row.person, row.id, media)


def adopt(session: Session, row: Upload, twin: Upload) -> None:
    """Lets `row` stand for the object of another upload of the same bytes, with all that was made from it."""
    row.place, row.key, row.handle = twin.place, twin.key, None
    for name in _RESULTS:
        setattr(row, name, getattr(twin, name))
    move(session, row, twin.state, code=twin.code, reason=twin.reason)


def touch(session: Session, row: Upload) -> None:
    """Its owner is still at it: an idle upload would be collected."""
    current = session.get(Upload, (row.school, row.person, row.id))
    if current is not None:
        current.touched = now()
