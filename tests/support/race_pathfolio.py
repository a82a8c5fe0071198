"""Pathfolio as a store that can be raced: students' devices write, their teacher's device follows."""

from __future__ import annotations

import http.client
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

from pathfolio import clock
from tests.api.support_sync import Device
from tests.durability.remote import TIMEOUT, Answer, Remote
from tests.durability.remote import LostError as LostAnswerError
from tests.durability.remote import RefusedError as RefusedAnswerError
from tests.support import race
from tests.support.small_school import STUDENTS

Json = dict[str, Any]
TEACHER = "ada"


@dataclass
class KeptRemote(Remote):
    """Keeps its connection, as browsers do; of one thread only."""

    connection: http.client.HTTPConnection | None = None

    def _exchange(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> Answer:
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        try:
            self.connection.request(method, path, body, headers)
            told = self.connection.getresponse()
            return Answer(told.status, told.headers, told.read())
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.connection = None
            raise


@dataclass
class PathfolioStore:
    """The small school behind one or several web servers, whose `ports` are used in turn."""

    ports: list[int]
    remotes: list[KeptRemote] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._turns = cycle(self.ports)

    def writer(self, number: int) -> RaceWriter:
        return RaceWriter(self._remote(sorted(STUDENTS)[number % len(STUDENTS)]).device())

    def reader(self) -> RaceReader:
        return RaceReader(self._remote(TEACHER))

    def close(self) -> None:
        for remote in self.remotes:
            if remote.connection is not None:
                remote.connection.close()

    def _remote(self, username: str) -> KeptRemote:
        remote = KeptRemote(next(self._turns))
        remote.sign_in(username)
        self.remotes.append(remote)
        return remote


class RaceWriter:
    """A device that sends each batch under the same numbers until it is taken."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.sending: list[Json] = []

    def write(self, batch: list[race.Record]) -> set[str]:
        if [each["record"] for each in self.sending] != [record for record, _ in batch]:
            self.sending = [
                self.device.creation(record=record, **fields) for record, fields in batch
            ]
        body = {"client": self.device.client, "schema": 1, "now": clock.to_wire(clock.now())}
        try:
            answer = self.device.post("push", body | {"mutations": self.sending})
        except RefusedAnswerError as problem:
            raise race.RefusedError from problem
        except LostAnswerError as problem:
            raise ConnectionError(str(problem)) from problem
        told = answer.get_json()
        assert answer.status_code == 200, told
        assert told["last_n"] == self.sending[-1]["n"], told
        odd = [each for each in told["results"] if each["status"] != "ok"]
        assert odd == []
        return {each["record"] for each in self.sending}


class RaceReader:
    """The teacher's device: it pulls with its cursors, and remembers only ids."""

    def __init__(self, remote: Remote) -> None:
        self.remote = remote
        self.device = remote.device()
        self.vector: Json = {}
        self.poll()  # what a school begins with is no part of the race

    def poll(self) -> set[str]:
        return self._pull(self.device)

    def everything(self) -> set[str]:
        """By a new device, from nothing; digests prove that nothing is left out."""
        fresh = self.remote.device()
        fresh.pull()
        return {row["id"] for row in fresh.all("artifact")}

    def _pull(self, device: Device) -> set[str]:
        found: set[str] = set()
        while True:
            page = device.page()
            device.epoch, device.cursors = page["epoch"], page["spaces"]
            found |= {row["id"] for row in page["changes"] if row["kind"] == "artifact"}
            if not page["more"]:
                return found
