"""The store on a local folder.

    objects/{key}                    whole files
    parts/{key}.{handle}/{n}         verified parts of an unfinished upload
    tmp/                             what is being written

A part appears under its number only when its bytes were hashed, counted and flushed; an object appears by one
rename. So a crash at any instant leaves either the old state or the new one, and a stray file in tmp/.
"""

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from pathfolio_media.files import copy_into, flush, flush_folder, make_folder, new_file
from pathfolio_media.signing import Signer
from pathfolio_media.store import (
    AlreadyStoredError,
    Found,
    LostSessionError,
    NoSuchObjectError,
    Part,
    SignedRequest,
    StoreError,
    Unfinished,
    WrongBytesError,
    check_key,
)

PIECE = 1 << 20


class DiskStore:
    """Keeps files below `root`; the app itself serves its signed addresses below `base`."""

    part_floor = 1

    def __init__(
        self, root: Path, signer: Signer, *, base: str = "/media", origin: str = ""
    ) -> None:
        """`origin`: where objects are fetched from, when not from the app's own address."""
        self.root = root
        self._signer = signer
        self._base = base
        self._origin = origin
        for name in ("objects", "parts", "tmp"):
            make_folder(root / name)

    # ---- unfinished uploads

    def begin(self, key: str) -> str:
        if self._object(key).exists():
            raise AlreadyStoredError(key)
        handle = secrets.token_hex(8)
        folder = self._session(key, handle)
        make_folder(folder)
        return handle

    def sign_part(
        self, key: str, handle: str, part: Part, sha256: str, expires: datetime
    ) -> SignedRequest:
        path = f"{self._base}/parts/{check_key(key)}/{part.n}"
        fields = {"handle": handle, "size": str(part.size), "sha256": sha256}
        query = self._signer.query("PUT", path, fields, expires)
        return SignedRequest("PUT", f"{path}?{query}", {"Content-Type": "application/octet-stream"})

    def take_part(
        self, key: str, handle: str, part: Part, sha256: str, body: Iterable[bytes]
    ) -> None:
        """Writes the body of a PUT to a signed address, if it is what was signed.

        Raises:
            LostSessionError: the session is gone.
            WrongBytesError: length or hash differ; nothing is kept.
        """
        folder = self._session(key, handle)
        if not folder.is_dir():
            raise LostSessionError(key)
        with new_file(self.root / "tmp") as (temporary, out):
            _write_checked(out, body, part.size, sha256)
            flush(out)
            try:
                temporary.rename(folder / str(part.n))
                flush_folder(folder)
            except FileNotFoundError:  # aborted or completed meanwhile
                raise LostSessionError(key) from None

    def parts(self, key: str, handle: str) -> list[Part]:
        try:
            files = list(self._session(key, handle).iterdir())
        except FileNotFoundError:
            raise LostSessionError(key) from None
        return sorted((Part(int(f.name), f.stat().st_size) for f in files), key=lambda part: part.n)

    def complete(self, key: str, handle: str, count: int) -> None:
        folder, target = self._session(key, handle), self._object(key)
        if not folder.is_dir():
            if target.exists():
                return
            raise LostSessionError(key)
        if not target.exists():
            self._join([folder / str(n) for n in range(1, count + 1)], target)
        self._forget(folder)

    def abort(self, key: str, handle: str) -> None:
        self._forget(self._session(key, handle))

    def unfinished(self) -> Iterator[Unfinished]:
        base = self.root / "parts"
        for folder in base.glob("*/*/*"):
            key, handle = str(folder.relative_to(base)).rsplit(".", 1)
            yield Unfinished(key, handle, _time(folder))

    def sweep(self, before: datetime) -> int:
        stale = [path for path in (self.root / "tmp").iterdir() if _time(path) < before]
        for path in stale:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        return len(stale)

    # ---- whole objects

    def put(self, key: str, source: Path, *, mime: str) -> None:  # noqa: ARG002 -- S3 stores the type
        target = self._object(key)
        make_folder(target.parent)
        with new_file(self.root / "tmp") as (temporary, out):
            copy_into(out, source)
            flush(out)
            temporary.replace(target)
        flush_folder(target.parent)

    def size(self, key: str) -> int | None:
        try:
            return self._object(key).stat().st_size
        except FileNotFoundError:
            return None

    def read(self, key: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        try:
            file = self._object(key).open("rb")
        except FileNotFoundError:
            raise NoSuchObjectError(key) from None
        return _pieces(file, start, length)

    @contextmanager
    def local(self, key: str) -> Iterator[Path]:
        path = self._object(key)
        if not path.is_file():
            raise NoSuchObjectError(key)
        yield path

    def sign_get(self, key: str, *, mime: str, filename: str | None, expires: datetime) -> str:
        path = f"{self._base}/files/{check_key(key)}"
        fields = {"mime": mime} | ({"name": filename} if filename else {})
        return f"{self._origin}{path}?{self._signer.query('GET', path, fields, expires)}"

    def delete(self, key: str) -> None:
        self._object(key).unlink(missing_ok=True)

    def found(self, prefix: str = "") -> Iterator[Found]:
        base = self.root / "objects"
        for path in base.glob("*/*/*"):
            key = str(path.relative_to(base))
            if key.startswith(prefix):
                yield Found(key, path.stat().st_size, _time(path))

    # ---- inside

    def _object(self, key: str) -> Path:
        return self.root / "objects" / check_key(key)

    def _session(self, key: str, handle: str) -> Path:
        if not handle.isalnum():
            raise LostSessionError(key)
        return self.root / "parts" / f"{check_key(key)}.{handle}"

    def _join(self, parts: list[Path], target: Path) -> None:
        missing = [path.name for path in parts if not path.is_file()]
        if missing:
            raise StoreError(f"parts missing: {', '.join(missing)}")
        make_folder(target.parent)
        if len(parts) == 1:
            # Most photos are one part, flushed already: the object is that very file, not a copy. A link,
            # unlike a rename, leaves the part in place for a repeated call after a crash right here.
            _link(parts[0], target)
        else:
            with new_file(self.root / "tmp") as (temporary, out):
                for path in parts:
                    copy_into(out, path)
                flush(out)
                _link(temporary, target)
        flush_folder(target.parent)

    def _forget(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)


def _link(source: Path, target: Path) -> None:
    """Gives `source` a second name unless the target exists (never overwrites, unlike a rename)."""
    try:
        os.link(source, target)
    except FileExistsError:
        return


def _write_checked(out: BinaryIO, body: Iterable[bytes], size: int, sha256: str) -> None:
    digest, count = hashlib.sha256(), 0
    for piece in body:
        count += len(piece)
        if count > size:
            raise WrongBytesError("more bytes than signed for")
        digest.update(piece)
        out.write(piece)
    if count != size:
        raise WrongBytesError("fewer bytes than signed for")
    if digest.hexdigest() != sha256:
        raise WrongBytesError("other bytes than signed for")


def _pieces(file: BinaryIO, start: int, length: int | None) -> Iterator[bytes]:
    with file:
        file.seek(start)
        left = length
        while left is None or left > 0:
            piece = file.read(PIECE if left is None else min(PIECE, left))
            if not piece:
                return
            left = None if left is None else left - len(piece)
            yield piece


def _time(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
