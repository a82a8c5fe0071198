"""What is particular to the disk store: crashes leave nothing half done, and files are private."""

import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pathfolio_media.disk import DiskStore
from pathfolio_media.signing import Signer
from pathfolio_media.store import Part, WrongBytesError

KEY = "aaaaaaaaaaaaaaaaaaaaaaaaaa/2026/bbbbbbbbbbbbbbbbbbbbbbbbbb-ccccccccccccc"


@pytest.fixture
def store(tmp_path: Path) -> DiskStore:
    return DiskStore(tmp_path, Signer(b"a secret of enough bytes"))


def take(store: DiskStore, handle: str, n: int, body: bytes) -> None:
    store.take_part(KEY, handle, Part(n, len(body)), hashlib.sha256(body).hexdigest(), [body])


def test_refused_bytes_leave_no_file(store: DiskStore) -> None:
    handle = store.begin(KEY)
    with pytest.raises(WrongBytesError):
        store.take_part(KEY, handle, Part(1, 4), hashlib.sha256(b"good").hexdigest(), [b"evil"])
    assert [path for path in store.root.rglob("*") if path.is_file()] == []


def test_a_body_that_breaks_off_leaves_no_file(store: DiskStore) -> None:
    def body() -> "list[bytes]":
        raise ConnectionResetError

    handle = store.begin(KEY)
    with pytest.raises(ConnectionResetError):
        store.take_part(KEY, handle, Part(1, 4), "0" * 64, (piece for piece in body()))
    assert [path for path in store.root.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("crash_at", ["link", "rmtree"])
def test_completion_survives_a_crash_at_any_step(
    store: DiskStore, monkeypatch: pytest.MonkeyPatch, crash_at: str
) -> None:
    handle = store.begin(KEY)
    take(store, handle, 1, b"first ")
    take(store, handle, 2, b"second")
    with monkeypatch.context() as broken:
        target = "os.link" if crash_at == "link" else "shutil.rmtree"
        broken.setattr(target, lambda *_args, **_options: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            store.complete(KEY, handle, 2)
    store.complete(KEY, handle, 2)
    assert b"".join(store.read(KEY)) == b"first second"
    assert list(store.unfinished()) == []


def test_files_are_readable_by_the_server_only(store: DiskStore) -> None:
    handle = store.begin(KEY)
    take(store, handle, 1, b"private")
    store.complete(KEY, handle, 1)
    assert (store.root / "objects" / KEY).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("trap", ["link", "pipe"])
def test_a_rendition_that_is_no_plain_file_is_not_taken(
    store: DiskStore, tmp_path: Path, trap: str
) -> None:
    """A decoder that was taken over may leave anything in its folder, such as a link to the school's secrets."""
    secret, source = tmp_path / "key", tmp_path / "w320.webp"
    secret.write_bytes(b"secret")
    if trap == "link":
        source.symlink_to(secret)
    else:
        os.mkfifo(source)
    with pytest.raises(OSError, match=r"plain file|symbolic link"):
        store.put(f"{KEY}.w320.webp", source, mime="image/webp")
    assert store.size(f"{KEY}.w320.webp") is None


def test_old_leftovers_are_swept_and_young_ones_stay(store: DiskStore) -> None:
    old, young = store.root / "tmp" / "old", store.root / "tmp" / "young"
    for path in (old, young):
        path.write_bytes(b"half")
    renditions = store.root / "tmp" / "render-of-a-killed-worker"
    renditions.mkdir()
    (renditions / "w320.webp").write_bytes(b"half")
    yesterday = (datetime.now(UTC) - timedelta(days=2)).timestamp()
    for path in (old, renditions):
        os.utime(path, (yesterday, yesterday))
    assert store.sweep(datetime.now(UTC) - timedelta(days=1)) == 2
    assert [path.name for path in (store.root / "tmp").iterdir()] == ["young"]


def test_a_weak_secret_signs_nothing() -> None:
    with pytest.raises(ValueError, match="at least 16 bytes"):
        Signer(b"short")
