"""A real PostgreSQL for one test session: a cluster of its own, on a socket, thrown away at the end."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

# Speed instead of durability: this cluster never outlives the tests. Durability is tested where it is promised,
# on a server with production settings.
FAST = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=60",
    "shared_buffers=64MB",
]

# The server ends when the tests' end of this shell's standard input closes, even if they were killed.
GUARD = """
postgres_pid=
"$@" & postgres_pid=$!
cat >/dev/null
kill -QUIT "$postgres_pid" 2>/dev/null
wait "$postgres_pid"
rm -rf "$PATHFOLIO_CLUSTER"
"""


def server_programs() -> Path | None:
    """The folder with `initdb` and `postgres`, if this machine has them."""
    candidates = [Path(found).parent] if (found := shutil.which("initdb")) else []
    for pattern in (
        "usr/lib/postgresql/*/bin",
        "opt/homebrew/opt/postgresql*/bin",
        "usr/local/opt/postgresql*/bin",
    ):
        candidates += sorted(Path("/").glob(pattern), reverse=True)
    return next(
        (c for c in candidates if (c / "initdb").exists() and (c / "postgres").exists()), None
    )


def other_user() -> str | None:
    """PostgreSQL refuses to run as root: whom to be instead. None where we are not root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


class Server:
    """One running cluster. `url(name)` is the address of a database in it."""

    def __init__(self, folder: Path, pid: int) -> None:
        """`pid`: the process whose children the database's processes are."""
        self.folder = folder
        self.pid = pid

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def connect(self, name: str = "postgres") -> "psycopg.Connection[tuple[Any, ...]]":
        return psycopg.connect(host=str(self.folder), user="postgres", dbname=name, autocommit=True)

    def create(self, name: str, template: str = "template1") -> str:
        """Makes database `name`, a copy of `template`; returns its URL."""
        with self.connect() as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop(self, name: str) -> None:
        with self.connect() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def wait_until_ready(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                self.connect().close()
            except psycopg.OperationalError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}") from None
                time.sleep(0.05)
            else:
                return


@contextmanager
def running_server(programs: Path, settings: list[str] | None = None) -> Iterator[Server]:
    """A fresh cluster with `settings` (name=value; default: fast, not durable), gone afterwards."""
    # Socket paths are at most about 100 characters, so this stays out of pytest's long folder names.
    folder = Path(tempfile.mkdtemp(prefix="pathfolio-pg-", dir="/tmp"))
    user = other_user()
    if user:
        shutil.chown(folder, user)
    as_user: dict[str, Any] = (
        {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
    )
    data, log = folder / "data", folder / "log"
    initdb = [str(programs / "initdb"), "--pgdata", str(data), "--username=postgres"]
    initdb += ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd=folder, **as_user)

    options = [
        "listen_addresses=",
        f"unix_socket_directories={folder}",
        *(FAST if settings is None else settings),
    ]
    serve = [str(programs / "postgres"), "-D", str(data)] + [
        word for each in options for word in ("-c", each)
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["/bin/sh", "-c", GUARD, "sh", *serve],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            cwd=folder,
            env={**os.environ, "PATHFOLIO_CLUSTER": str(folder)},
            start_new_session=True,
            **as_user,
        )
    try:
        server = Server(folder, process.pid)
        server.wait_until_ready(process, log)
        yield server
    finally:
        if process.stdin:
            process.stdin.close()
        process.wait(timeout=60)
        shutil.rmtree(folder, ignore_errors=True)
