"""What every store must keep to: nothing but the bytes that were signed, nothing lost, nothing overwritten."""

import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pathfolio_media.store import (
    AlreadyStoredError,
    LostSessionError,
    NoSuchObjectError,
    Part,
    StoreError,
    WrongBytesError,
)
from tests.media.conftest import Bench

KEY = "aaaaaaaaaaaaaaaaaaaaaaaaaa/2026/bbbbbbbbbbbbbbbbbbbbbbbbbb-ccccccccccccc"
OTHER = KEY.replace("bbb", "ddd")


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=5)


def sha(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def send(bench: Bench, handle: str, n: int, body: bytes, key: str = KEY) -> int:
    signed = bench.store.sign_part(key, handle, Part(n, len(body)), sha(body), soon())
    return bench.send(signed, body)


def whole(bench: Bench, *bodies: bytes, key: str = KEY) -> None:
    handle = bench.store.begin(key)
    for n, body in enumerate(bodies, 1):
        assert send(bench, handle, n, body, key) == 200
    bench.store.complete(key, handle, len(bodies))


def read(bench: Bench, key: str = KEY) -> bytes:
    return b"".join(bench.store.read(key))


def test_parts_become_one_object_whatever_order_they_come_in(bench: Bench) -> None:
    first, last = os.urandom(max(bench.store.part_floor, 70_000)), b"the end"
    handle = bench.store.begin(KEY)
    assert send(bench, handle, 2, last) == 200
    assert send(bench, handle, 1, first) == 200
    assert bench.store.parts(KEY, handle) == [Part(1, len(first)), Part(2, len(last))]
    bench.store.complete(KEY, handle, 2)
    assert read(bench) == first + last
    assert bench.store.size(KEY) == len(first + last)


def test_completing_twice_changes_nothing(bench: Bench) -> None:
    handle = bench.store.begin(KEY)
    send(bench, handle, 1, b"once")
    bench.store.complete(KEY, handle, 1)
    bench.store.complete(KEY, handle, 1)
    assert read(bench) == b"once"


def test_a_part_may_be_sent_again(bench: Bench) -> None:
    handle = bench.store.begin(KEY)
    assert send(bench, handle, 1, b"same") == 200
    assert send(bench, handle, 1, b"same") == 200
    assert bench.store.parts(KEY, handle) == [Part(1, 4)]


@pytest.mark.parametrize("body", [b"evil bytes", b"good byte", b"good bytes and more", b""])
def test_other_bytes_than_signed_are_refused_and_not_kept(bench: Bench, body: bytes) -> None:
    handle = bench.store.begin(KEY)
    signed = bench.store.sign_part(KEY, handle, Part(1, 10), sha(b"good bytes"), soon())
    assert bench.send(signed, body) in (400, 403, 411)
    assert bench.store.parts(KEY, handle) == []


def test_a_part_that_came_to_the_server_itself_is_kept_if_it_is_whole(bench: Bench) -> None:
    handle, part = bench.store.begin(KEY), Part(1, 4)
    for body in ([b"da", b"tb"], [b"dat"], [b"data", b"more"]):
        with pytest.raises(WrongBytesError):
            bench.store.take_part(KEY, handle, part, sha(b"data"), body)
    assert bench.store.parts(KEY, handle) == []
    bench.store.take_part(KEY, handle, part, sha(b"data"), [b"da", b"ta"])
    bench.store.complete(KEY, handle, 1)
    assert read(bench) == b"data"
    with pytest.raises(LostSessionError):
        bench.store.take_part(KEY, handle, part, sha(b"data"), [b"data"])


def test_an_address_ends(bench: Bench) -> None:
    handle = bench.store.begin(KEY)
    past = datetime.now(UTC) - timedelta(seconds=2)
    signed = bench.store.sign_part(KEY, handle, Part(1, 4), sha(b"late"), past)
    assert bench.send(signed, b"late") == 403
    assert bench.store.parts(KEY, handle) == []


def test_a_changed_address_is_refused(bench: Bench) -> None:
    handle = bench.store.begin(KEY)
    signed = bench.store.sign_part(KEY, handle, Part(1, 4), sha(b"data"), soon())
    for old, new in bench.forgeries:
        assert old in signed.url
        forged = type(signed)(signed.method, signed.url.replace(old, new, 1), signed.headers)
        assert bench.send(forged, b"data") == 403
    assert bench.store.parts(KEY, handle) == []


def test_an_object_is_never_overwritten(bench: Bench) -> None:
    whole(bench, b"the original")
    with pytest.raises(AlreadyStoredError):
        bench.store.begin(KEY)
    assert read(bench) == b"the original"


def test_an_address_of_a_finished_upload_changes_nothing(bench: Bench) -> None:
    handle = bench.store.begin(KEY)
    signed = bench.store.sign_part(KEY, handle, Part(1, 4), sha(b"kept"), soon())
    bench.send(signed, b"kept")
    bench.store.complete(KEY, handle, 1)
    assert bench.send(signed, b"kept") == 404
    assert read(bench) == b"kept"


def test_a_missing_part_stops_completion(bench: Bench) -> None:
    handle = bench.store.begin(KEY)
    send(bench, handle, 2, b"second")
    with pytest.raises(StoreError):
        bench.store.complete(KEY, handle, 2)
    assert bench.store.size(KEY) is None


def test_a_lost_session_is_told(bench: Bench) -> None:
    handle = bench.store.begin(KEY)
    signed = bench.store.sign_part(KEY, handle, Part(1, 4), sha(b"data"), soon())
    bench.store.abort(KEY, handle)
    bench.store.abort(KEY, handle)
    assert bench.send(signed, b"data") == 404
    with pytest.raises(LostSessionError):
        bench.store.parts(KEY, handle)
    with pytest.raises(LostSessionError):
        bench.store.complete(KEY, handle, 1)


def test_a_session_can_be_begun_anew_and_the_old_one_stays_apart(bench: Bench) -> None:
    old, new = bench.store.begin(KEY), bench.store.begin(KEY)
    send(bench, old, 1, b"old")
    assert bench.store.parts(KEY, new) == []
    assert {(each.key, each.handle) for each in bench.store.unfinished()} == {
        (KEY, old),
        (KEY, new),
    }


def test_reading_starts_and_stops_where_asked(bench: Bench) -> None:
    whole(bench, b"0123456789")
    assert b"".join(bench.store.read(KEY, 3)) == b"3456789"
    assert b"".join(bench.store.read(KEY, 3, 4)) == b"3456"
    with bench.store.local(KEY) as path:
        assert path.read_bytes() == b"0123456789"


def test_what_is_not_there_is_told(bench: Bench) -> None:
    assert bench.store.size(KEY) is None
    with pytest.raises(NoSuchObjectError):
        list(bench.store.read(KEY))
    with pytest.raises(NoSuchObjectError), bench.store.local(KEY):
        pass
    bench.store.delete(KEY)


def test_a_file_of_the_server_is_stored_replaced_and_deleted(bench: Bench, tmp_path: Path) -> None:
    source = tmp_path / "rendition"
    for body in (b"first", b"second"):
        source.write_bytes(body)
        bench.store.put(f"{KEY}.w320.webp", source, mime="image/webp")
        assert read(bench, f"{KEY}.w320.webp") == body
    bench.store.delete(f"{KEY}.w320.webp")
    assert bench.store.size(f"{KEY}.w320.webp") is None


def test_objects_are_listed_by_school(bench: Bench) -> None:
    whole(bench, b"mine")
    whole(bench, b"theirs", key=OTHER.replace("aaa", "eee"))
    assert {each.key for each in bench.store.found()} == {KEY, OTHER.replace("aaa", "eee")}
    (mine,) = bench.store.found(KEY[:26])
    assert (mine.key, mine.size) == (KEY, 4)
    assert abs(datetime.now(UTC) - mine.modified) < timedelta(minutes=1)


@pytest.mark.parametrize(
    "key", ["../../etc/passwd", "a/2026/../b", "/a/2026/b", "a/2026/b\0", "a/2026/B", ""]
)
def test_a_key_that_could_leave_the_store_is_refused(bench: Bench, key: str) -> None:
    with pytest.raises(ValueError, match="not a storage key"):
        bench.store.size(key)


def test_a_file_is_fetched_whole_and_in_ranges(bench: Bench) -> None:
    whole(bench, b"0123456789")
    url = bench.store.sign_get(KEY, mime="image/png", filename=None, expires=soon())
    got = bench.fetch(url)
    assert (got.status, got.body) == (200, b"0123456789")
    assert got.headers["Content-Type"] == "image/png"
    for span, body, told in [
        ("bytes=2-4", b"234", "bytes 2-4/10"),
        ("bytes=7-", b"789", "bytes 7-9/10"),
        ("bytes=-2", b"89", "bytes 8-9/10"),
        ("bytes=8-99", b"89", "bytes 8-9/10"),
    ]:
        part = bench.fetch(url, span)
        assert (part.status, part.body, part.headers["Content-Range"]) == (206, body, told)
    beyond = bench.fetch(url, "bytes=10-")
    # How long the file is may be told with it (RFC 9110); Ceph does not.
    assert beyond.status == 416
    assert beyond.headers.get("Content-Range", "bytes */10") == "bytes */10"


def test_a_download_is_offered_as_a_file(bench: Bench) -> None:
    whole(bench, b"<script>")
    url = bench.store.sign_get(
        KEY, mime="application/octet-stream", filename="a.bin", expires=soon()
    )
    got = bench.fetch(url)
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert "a.bin" in got.headers["Content-Disposition"]


def test_an_address_to_fetch_ends_and_opens_nothing_else(bench: Bench) -> None:
    whole(bench, b"mine")
    whole(bench, b"other", key=OTHER)
    url = bench.store.sign_get(KEY, mime="image/png", filename=None, expires=soon())
    assert bench.fetch(url.replace(KEY, OTHER)).status == 403
    past = datetime.now(UTC) - timedelta(seconds=2)
    ended = bench.store.sign_get(KEY, mime="image/png", filename=None, expires=past)
    assert bench.fetch(ended).status == 403


def test_sweeping_leaves_everything_that_is_in_use(bench: Bench) -> None:
    whole(bench, b"kept", key=OTHER)
    handle = bench.store.begin(KEY)
    send(bench, handle, 1, b"part")
    bench.store.sweep(soon())
    assert bench.store.parts(KEY, handle) == [Part(1, 4)]
    assert read(bench, OTHER) == b"kept"
