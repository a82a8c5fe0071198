"""What only the S3 store promises: how a bucket is prepared, checked, and how it behaves when the server is gone."""

from __future__ import annotations

import json
import os
import re
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.credentials import ReadOnlyCredentials

from pathfolio_media import s3_answers, s3_setup
from pathfolio_media.s3 import S3Store
from pathfolio_media.s3_signing import sign
from pathfolio_media.store import StoreAwayError, StoreRefusesError
from tests.support import proxy
from tests.support.rgw import Rgw

KEY = "aaaaaaaaaaaaaaaaaaaaaaaaaa/2026/bbbbbbbbbbbbbbbbbbbbbbbbbb-ccccccccccccc"
PAGE = Path(__file__).parents[2] / "docs" / "storage.md"
PAGES = "https://portfolio.example.org"


@pytest.fixture
def store(s3_server: Rgw, tmp_path: Path) -> S3Store:
    return S3Store(s3_server.bucket(), tmp_path)


def test_a_prepared_bucket_keeps_every_rule(store: S3Store) -> None:
    s3_setup.allow(store, [PAGES])
    s3_setup.tidy(store, 40)
    broken = [each for each in s3_setup.selftest(store, PAGES) if not each.kept]
    assert broken == []
    assert list(store.found()) == []
    assert list(store.unfinished()) == []


def test_a_bucket_that_is_not_prepared_is_told_what_to_do(store: S3Store) -> None:
    broken = [each for each in s3_setup.selftest(store, PAGES) if not each.kept]
    assert [each.rule for each in broken] == [
        "lets the app's pages send and fetch (CORS)",
        "drops unfinished uploads some day (lifecycle)",
    ]
    assert all("pathfolio storage setup" in each.said for each in broken)


def test_a_bucket_that_anybody_may_read_is_told(store: S3Store) -> None:
    open_to_all = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "s3:GetObject",
                "Resource": f"arn:aws:s3:::{store.bucket.name}/*",
            }
        ],
    }
    store.client.put_bucket_policy(Bucket=store.bucket.name, Policy=json.dumps(open_to_all))
    broken = {each.rule: each.said for each in s3_setup.selftest(store, PAGES) if not each.kept}
    assert broken["shows nothing to whoever has no address"] == "answer 200"


def test_a_bucket_that_keeps_what_was_deleted_is_told(store: S3Store) -> None:
    store.client.put_bucket_versioning(
        Bucket=store.bucket.name, VersioningConfiguration={"Status": "Enabled"}
    )
    broken = {each.rule: each.said for each in s3_setup.selftest(store, PAGES) if not each.kept}
    assert "keeps old versions" in broken["forgets what is deleted (no old versions)"]


def test_the_rights_that_the_page_names_are_enough(
    store: S3Store, s3_server: Rgw, tmp_path: Path
) -> None:
    (named,) = re.findall(r"```json\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    policy = json.loads(named.replace("BUCKET", store.bucket.name))
    access, secret = s3_server.user("school")
    for each in policy["Statement"]:
        each["Principal"] = {"AWS": ["arn:aws:iam:::user/school"]}
    school = S3Store(replace(store.bucket, access_key=access, secret_key=secret), tmp_path)
    with pytest.raises(StoreRefusesError):
        school.begin(KEY)
    store.client.put_bucket_policy(Bucket=store.bucket.name, Policy=json.dumps(policy))
    s3_setup.allow(school, [PAGES])
    s3_setup.tidy(school, 60)
    assert [each for each in s3_setup.selftest(school, PAGES) if not each.kept] == []
    assert list(school.unfinished()) == []


def test_setting_up_again_leaves_other_rules_alone(store: S3Store) -> None:
    s3_setup.tidy(store, 40)
    others = s3_setup.life(store)
    others[0] |= {"ID": "somebody-elses", "Filter": {"Prefix": "logs/"}}
    store.client.put_bucket_lifecycle_configuration(
        Bucket=store.bucket.name,
        LifecycleConfiguration={"Rules": others},  # type: ignore[typeddict-item]
    )
    for days in (40, 50):
        s3_setup.tidy(store, days)
    assert {each["ID"] for each in s3_setup.life(store)} == {"somebody-elses", s3_setup.TIDY}


def test_a_bucket_that_is_not_there_is_told(store: S3Store, tmp_path: Path) -> None:
    lost = S3Store(replace(store.bucket, name="no-such-bucket"), tmp_path)
    with pytest.raises(StoreRefusesError, match="there is no bucket"):
        lost.begin(KEY)
    source = tmp_path / "file"
    source.write_bytes(b"1")
    with pytest.raises(StoreRefusesError, match="NoSuchBucket"):
        lost.put(KEY, source, mime="image/webp")


def test_a_server_that_is_gone_is_told(store: S3Store, tmp_path: Path) -> None:
    lost = S3Store(replace(store.bucket, endpoint="http://127.0.0.1:9"), tmp_path)
    with pytest.raises(StoreAwayError, match="out of reach"):
        lost.size(KEY)


def test_a_wrong_key_is_told(store: S3Store, tmp_path: Path) -> None:
    stranger = S3Store(replace(store.bucket, secret_key="not it"), tmp_path)
    with pytest.raises(StoreRefusesError, match="403"):
        stranger.begin(KEY)


def test_only_one_asks_a_server_that_was_silent(
    store: S3Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxy.link(int(store.bucket.endpoint.rsplit(":", 1)[1])) as link:
        through = S3Store(replace(store.bucket, endpoint=f"http://127.0.0.1:{link.port}"), tmp_path)
        link.cut()
        with pytest.raises(StoreAwayError, match="out of reach: "):
            through.size(KEY)
        link.mend()
        with pytest.raises(StoreAwayError, match="a moment ago"):
            through.size(KEY)
        passed = time.monotonic() + s3_answers.PAUSE_SECONDS
        monkeypatch.setattr("pathfolio_media.s3_answers.time.monotonic", lambda: passed)
        assert through.size(KEY) is None
        assert through.size(KEY) is None


def test_reading_goes_on_where_a_connection_broke(store: S3Store, tmp_path: Path) -> None:
    body, source = os.urandom(20 << 20), tmp_path / "long"
    source.write_bytes(body)
    store.put(KEY, source, mime="video/mp4")
    with proxy.link(int(store.bucket.endpoint.rsplit(":", 1)[1])) as link:
        through = replace(store.bucket, endpoint=f"http://127.0.0.1:{link.port}")
        pieces = S3Store(through, tmp_path).read(KEY)
        got = next(pieces)
        link.cut()
        link.mend()
        got += b"".join(pieces)
    assert got == body


def test_the_same_address_is_given_within_a_quarter_of_an_hour() -> None:
    keys = ReadOnlyCredentials("key", "secret", None)
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def address(minute: int) -> str:
        now, until = noon + timedelta(minutes=minute), noon + timedelta(hours=1)
        return sign(keys, "r", "GET", "https://s3.example.org/b/k", {}, now=now, expires=until)

    assert address(1) == address(14) != address(16)
    assert "X-Amz-Date=20261123T120000Z&X-Amz-Expires=3600&" in address(1)
