"""What real devices say to a school: one simulated day without faults, recorded, to be said again and spoiled."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from unittest import mock

from flask.testing import FlaskClient

from tests.simulation.agenda import Agenda
from tests.simulation.run import BEGIN, simulate
from tests.simulation.school import Answer, School

Json = dict[str, Any]
SYNC = ("/api/sync/push", "/api/sync/pull", "/api/sync/offer")


@dataclass(frozen=True)
class Said:
    """One request as a device made it: whose, when (server's clock), and all of it."""

    person: str
    at: int
    request: Json

    @property
    def path(self) -> str:
        return str(self.request["path"])


def record(school: School, seed: str) -> list[Said]:
    """All requests of one day, in the order in which they reached the school."""
    said: list[Said] = []
    agendas: list[Agenda] = []
    people: dict[int, str] = {}
    fresh, call = school.fresh, school.call

    def begin(agenda: Agenda, of: str) -> None:
        agendas.append(agenda)
        fresh(agenda, of)

    def listen(browser: FlaskClient, request: Json) -> Answer:
        if request["path"] == "/api/session" and request["method"] == "POST":
            people[id(browser)] = request["json"]["username"]
        said.append(Said(people.get(id(browser), ""), agendas[-1].now, request))
        return call(browser, request)

    with mock.patch.multiple(school, fresh=begin, call=listen):
        result = simulate(seed, school, only=())
    if result.broken is not None:
        raise RuntimeError(f"a day without faults broke a promise: {result.report()}")
    return [each for each in said if each.person]


class Stage:
    """The same school on the same day, before anything happened; what was recorded can be said again."""

    def __init__(self, school: School, seed: str) -> None:
        self.school, self.agenda = school, Agenda(BEGIN)
        school.fresh(self.agenda, seed)
        self.browsers: dict[str, FlaskClient] = {}
        self.tokens: dict[str, str] = {}
        for name in school.people:
            self.sign_in(name)

    def sign_in(self, name: str) -> None:
        browser = self.school.browser()
        form = {"username": name, "password": name, "device": "campaign", "shared": False}
        request = {"path": "/api/session", "method": "POST", "json": form, "headers": {}}
        answer = self.school.call(browser, request)
        assert answer.status < 300, answer.text
        self.browsers[name] = browser
        self.tokens[name] = answer.headers["set-cookie"].partition(";")[0]

    def say(self, said: Said) -> Answer | None:
        """Say one recorded request again, by its person. Signing in and out is done once, at the beginning."""
        self.agenda.now = max(self.agenda.now, said.at)
        if said.path.startswith("/api/session"):
            return None
        return self.school.call(self.browsers[said.person], said.request)

    def post(self, name: str, path: str, data: bytes, **headers: str) -> tuple[int, str, bytes]:
        """Status, content type and body that the whole application answers to these very bytes."""
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": path,
            "SERVER_NAME": "pathfolio.test",
            "SERVER_PORT": "443",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "pathfolio.test",
            "HTTP_SEC_FETCH_SITE": "same-origin",
            "HTTP_COOKIE": self.tokens[name],
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(data)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https",
            "wsgi.input": io.BytesIO(data),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        } | headers
        told: list[Any] = []

        def start(status: str, found: list[tuple[str, str]], *_: object) -> None:
            told.extend((int(status[:3]), dict(found).get("Content-Type", "")))

        body = self.school.app.wsgi_app(environ, start)  # type: ignore[arg-type]  # werkzeug's own closing
        try:
            text = b"".join(body)
        finally:
            close = getattr(body, "close", None)
            if close is not None:
                close()
        status, kind = told
        return status, kind, text


def syncs(said: list[Said]) -> Iterator[tuple[int, Said]]:
    """The recorded calls of sync with their places in the recording."""
    return ((at, each) for at, each in enumerate(said) if each.path in SYNC)


def body(said: Said) -> Json:
    """A copy of what a call carries, free to be spoiled."""
    found: Json = json.loads(json.dumps(said.request["json"]))
    return found
