"""The store of this application, and the names of what is in it."""

from __future__ import annotations

from flask import current_app

from pathfolio import ids, settings
from pathfolio.clock import now
from pathfolio.ids import new_id
from pathfolio.uploads.models import Upload
from pathfolio_media.disk import DiskStore
from pathfolio_media.render import SUFFIX
from pathfolio_media.signing import Signer

_NAME = "pathfolio.store"


def store() -> DiskStore:
    """The store that the settings name; made at first use."""
    found: DiskStore | None = current_app.extensions.get(_NAME)
    if found is None:
        chosen = settings.current()
        signer = Signer(current_app.extensions["pathfolio.key"])
        found = DiskStore(chosen.data / "media", signer, origin=chosen.media_origin)
        current_app.extensions[_NAME] = found
    return found


def new_key(school: str, person: str, upload: str) -> str:
    """Never the declared hash: who announces a hash must not get at bytes that somebody else brought.

    The person keeps apart what two people announce under one id, and says whose it is should the database ever
    be older than the store; the random end keeps a second try apart from the first.
    """
    return f"{school}/{now():%Y}/{upload}-{person}{new_id()[:8]}"


def made_for(key: str) -> tuple[str, str] | None:
    """The upload and the person that the key of an original was made for; None for what was made from one."""
    name = key.rsplit("/", 1)[-1]
    if len(name) != 2 * ids.LENGTH + 9 or "." in name:
        return None
    return name[: ids.LENGTH], name[ids.LENGTH + 1 : 2 * ids.LENGTH + 1]


def rendition_key(upload: Upload, size: str) -> str:
    return f"{upload.key}.{size}.{SUFFIX[size]}"


def clean_key(upload: Upload) -> str:
    return f"{upload.key}.clean"


def remove(key: str) -> None:
    """Deletes an object and everything that was made from it."""
    for name in (key, f"{key}.clean", *(f"{key}.{size}.{end}" for size, end in SUFFIX.items())):
        store().delete(name)
