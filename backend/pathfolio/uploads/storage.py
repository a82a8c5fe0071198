"""The stores of this application, and the names of what is in them.

A file says where it lies (`Upload.place`), so that files can move from one store to another while everything
goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

from flask import current_app

from pathfolio import ids, settings
from pathfolio.clock import now
from pathfolio.ids import new_id
from pathfolio.settings import Settings
from pathfolio.uploads.models import Upload
from pathfolio_media.disk import DiskStore
from pathfolio_media.render import SUFFIX
from pathfolio_media.signing import Signer
from pathfolio_media.store import Store, StoreRefusesError

if TYPE_CHECKING:
    from pathfolio_media.s3 import S3Store

DISK, S3 = "disk", "s3"
_NAME = "pathfolio.stores"


def stores() -> Mapping[str, Store]:
    """Every place where files may lie, by name; made at first use."""
    found: dict[str, Store] | None = current_app.extensions.get(_NAME)
    if found is None:
        chosen = settings.current()
        found = {DISK: _disk(chosen)}
        if chosen.s3_bucket:
            found[S3] = _bucket(chosen)
        current_app.extensions[_NAME] = found
    return found


def store(place: str) -> Store:
    """The store of that name. Raises StoreRefusesError when the settings do not tell where it is."""
    try:
        return stores()[place]
    except KeyError:
        raise StoreRefusesError(
            "files lie in a bucket that PATHFOLIO_S3_BUCKET does not name"
        ) from None


def chosen_place() -> str:
    """Where new files go."""
    return settings.current().store


def disk() -> DiskStore:
    """The store whose addresses the app serves itself."""
    return cast("DiskStore", stores()[DISK])


def bucket() -> S3Store | None:
    """The bucket, where the settings name one."""
    if not settings.current().s3_bucket:
        return None
    return cast("S3Store | None", stores().get(S3))


def _bucket(chosen: Settings) -> S3Store:
    from pathfolio_media.s3 import Bucket, S3Store  # noqa: PLC0415 -- slow; not for who uses a disk

    where = Bucket(
        chosen.s3_bucket,
        endpoint=chosen.s3_endpoint,
        public=chosen.s3_public,
        region=chosen.s3_region,
        path_style=chosen.s3_path_style,
        access_key=chosen.s3_access_key,
        secret_key=chosen.s3_secret_key,
    )
    return S3Store(where, workroom())


def workroom() -> Path:
    """A folder for files of a moment; what crashes leave there is swept."""
    return settings.current().data / "media" / "tmp"


def _disk(chosen: Settings) -> DiskStore:
    signer = Signer(current_app.extensions["pathfolio.key"])
    return DiskStore(chosen.data / "media", signer, origin=chosen.media_origin)


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


def names(key: str) -> list[str]:
    """The key of an original, and of everything that may have been made from it."""
    return [key, f"{key}.clean", *(f"{key}.{size}.{end}" for size, end in SUFFIX.items())]


def remove(place: str, key: str) -> None:
    """Deletes an object and everything that was made from it."""
    for name in names(key):
        store(place).delete(name)
