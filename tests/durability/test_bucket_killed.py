"""Kill -9 of app, worker and bucket in the middle of an upload: the file arrives whole, no part is sent twice."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from pathfolio import ids
from pathfolio_media.s3 import S3Store
from tests.commands.served import until
from tests.durability.remote import Json, LostError, Remote, sha
from tests.support import proxy
from tests.support.databases import SqliteDatabases
from tests.support.rgw import Rgw
from tests.support.running import Running, running
from tests.support.small_school import prepare

PARTS = 4
BYTES_PER_SECOND = 4_000_000
VIDEO = ("application/octet-stream", "file")


@dataclass
class Phone(Remote):
    """Counts how often each part was taken; while the bytes of part n are on their way, `strikes[n]` happens."""

    taken: Counter[int] = field(default_factory=Counter)
    strikes: dict[int, Callable[[], None]] = field(default_factory=dict)

    def send_elsewhere(self, where: Json, piece: bytes) -> None:
        n = where["n"]
        strike = threading.Timer(0.3, self.strikes.pop(n, lambda: None))
        strike.start()
        try:
            super().send_elsewhere(where, piece)
            self.taken[n] += 1
        finally:
            strike.join()


@pytest.fixture
def school(
    sqlite_databases: SqliteDatabases, s3_server: Rgw, tmp_path: Path
) -> Iterator[tuple[Running, S3Store]]:
    """A running school, and its bucket, which phones reach over a road that takes its time."""
    url = sqlite_databases.fresh(prepare)
    with proxy.link(s3_server.port) as road:
        road.slow(BYTES_PER_SECOND)
        bucket = replace(s3_server.bucket(), public=f"http://127.0.0.1:{road.port}")
        there = Rgw.settings(bucket)
        settings = {f"PATHFOLIO_{name.upper()}": value for name, value in there.items()}
        with running(url, tmp_path / "data", **settings) as server:
            yield server, S3Store(bucket, tmp_path / "bucket")
    sqlite_databases.drop(url)


def test_a_file_gets_through_while_everything_is_killed_and_no_part_goes_twice(
    school: tuple[Running, S3Store], s3_server: Rgw
) -> None:
    server, bucket = school
    phone = Phone(server.port)
    phone.sign_in("maya")
    phone.strikes = {2: lambda: server.kill("web"), 3: s3_server.kill_gateway}
    video, upload = os.urandom((PARTS - 1) * bucket.part_floor + 12_345), ids.new_id()
    lost = 0
    while True:
        try:
            phone.send_file(video, upload, kind=VIDEO)
            break
        except LostError:
            lost += 1
            assert lost < 10
            bring_back(server, s3_server)
    assert lost >= 2
    until(lambda: "verifying" not in phone.states([upload]).values() or is_read(bucket), "begun")
    server.kill("worker")
    server.start()
    phone.wait_until_verified([upload], 90)
    assert phone.taken == dict.fromkeys(range(1, PARTS + 1), 1)
    (key,) = [each.key for each in bucket.found()]
    assert sha(b"".join(bucket.read(key))) == sha(video)
    assert phone.failures == []


def is_read(bucket: S3Store) -> bool:
    """The worker has joined the parts, and is at the hash of the whole."""
    return any(bucket.found())


def bring_back(server: Running, s3_server: Rgw) -> None:
    if "rgw" not in s3_server.running:
        s3_server.start_gateway()
    server.start()
