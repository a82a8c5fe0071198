"""The stores that the contract is proved on. Another store joins by one more parameter."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from pathfolio.app import create_app
from pathfolio.settings import Settings
from pathfolio.uploads.storage import store
from pathfolio_media.store import SignedRequest, Store

FILES = Path(__file__).parent / "files"


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: dict[str, str]


class DiskBench:
    """The disk store, with the app that serves its addresses."""

    def __init__(self, folder: Path) -> None:
        app = create_app(Settings(data=folder))
        with app.app_context():
            self.store: Store = store()
        self._client: FlaskClient = app.test_client()

    def send(self, signed: SignedRequest, body: bytes) -> int:
        answer = self._client.open(
            _local(signed.url), method=signed.method, data=body, headers=signed.headers
        )
        return answer.status_code

    def fetch(self, url: str, span: str | None = None) -> Answer:
        answer = self._client.get(_local(url), headers={"Range": span} if span else {})
        return Answer(answer.status_code, answer.data, dict(answer.headers))


def _local(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


@pytest.fixture(params=["disk"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> DiskBench:
    """A store, and a way to use its addresses as a client does: `send(request, bytes)`, `fetch(url)`."""
    assert request.param == "disk"
    return DiskBench(tmp_path)
