"""Taking a backup while serving, and putting one back with a count-and-hash check."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

from sqlalchemy import select

from pathfolio import clock
from pathfolio.backup import snapshot
from pathfolio.backup.manifest import BackupError, Manifest, copy_hashed, pieces_of
from pathfolio.db import db, read
from pathfolio.settings import current
from pathfolio.uploads.models import Upload
from pathfolio.uploads.storage import store
from pathfolio_media.render import SUFFIX
from pathfolio_media.store import NoSuchObjectError

KEPT_FILES = ("secrets/key", "highwater.json", "erased.jsonl")
Say = Callable[[str], None]


def take(folder: Path, say: Say) -> Manifest:
    """Copies database, media and secrets into the new `folder`.

    The database first, in one consistent moment; then every object it names. Nothing that a row names is ever
    deleted or changed, so what is copied later still belongs to that moment. Raises BackupError.
    """
    if folder.exists():
        raise BackupError(f"{folder} exists already. Name a new folder for this backup.")
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, mode=0o700)
    keys = media_keys()
    path, rows = snapshot.take(db.engine, partial)
    keys |= media_keys()
    manifest = Manifest(
        clock.to_wire(clock.now()),
        metadata.version("pathfolio"),
        db.engine.dialect.name,
        revision(),
    )
    manifest.rows = rows
    manifest.files[path.name] = copied(path)
    for name in KEPT_FILES:
        source = current().data / name
        if source.exists():
            manifest.files[f"data/{name}"] = copy_hashed(pieces_of(source), partial / "data" / name)
    missing = copy_media(sorted(keys), partial, manifest)
    manifest.write(partial)
    partial.rename(folder)
    say(f"Backed up {rows.get('record', 0)} records and {len(manifest.files)} files to {folder}.")
    if missing:
        say(
            f"{missing} stored files that the database names are not there: run `pathfolio verify`."
        )
    return manifest


def copied(path: Path) -> list[str | int]:
    """What the manifest says of a file that is in the backup already."""
    from pathfolio.backup.manifest import hash_file

    return [hash_file(path), path.stat().st_size]


def media_keys() -> set[str]:
    """The keys of all stored originals and of what was made from them."""
    with read() as session:
        originals = session.scalars(select(Upload.key).where(Upload.state != "open")).all()
    ends = ("", ".clean", *(f".{size}.{end}" for size, end in SUFFIX.items()))
    return {f"{key}{end}" for key in originals for end in ends}


def copy_media(keys: list[str], folder: Path, manifest: Manifest) -> int:
    """Copies every object there is; returns how many originals are missing."""
    missing = 0
    for key in keys:
        try:
            pieces: Iterator[bytes] = store().read(key)
            manifest.files[f"media/{key}"] = copy_hashed(pieces, folder / "media" / key)
        except NoSuchObjectError:
            missing += "." not in key
    return missing


def put(folder: Path, say: Say) -> None:
    """Restores a backup into this installation's empty data folder and database, and begins a new epoch.

    Raises BackupError and changes nothing when the backup is damaged or the place is not empty.
    """
    manifest = Manifest.read(folder)
    if damaged := list(manifest.damaged(folder)):
        shown = ", ".join(damaged[:5])
        raise BackupError(
            f"The backup is damaged ({len(damaged)} files, such as {shown}). Use another one."
        )
    database = next(name for name in manifest.files if name in snapshot.NAMES.values())
    rows = snapshot.put(db.engine, folder / database)
    if wrong := {name: count for name, count in manifest.rows.items() if rows.get(name) != count}:
        raise BackupError(
            f"The database did not take all rows of {', '.join(wrong)}. Empty it and try again."
        )
    for name in manifest.files:
        if name.startswith("media/"):
            store().put(name.removeprefix("media/"), folder / name, mime="application/octet-stream")
    say(
        f"Restored {rows.get('record', 0)} records and {len(manifest.files)} files; every hash and count fits."
    )
