"""The stores that the contract is proved on: a local folder, and a real S3 server."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import pytest
from flask.testing import FlaskClient

from pathfolio.app import create_app
from pathfolio.settings import Settings
from pathfolio.uploads.storage import disk
from pathfolio_media.s3 import S3Store
from pathfolio_media.store import SignedRequest, Store
from tests.support.asked import Answer, asked, path_of
from tests.support.rgw import Rgw

Forgeries = tuple[tuple[str, str], ...]
FILES = Path(__file__).parent / "files"


class Bench(Protocol):
    """A store, and a way to use its addresses as a client does."""

    store: Store
    forgeries: Forgeries
    """What in the address of part 1 of 4 bytes a forger could change, and into what."""

    def send(self, signed: SignedRequest, body: bytes) -> int: ...

    def fetch(self, url: str, span: str | None = None) -> Answer: ...


class DiskBench:
    """The disk store, with the app that serves its addresses."""

    forgeries: Forgeries = (
        ("/1?", "/2?"),
        ("size=4", "size=5"),
        ("sha256=", "sha256=0"),
        ("until=", "until=9"),
    )

    def __init__(self, folder: Path) -> None:
        app = create_app(Settings(data=folder))
        with app.app_context():
            self.store: Store = disk()
        self._client: FlaskClient = app.test_client()

    def send(self, signed: SignedRequest, body: bytes) -> int:
        answer = self._client.open(
            path_of(signed.url), method=signed.method, data=body, headers=signed.headers
        )
        return answer.status_code

    def fetch(self, url: str, span: str | None = None) -> Answer:
        answer = self._client.get(path_of(url), headers={"Range": span} if span else {})
        return Answer(answer.status_code, answer.data, dict(answer.headers))


class S3Bench:
    """A bucket of a real S3 server, which serves its addresses itself."""

    forgeries: Forgeries = (
        ("partNumber=1", "partNumber=2"),
        ("X-Amz-Expires=", "X-Amz-Expires=9"),
        ("content-length%3B", ""),
        ("x-amz-content-sha256", "x-amz-content-md5"),
    )

    def __init__(self, server: Rgw, folder: Path) -> None:
        self.store: Store = S3Store(server.bucket(), folder)

    def send(self, signed: SignedRequest, body: bytes) -> int:
        return asked(signed.method, signed.url, signed.headers, body).status

    def fetch(self, url: str, span: str | None = None) -> Answer:
        return asked("GET", url, {"Range": span} if span else {}, None)


@pytest.fixture(params=["disk", "s3"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    """Each store."""
    if request.param == "disk":
        return DiskBench(tmp_path)
    return S3Bench(request.getfixturevalue("s3_server"), tmp_path)
