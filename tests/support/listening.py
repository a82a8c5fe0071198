"""The side process of pokes as a real program, and somebody who listens to it."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.running import START_SECONDS, answers, free_port

# Only ends what hangs: a test waits for the word itself.
WORD_SECONDS = 30


@dataclass
class Listener:
    """An open connection; `status` is the answer, 200 for a stream."""

    connection: http.client.HTTPConnection
    response: http.client.HTTPResponse

    @property
    def status(self) -> int:
        return self.response.status

    def word(self) -> tuple[str, Any] | None:
        """The next event, None when the stream has ended. Beats are passed over."""
        name, data = "", ""
        while line := self.response.readline().decode("ascii"):
            key, _, value = line.rstrip("\n").partition(": ")
            if key == "event":
                name = value
            elif key == "data":
                data = value
            elif line == "\n" and name != "beat":
                return name, json.loads(data)
        return None

    def close(self) -> None:
        self.response.close()
        self.connection.close()


@dataclass
class SideProcess:
    """Started and ready."""

    port: int
    process: subprocess.Popen[bytes]

    def listen(self, token: str | None = None, **headers: str) -> Listener:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WORD_SECONDS)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            sent["Cookie"] = f"other=1; __Host-pathfolio={token}"
        connection.request("GET", "/api/pokes", headers=sent)
        return Listener(connection, connection.getresponse())

    def hears(self, token: str, **headers: str) -> Listener:
        """Somebody whose stream has begun."""
        listener = self.listen(token, **headers)
        assert listener.status == 200
        word = listener.word()
        assert word is not None
        assert word[0] == "hello"
        return listener


@contextmanager
def side_process(
    data: Path, url: str, *, port: int | None = None, **settings: str
) -> Iterator[SideProcess]:
    """`pathfolio pokes` on this database; it hears notices when the block begins."""
    port = port or free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "pathfolio.cli", "pokes", "--port", str(port)],
        env={**os.environ, "PATHFOLIO_DATA": str(data), "PATHFOLIO_DATABASE_URL": url, **settings},
        start_new_session=True,
    )
    try:
        pause, end = threading.Event(), time.monotonic() + START_SECONDS
        while not answers(port):
            assert process.poll() is None, "it ended at once"
            assert time.monotonic() < end, "it hears nothing"
            pause.wait(0.05)
        yield SideProcess(port, process)
    finally:
        process.kill()
        process.wait()
