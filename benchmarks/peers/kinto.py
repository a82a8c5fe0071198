"""Kinto on PostgreSQL, set up by its production checklist and used as its chapters on synchronisation and batches say.

uWSGI with the three processes of its example, without the proxy in front. One collection for each student, written by
the student and read by the teacher; records are made with `PUT` and `If-None-Match: *` in batches of 25.
"""

from __future__ import annotations

import base64
import http.client
import json
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.peers import installing
from benchmarks.peers.peer import STUDENTS, TEACHER, Peer, free_port, program
from benchmarks.peers.wire import Told, Wire
from tests.support import race
from tests.support.databases import PostgresDatabases

SETTINGS = """
[app:main]
use = egg:kinto
kinto.includes = kinto.plugins.accounts
kinto.storage_backend = kinto.core.storage.postgresql
kinto.storage_url = {url}
kinto.cache_backend = kinto.core.cache.postgresql
kinto.cache_url = {url}
kinto.permission_backend = kinto.core.permission.postgresql
kinto.permission_url = {url}
kinto.storage_pool_size = 50
kinto.cache_pool_size = 50
kinto.permission_pool_size = 50
kinto.paginate_by = 100
kinto.batch_max_requests = 25
kinto.userid_hmac_secret = {secret}
multiauth.policies = account
multiauth.policy.account.use = kinto.plugins.accounts.AccountsPolicy
kinto.account_create_principals = system.Everyone
kinto.bucket_create_principals = system.Authenticated

[uwsgi]
http-socket = 127.0.0.1:{port}
wsgi-file = app.wsgi
enable-threads = true
processes = 3
master = true
harakiri = 120
lazy = true
lazy-apps = true
single-interpreter = true
buffer-size = 65535
post-buffering = 65535
disable-logging = true

[loggers]
keys = root

[handlers]
keys = console

[formatters]
keys = generic

[logger_root]
level = WARNING
handlers = console

[handler_console]
class = StreamHandler
args = (sys.stderr,)
level = NOTSET
formatter = generic

[formatter_generic]
format = %(asctime)s %(levelname)s [%(name)s] %(message)s
"""

APP = """
import configparser, logging.config, os
from kinto import main
path = os.environ["KINTO_INI"]
logging.config.fileConfig(path, disable_existing_loggers=False)
config = configparser.ConfigParser()
config.read(path)
application = main({}, **dict(config.items("app:main")))
"""

PASSWORD = secrets.token_urlsafe(16)
BUCKET = "/v1/buckets/school"
NOTES = (
    "PostgreSQL with fsync, 3 uWSGI processes, plain HTTP without the proxy that would compress; accounts plugin. "
    "Promises unique times in a collection, and one transaction for a batch (documented as kept when an answer in it "
    "is a 4xx). Does not promise that a feed by time is complete while others write; does not merge."
)


@contextmanager
def kinto(place: Path, databases: PostgresDatabases, *, cursor: str = "etag") -> Iterator[Peer]:
    """A started Kinto on a fresh database.

    `cursor`: "etag" as kinto.js does, "newest seen" as the first strategy of its chapter on synchronisation.
    """
    place.mkdir()
    home, port = installing.kinto(), free_port()
    url = databases.fresh().replace("postgresql+psycopg://", "postgresql://")
    ini = place / "kinto.ini"
    ini.write_text(SETTINGS.format(url=url, secret=secrets.token_hex(32), port=port))
    (place / "app.wsgi").write_text(APP)
    subprocess.run(
        [home / "bin" / "kinto", "migrate", "--ini", ini], check=True, capture_output=True
    )
    command = [str(home / "bin" / "uwsgi"), "--ini", str(ini), "--virtualenv", str(home)]
    with program(command, port, place / "log", {"KINTO_INI": str(ini)}) as pid:
        people = people_of(port)
        store = KintoStore(port, people, cursor)
        yield Peer(
            f"Kinto {version(home)} (cursor: {cursor})",
            store,
            [pid, databases.server.pid],
            NOTES,
            refused=store.refused,
        )


def version(home: Path) -> str:
    told = subprocess.run(
        [home / "bin" / "kinto", "version"], check=True, capture_output=True, text=True
    )
    return told.stdout.strip()


@dataclass
class Client:
    """One person's requests, with name and password in every one, as the accounts plugin wants it."""

    wire: Wire
    name: str
    path_of: dict[str, str] = field(default_factory=dict)

    def call(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> Told:
        """Raises RefusedError for a 503 with `Retry-After`, OSError for every other 5xx and broken connections."""
        known = base64.b64encode(f"{self.name}:{PASSWORD}".encode()).decode()
        asked = {"Authorization": f"Basic {known}"} | (headers or {})
        data = None if body is None else json.dumps(body).encode()
        if data is not None:
            asked["Content-Type"] = "application/json"
        try:
            told = self.wire.exchange(method, path, data, asked)
        except http.client.HTTPException as problem:
            raise ConnectionError(str(problem)) from problem
        if told.status == 503 and told.headers["Retry-After"]:
            raise race.RefusedError
        if told.status >= 500:
            raise ConnectionError(f"{told.status} {told.body[:200]!r}")
        return told

    def must(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - whatever the server said
        told = self.call(method, path, body)
        if told.status not in {200, 201}:
            raise RuntimeError(f"{method} {path}: {told.status} {told.body[:400]!r}")
        return json.loads(told.body)


def people_of(port: int) -> list[str]:
    """Accounts for the teacher and the students; the teacher's bucket with a collection that each student may write."""
    for name in (TEACHER, *STUDENTS):
        made = Wire(port, keeps=False).exchange(
            "PUT",
            f"/v1/accounts/{name}",
            json.dumps({"data": {"password": PASSWORD}}).encode(),
            {"Content-Type": "application/json"},
        )
        if made.status != 201:
            raise RuntimeError(f"no account for {name}: {made.status} {made.body!r}")
    teacher = Client(Wire(port, keeps=False), TEACHER)
    teacher.must("PUT", BUCKET, {})
    for name in STUDENTS:
        rights = {"write": [f"account:{name}"]}
        teacher.must("PUT", f"{BUCKET}/collections/{name}", {"permissions": rights})
    return list(STUDENTS)


class KintoStore:
    def __init__(self, port: int, people: list[str], cursor: str) -> None:
        self.port, self.people, self.cursor = port, people, cursor
        self.wires: list[Wire] = []
        self.refused: list[str] = []

    def client(self, name: str) -> Client:
        self.wires.append(Wire(self.port, keeps=False))
        return Client(self.wires[-1], name)

    def writer(self, number: int) -> KintoWriter:
        name = self.people[number % len(self.people)]
        return KintoWriter(self.client(name), name, self.refused)

    def reader(self) -> KintoReader:
        return KintoReader(self.client(TEACHER), self.people, self.cursor)


class KintoWriter:
    def __init__(self, client: Client, name: str, refused: list[str]) -> None:
        self.client, self.path, self.refused = (
            client,
            f"{BUCKET}/collections/{name}/records",
            refused,
        )

    def write(self, batch: list[race.Record]) -> set[str]:
        """What each answer in the batch says for itself: made now, or there already since an earlier try."""
        requests = [
            {"path": f"{self.path}/{key}", "body": {"data": fields}} for key, fields in batch
        ]
        defaults = {"method": "PUT", "headers": {"If-None-Match": "*"}}
        told = self.client.must("POST", "/v1/batch", {"defaults": defaults, "requests": requests})
        taken = set()
        for (key, _), answer in zip(batch, told["responses"], strict=True):
            if answer["status"] in {200, 201, 412}:
                taken.add(key)
            else:
                self.refused.append(f"{answer['status']} {answer['body'].get('message', '')}")
        return taken


class KintoReader:
    def __init__(self, client: Client, people: list[str], cursor: str) -> None:
        self.client, self.cursor = client, cursor
        self.since = dict.fromkeys(people, "")

    @property
    def wire(self) -> Wire:
        return self.client.wire

    def poll(self) -> set[str]:
        return {key for name in self.since for key in self.news(name)}

    def news(self, name: str) -> set[str]:
        path = f"{BUCKET}/collections/{name}/records?_sort=last_modified"
        rows, etag = self.pages(path + (f"&_since={self.since[name]}" if self.since[name] else ""))
        if self.cursor == "etag":
            self.since[name] = etag.replace('"', "%22")
        elif rows:
            self.since[name] = str(max(row["last_modified"] for row in rows))
        return {row["id"] for row in rows}

    def everything(self) -> set[str]:
        found: set[str] = set()
        for name in self.since:
            rows, _ = self.pages(f"{BUCKET}/collections/{name}/records?_sort=last_modified")
            found |= {row["id"] for row in rows}
        return found

    def pages(self, path: str) -> tuple[list[dict[str, Any]], str]:
        """All rows by `Next-Page`, and the collection's time when the first page was made."""
        rows: list[dict[str, Any]] = []
        etag = ""
        while path:
            told = self.client.call("GET", path)
            if told.status != 200:
                raise RuntimeError(f"{path}: {told.status} {told.body[:400]!r}")
            rows += json.loads(told.body)["data"]
            etag = etag or told.headers["ETag"]
            following = urlsplit(told.headers["Next-Page"] or "")
            path = f"{following.path}?{following.query}" if following.path else ""
        return rows, etag
