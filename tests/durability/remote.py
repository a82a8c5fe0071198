"""A device before a real server process: plain HTTP, one person's session, and the will to try again."""

from __future__ import annotations

import hashlib
import http.client
import json
import threading
from dataclasses import dataclass, field
from typing import Any, cast

from flask.testing import FlaskClient

from pathfolio import ids
from tests.api.support_sync import Device
from tests.support.asked import asked, path_of
from tests.support.small_school import PASSWORD

Json = dict[str, Any]
TIMEOUT = 60


class LostError(Exception):
    """No whole answer came: whether the server did what was asked is unknown."""


class RefusedError(LostError):
    """The server said in its own words that it cannot take this now: try again later (503, 507)."""


@dataclass(frozen=True)
class Answer:
    """An answer with the face of werkzeug's, as far as `support_sync.Device` looks at it."""

    status_code: int
    headers: http.client.HTTPMessage
    body: bytes

    def get_json(self) -> Any:  # noqa: ANN401 - whatever the server said
        return json.loads(self.body)

    def get_data(self, *, as_text: bool) -> str:
        assert as_text
        return self.body.decode()


@dataclass
class Remote:
    """A browser's worth of HTTP on a loopback port; keeps its cookie as a device does."""

    port: int
    cookie: str = ""
    person: str = ""
    failures: list[str] = field(default_factory=list)
    refusals: list[Json] = field(default_factory=list)

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Raises LostError, and RefusedError where the server says properly that it cannot now.

        Remembers every other 5xx, which is a fault however the server was treated.
        """
        try:
            answer = self._exchange(method, path, body, self._headers() | (headers or {}))
        except (OSError, http.client.HTTPException) as problem:
            raise LostError(str(problem)) from None
        if is_refusal(answer):
            self.refusals.append(answer.get_json())
            raise RefusedError(self.refusals[-1]["slug"])
        if answer.status_code >= 500:
            self.failures.append(f"{method} {path}: {answer.status_code} {answer.body[:200]!r}")
            raise LostError(self.failures[-1])
        self._keep_cookie(answer)
        return answer

    def _exchange(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        try:
            connection.request(method, path, body, headers)
            told = connection.getresponse()
            return Answer(told.status, told.headers, told.read())
        finally:
            connection.close()

    def _headers(self) -> dict[str, str]:
        return {"Cookie": self.cookie} if self.cookie else {}

    def _keep_cookie(self, answer: Answer) -> None:
        for line in answer.headers.get_all("Set-Cookie", []):
            pair = line.split(";", 1)[0]
            if pair.startswith("pathfolio-loopback="):
                self.cookie = pair

    def post(self, path: str, *, json: object = None) -> Answer:
        return self.request("POST", path, _bytes(json), {"Content-Type": "application/json"})

    def get(self, path: str) -> Answer:
        return self.request("GET", path)

    def must(self, path: str, body: object) -> Json:
        """The JSON of an answer that has to be good."""
        answer = self.post(path, json=body)
        assert answer.status_code in {200, 201}, answer.body
        told: Json = answer.get_json()
        return told

    def sign_in(self, username: str, password: str = PASSWORD) -> Remote:
        body = {"username": username, "password": password, "device": "A test", "shared": False}
        self.person = self.must("/api/session", body)["person"]["id"]
        return self

    def device(self) -> Device:
        """A new device database of the signed-in person."""
        return Device(cast("FlaskClient", self), self.person)

    # Files

    def announce(
        self, data: bytes, upload: str, mime: str = "image/jpeg", kind: str = "photo"
    ) -> Json:
        body = {
            "upload_id": upload, "sha256": sha(data), "size": len(data), "mime": mime, "kind": kind,
        }  # fmt: skip
        return self.must("/api/uploads", body)

    def send_file(
        self,
        data: bytes,
        upload: str | None = None,
        parts: int | None = None,
        kind: tuple[str, str] = ("image/jpeg", "photo"),
    ) -> str:
        """What the server still lacks of a file (only so many `parts`, when given); the id of the upload.

        Raises LostError; calling it again goes on where it stopped.
        """
        upload = upload or ids.new_id()
        status = self.announce(data, upload, *kind)
        if status["state"] != "open":
            return upload
        size, have = status["part_size"], {n for n, _ in status["have"]}
        for n in range(1, -(-len(data) // size) + 1):
            if n not in have and (parts is None or n <= parts):
                self.send_part(upload, n, data[(n - 1) * size : n * size])
        if parts is None:
            self.must(f"/api/uploads/{upload}/complete", {})
        return upload

    def send_part(self, upload: str, n: int, piece: bytes) -> None:
        wanted = {"n": n, "sha256": sha(piece), "size": len(piece)}
        (where,) = self.must(f"/api/uploads/{upload}/parts", {"parts": [wanted]})["urls"]
        if where["url"].startswith("http"):
            self.send_elsewhere(where, piece)
            return
        answer = self.request(where["method"], path_of(where["url"]), piece, where["headers"])
        assert answer.status_code == 200, answer.body

    def send_elsewhere(self, where: Json, piece: bytes) -> None:
        """Raises LostError where the bucket cannot now."""
        try:
            told = asked(where["method"], where["url"], where["headers"], piece)
        except (OSError, http.client.HTTPException) as problem:
            raise LostError(str(problem)) from None
        if told.status >= 500:
            raise LostError(f"{told.status} {told.body!r}")
        assert told.status == 200, told.body

    def states(self, uploads: list[str]) -> dict[str, str]:
        answer = self.get(f"/api/uploads?ids={','.join(uploads)}")
        assert answer.status_code == 200, answer.body
        return {each["id"]: each["state"] for each in answer.get_json()["uploads"]}

    def wait_until_verified(self, uploads: list[str], seconds: float) -> None:
        """Asks until the worker has proved all of them. Raises AssertionError with what is left."""
        pause, waited, states = threading.Event(), 0.0, self.states(uploads)
        while set(states.values()) != {"verified"} and waited < seconds:
            pause.wait(0.25)
            waited += 0.25
            states = self.states(uploads)
        left = {
            upload: states.get(upload) for upload in uploads if states.get(upload) != "verified"
        }
        assert left == {}

    def fetch(self, upload: str, size: str = "original") -> bytes:
        """The bytes behind the signed address of a file."""
        (where,) = self.must("/api/media/sign", {"items": [[upload, size]]})["urls"]
        assert "url" in where, where
        if where["url"].startswith("http"):
            return asked("GET", where["url"], {}, None).body
        answer = self.get(path_of(where["url"]))
        assert answer.status_code == 200, answer.body
        return answer.body


def is_refusal(answer: Answer) -> bool:
    """A problem of our own that says when to come back."""
    return (
        answer.status_code in {503, 507}
        and answer.headers.get_content_type() == "application/problem+json"
        and int(answer.headers.get("Retry-After", "0")) > 0
        and len(answer.get_json()["detail"]) > 20
    )


def attachment(upload: str, data: bytes) -> Json:
    """The value of an attachment that shows an upload."""
    return {
        "type": "photo", "upload": upload, "sha256": sha(data), "size": len(data), "mime": "image/jpeg",
        "name": "bench.jpg", "caption": "",
    }  # fmt: skip


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _bytes(body: object) -> bytes:
    return json.dumps(body).encode()
