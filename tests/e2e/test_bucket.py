"""A phone sends its files straight into the school's bucket, a real S3 server of another origin."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Response, Route, expect

from pathfolio_media import s3_setup
from pathfolio_media.s3 import S3Store
from pathfolio_media.s3_signing import HASH
from pathfolio_media.store import Part
from tests.e2e.conftest import Open, Paint
from tests.e2e.noise import large_photo
from tests.e2e.visitor import SLOW, Network, Visitor
from tests.support.databases import SqliteDatabases
from tests.support.proxy import Link, link
from tests.support.rgw import Rgw
from tests.support.running import Running, running
from tests.support.small_school import prepare

SILENT = re.compile(r"blocked by CORS policy|status of 403")


@pytest.fixture
def road(s3_server: Rgw) -> Iterator[Link]:
    """What lies between the browsers and the bucket; the school reaches it by itself."""
    with link(s3_server.port) as relay:
        yield relay


@pytest.fixture
def bucket(s3_server: Rgw, road: Link, tmp_path: Path) -> S3Store:
    return S3Store(replace(s3_server.bucket(), public=public(road)), tmp_path / "bucket")


@pytest.fixture
def server(
    sqlite_databases: SqliteDatabases,
    bucket: S3Store,
    tmp_path: Path,
    client: Path,
) -> Iterator[Running]:
    """The small school, whose files lie in a bucket."""
    url = sqlite_databases.fresh(prepare)
    there = Rgw.settings(bucket.bucket) | {"client": str(client)}
    settings = {f"PATHFOLIO_{name.upper()}": value for name, value in there.items()}
    with running(url, tmp_path / "data", **settings) as started:
        yield started
    sqlite_databases.drop(url)


@pytest.fixture
def unexpected(visit: Open, network: Network, road: Link) -> Visitor:
    """Maya, whose browser the bucket does not let in yet."""
    network.also.append(public(road))
    return visit("maya")


@pytest.fixture
def maya(unexpected: Visitor, bucket: S3Store) -> Visitor:
    s3_setup.allow(bucket, [unexpected.origin])
    unexpected.all_is_safe()
    return unexpected


def public(road: Link) -> str:
    return f"http://127.0.0.1:{road.port}"


def originals(bucket: S3Store) -> set[str]:
    """Hashes of what lies in the bucket."""
    keys = [each.key for each in bucket.found() if "." not in each.key]
    return {hashlib.sha256(b"".join(bucket.read(key))).hexdigest() for key in keys}


def sent_parts(visitor: Visitor, road: Link) -> Counter[str]:
    """Counts from now on how often the bucket took each part from this browser."""
    taken: Counter[str] = Counter()

    def note(answer: Response) -> None:
        if answer.url.startswith(public(road)) and answer.request.method == "PUT" and answer.ok:
            taken[parse_qs(urlsplit(answer.url).query)["partNumber"][0]] += 1

    visitor.context.on("response", note)
    return taken


def test_a_photo_taken_offline_goes_straight_into_the_bucket_and_is_shown_from_it(
    maya: Visitor, visit: Open, bucket: S3Store, road: Link, photo: Paint
) -> None:
    network, taken = maya.network, photo("wood")
    network.cut()
    maya.choose_photos([taken])
    maya.has_custody("device")
    parts = sent_parts(maya, road)
    network.mend()
    maya.has_custody("safe")
    assert parts == {"1": 1}
    assert originals(bucket) == {hashlib.sha256(taken.read_bytes()).hexdigest()}
    other = visit("maya")
    picture = other.page.get_by_role("main").get_by_role("img").first
    expect(picture).to_have_js_property("naturalWidth", 320, timeout=2 * SLOW)


def test_an_address_that_ended_is_asked_for_anew_and_no_part_is_sent_twice(
    maya: Visitor, bucket: S3Store, road: Link, tmp_path: Path
) -> None:
    parts, ended = sent_parts(maya, road), list[str]()

    def end_the_second(route: Route) -> None:
        n = int(parse_qs(urlsplit(route.request.url).query)["partNumber"][0])
        if n != 2 or len(ended) > 1:
            route.continue_()
            return
        ended.append(route.request.url)
        route.continue_(url=ended_address(bucket, route, n))

    maya.context.route(re.compile(re.escape(public(road))), end_the_second)
    large = large_photo(tmp_path)
    maya.choose_photos([large])
    maya.has_custody("safe")
    assert len(ended) == 2
    assert parts == {"1": 1, "2": 1, "3": 1}
    assert originals(bucket) == {hashlib.sha256(large.read_bytes()).hexdigest()}
    maya.complaints[:] = [line for line in maya.complaints if not SILENT.search(line)]


def ended_address(bucket: S3Store, route: Route, n: int) -> str:
    """The same part of the same upload, signed by the school itself, until a minute ago."""
    asked = urlsplit(route.request.url)
    handle = parse_qs(asked.query)["uploadId"][0]
    key = asked.path.removeprefix(f"/{bucket.bucket.name}/")
    past, part = datetime.now(UTC) - timedelta(minutes=1), Part(n, bucket.part_floor)
    return bucket.sign_part(key, handle, part, route.request.headers[HASH], past).url


def test_a_bucket_that_pages_may_not_reach_is_said_and_tried_again(
    unexpected: Visitor, bucket: S3Store, photo: Paint
) -> None:
    maya = unexpected
    maya.all_is_safe()
    maya.choose_photos([photo("wood")])
    maya.go("safe")
    maya.sees(re.compile("storage for files can.t be reached from here"))
    s3_setup.allow(bucket, [maya.origin])
    maya.button("Try to send now").click()
    maya.sees("Yes. Everything here is at school.")
    assert len(originals(bucket)) == 1
    assert any(SILENT.search(line) for line in maya.complaints)
    maya.complaints[:] = [line for line in maya.complaints if not SILENT.search(line)]
