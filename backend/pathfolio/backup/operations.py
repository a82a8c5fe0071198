"""Taking a backup while serving, and putting one back with a count-and-hash check."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from sqlalchemy import select, update

from pathfolio import clock, migrations
from pathfolio.backup import snapshot
from pathfolio.backup.manifest import BackupError, Manifest, copy_hashed, hash_file, pieces_of
from pathfolio.db import db, read, run_write
from pathfolio.settings import Settings, current
from pathfolio.syncing import epochs, erase, ledger, rebuild
from pathfolio.syncing.highwater import durable_write
from pathfolio.uploads.models import KEPT, OPEN, Upload
from pathfolio.uploads.storage import chosen_place, store, stores
from pathfolio_media.files import flush_folder, flush_tree, make_folder
from pathfolio_media.render import SUFFIX
from pathfolio_media.store import NoSuchObjectError

KEY, LEDGER = "secrets/key", ledger.NAME
KEPT_FILES = (KEY, LEDGER)
Say = Callable[[str], None]


@dataclass(frozen=True)
class Original:
    """`upload`: school, person, id. `certain`: somebody was told that the file is safe."""

    upload: tuple[str, str, str]
    certain: bool


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
    try:
        manifest, missing = _fill(partial)
        flush_tree(partial)
        partial.rename(folder)
    except BaseException:
        # Half a backup is worth nothing, and may be what fills the disk.
        shutil.rmtree(partial, ignore_errors=True)
        raise
    flush_folder(folder.parent)
    rows = manifest.rows.get("record", 0)
    say(f"Backed up {rows} records and {len(manifest.files)} files to {folder}.")
    if missing:
        say(
            f"{missing} stored files that the database names are not there: run `pathfolio verify`."
        )
    return manifest


def _fill(partial: Path) -> tuple[Manifest, int]:
    """Copies everything; the manifest, and how many originals are missing."""
    originals = stored_originals()
    path, rows = snapshot.take(db.engine, partial)
    originals |= stored_originals()
    with db.engine.connect() as connection:
        revision = migrations.version(connection) or ""
    manifest = Manifest(
        clock.to_wire(clock.now()), metadata.version("pathfolio"), db.engine.dialect.name, revision
    )
    manifest.rows = rows
    manifest.files[path.name] = [hash_file(path), path.stat().st_size]
    for name in KEPT_FILES:
        source = current().data / name
        if source.exists():
            manifest.files[f"data/{name}"] = copy_hashed(pieces_of(source), partial / "data" / name)
    missing = copy_media(originals, partial, manifest)
    manifest.write(partial)
    return manifest, missing


def stored_originals() -> dict[str, Original]:
    """Key of each original in the store -> the upload that names it, and whether it must be there."""
    with read() as session:
        rows = session.scalars(select(Upload).where(Upload.state != OPEN))
        return {
            row.key: Original((row.school, row.person, row.id), row.state in KEPT) for row in rows
        }


def copy_media(originals: dict[str, Original], folder: Path, manifest: Manifest) -> int:
    """Copies every object there is, and what was made from it; returns how many originals are missing."""
    missing = 0
    ends = (".clean", *(f".{size}.{end}" for size, end in SUFFIX.items()))
    for key, original in sorted(originals.items()):
        for end in ("", *ends):
            pieces = find(key, end, original)
            if pieces is not None:
                name = f"media/{key}{end}"
                manifest.files[name] = copy_hashed(pieces, folder / name)
            elif not end and original.certain:
                missing += 1
    return missing


def find(key: str, end: str, original: Original) -> Iterator[bytes] | None:
    """The bytes, also where the same file of somebody else has taken over since the snapshot, or it was moved."""
    with read() as session:
        row = session.get(Upload, original.upload)
    now = row.key if row is not None else key
    for name in dict.fromkeys((key, now)):
        for each in stores().values():
            with contextlib.suppress(NoSuchObjectError):
                return each.read(f"{name}{end}")
    return None


def check(folder: Path, chosen: Settings) -> Manifest:
    """Is the backup whole, and the place for it empty and of its kind? Looks only; raises BackupError."""
    manifest = Manifest.read(folder)
    if damaged := list(manifest.damaged(folder)):
        shown = ", ".join(damaged[:5])
        raise BackupError(
            f"The backup is damaged ({len(damaged)} files, such as {shown}). Use another one."
        )
    if chosen.data.exists() and any(chosen.data.iterdir()):
        raise BackupError(
            f"{chosen.data} is not empty. Move it away, or set PATHFOLIO_DATA to a new folder."
        )
    if manifest.revision not in migrations.versions():
        raise BackupError(
            f"The backup was made by a newer Pathfolio ({manifest.version}). Restore it with that version."
        )
    snapshot.check(chosen.url(), manifest.database)
    return manifest


def put_files(chosen: Settings, folder: Path, newer_ledger: Path | None = None) -> None:
    """Puts the key and the ledger of erasures into the empty data folder, before the application starts on it.

    Raises BackupError and changes nothing when `check` finds something.
    """
    manifest, data = check(folder, chosen), chosen.data
    for name in KEPT_FILES:
        if f"data/{name}" in manifest.files:
            target = data / name
            make_folder(target.parent, 0o700)
            copy_hashed(pieces_of(folder / "data" / name), target)
            target.chmod(0o600)
            flush_folder(target.parent)
    if newer_ledger is not None:
        make_folder(data, 0o700)
        join_ledgers(data / LEDGER, newer_ledger)


def join_ledgers(kept: Path, newer: Path) -> None:
    """All lines of both: nobody who was erased comes back, whichever file is the newer one."""
    lines = [
        *(kept.read_text("ascii").splitlines() if kept.exists() else []),
        *newer.read_text("ascii").splitlines(),
    ]
    durable_write(kept, "".join(f"{line}\n" for line in dict.fromkeys(lines)))


def put_media(manifest: Manifest, folder: Path) -> int:
    """Puts all files where new ones go today, wherever they were before; how many."""
    place, media = chosen_place(), [name for name in manifest.files if name.startswith("media/")]
    for name in media:
        store(place).put(
            name.removeprefix("media/"), folder / name, mime="application/octet-stream"
        )
    run_write(lambda session: session.execute(update(Upload).values(place=place)))
    return len(media)


def put(folder: Path, say: Say) -> None:
    """Fills the empty database and store, brings the tables up to date, erases again, begins a new epoch.

    Raises BackupError.
    """
    manifest = Manifest.read(folder)
    name = next(name for name in manifest.files if name in snapshot.NAMES.values())
    rows = snapshot.put(db.engine, folder / name)
    if wrong := [table for table, count in manifest.rows.items() if rows.get(table) != count]:
        raise BackupError(
            f"The database did not take all rows of {', '.join(wrong)}. Empty it and try again."
        )
    migrations.upgrade()
    media = put_media(manifest, folder)
    rebuild.all_schools()
    erased = erase.reapply()
    run_write(lambda session: epochs.begin(session, "restored"))
    say(f"Restored {rows.get('record', 0)} records and {media} files; every hash and count fits.")
    if erased:
        say(f"Erased {erased} records again, as the ledger says.")
    say("A new epoch began: devices will offer what is newer than this backup.")
