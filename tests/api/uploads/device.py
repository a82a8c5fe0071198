"""A device as it meets the server: announces files, sends parts, writes records, asks for addresses."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from pathfolio import clock, ids
from pathfolio.jobs import worker
from pathfolio.uploads import checking
from tests.api.world import World
from tests.support.asked import asked


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def told(answer: TestResponse) -> dict[str, Any]:
    """The JSON object of an answer."""
    found: dict[str, Any] = answer.get_json()
    return found


def work(world: World) -> int:
    """Lets the worker do everything that is due; the number of jobs."""
    with world.app.app_context():
        worker.call_modules("start")
        try:
            return worker.run_all()
        finally:
            checking.stop()


@dataclass
class Device:
    """One person on one device."""

    world: World
    name: str
    school: str = "north"
    client: str = field(default_factory=ids.new_id)
    n: int = 0
    browser: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.browser = self.world.as_(self.name, self.school)

    @property
    def person(self) -> str:
        return self.world.id(self.name, self.school)

    # ---- files

    def post(self, path: str, body: object) -> TestResponse:
        return self.browser.post(path, json=body)

    def announce(self, data: bytes, upload: str | None = None, **changes: object) -> dict[str, Any]:
        body = {
            "upload_id": upload or ids.new_id(),
            "sha256": sha(data),
            "size": len(data),
            "mime": "image/jpeg",
            "kind": "photo",
        }
        answer = self.post("/api/uploads", body | changes)
        assert answer.status_code == 200, answer.json
        return told(answer)

    def addresses(self, upload: str, data: bytes, size: int, *numbers: int) -> list[dict[str, Any]]:
        pieces = {n: data[(n - 1) * size : n * size] for n in numbers}
        wanted = [{"n": n, "size": len(p), "sha256": sha(p)} for n, p in pieces.items()]
        answer = self.post(f"/api/uploads/{upload}/parts", {"parts": wanted})
        assert answer.status_code == 200, answer.json
        urls: list[dict[str, Any]] = told(answer)["urls"]
        return urls

    def put(self, address: dict[str, Any], body: bytes) -> int:
        # Like the device: no cookie goes along.
        if address["url"].startswith("http"):
            return asked("PUT", address["url"], address["headers"], body).status
        answer = self.world.client().put(address["url"], data=body, headers=address["headers"])
        return answer.status_code

    def send(self, data: bytes, upload: str | None = None) -> str:
        """The whole upload, up to the point where the worker takes over; its id."""
        status = self.announce(data, upload)
        if status["state"] != "open":
            return str(status["id"])
        size = status["part_size"]
        have = {n for n, _ in status["have"]}
        for n in range(1, -(-len(data) // size) + 1):
            if n not in have:
                (address,) = self.addresses(status["id"], data, size, n)
                assert self.put(address, data[(n - 1) * size : n * size]) == 200
        answer = self.post(f"/api/uploads/{status['id']}/complete", {})
        assert answer.status_code == 200, answer.json
        assert told(answer)["state"] in ("verifying", "verified")
        found: str = status["id"]
        return found

    def state(self, upload: str) -> dict[str, Any]:
        (found,) = told(self.browser.get(f"/api/uploads?ids={upload}"))["uploads"]
        state: dict[str, Any] = found
        return state

    # ---- records

    def push(self, **mutation: object) -> dict[str, Any]:
        self.n += 1
        sent = {
            "id": ids.new_id(),
            "n": self.n,
            "space": f"p:{self.person}",
            "field": None,
            "value": None,
            "base": None,
            "after": None,
            "pulled": None,
            "at": clock.to_wire(clock.now()),
        } | mutation
        body = {
            "client": self.client,
            "schema": 1,
            "now": clock.to_wire(clock.now()),
            "mutations": [sent],
        }
        answer = self.post("/api/sync/push", body)
        assert answer.status_code == 200, answer.json
        (result,) = told(answer)["results"]
        found: dict[str, Any] = result
        return found

    def artifact(self, *uploads: str, audience: str = "teachers") -> str:
        """A piece of work that shows these uploads; its id."""
        record = ids.new_id()
        space = f"{'u' if audience == 'me' else 'p'}:{self.person}"
        fields = {
            "title": "A chair",
            "audience": audience,
            "attachments": {
                ids.new_id(): {"v": attachment(upload), "p": f"a{place}"}
                for place, upload in enumerate(uploads)
            },
        }
        value = {"kind": "artifact", "fields": fields}
        result = self.push(op="create", record=record, space=space, value=value)
        assert result["status"] == "ok", result
        return record

    def record(self, record: str) -> dict[str, Any]:
        """The record as this device would pull it."""
        body: dict[str, Any] = {"client": self.client, "epoch": None, "schema": 1, "spaces": {}}
        first = told(self.post("/api/sync/pull", body))
        answer = told(self.post("/api/sync/pull", body | {"epoch": first["epoch"]}))
        (found,) = [each for each in answer["changes"] if each["id"] == record]
        wire: dict[str, Any] = found
        return wire

    # ---- looking

    def sign(self, *items: tuple[str, str]) -> list[dict[str, Any]]:
        answer = self.post("/api/media/sign", {"items": items})
        assert answer.status_code == 200, answer.json
        urls: list[dict[str, Any]] = told(answer)["urls"]
        return urls

    def fetch(self, upload: str, size: str) -> TestResponse:
        (address,) = self.sign((upload, size))
        assert "url" in address, address
        parts = urlsplit(address["url"])
        return self.world.client().get(f"{parts.path}?{parts.query}")


def attachment(upload: str) -> dict[str, Any]:
    return {
        "type": "photo",
        "upload": upload,
        "sha256": "0" * 64,
        "size": 1,
        "mime": "image/jpeg",
        "name": "chair.jpg",
    }
