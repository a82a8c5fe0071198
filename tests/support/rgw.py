"""A real S3 server for one test session: Ceph's gateway over one in-memory store, thrown away at the end.

Debian's packages radosgw, ceph-mon, ceph-osd and ceph-common are enough; no systemd, no root. Its daemons do not
ask each other who they are, so it listens on loopback only.
"""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from pathfolio_media.s3 import Bucket
from tests.support.running import free_port

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

PROGRAMS = ("ceph", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin")
KEY, SECRET = "TESTACCESSKEY", "testsecretkey0123456789"
REMEDY = "Debian and Ubuntu: apt install radosgw ceph-mon ceph-osd ceph-common"
ROOM = 4 << 30

SETTINGS = """
[global]
fsid = {fsid}
mon host = v1:127.0.0.1:{mon}
public addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
run dir = {folder}
crash dir = {folder}
log file = {folder}/$name.log
admin socket = {folder}/$name.asok
paxos propose interval = 0.05
paxos min wait = 0.01
mon allow pool size one = true
mon max pg per osd = 1000
mon data avail crit = 1
osd class update on start = false
osd crush update on start = false
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd objectstore = memstore
memstore device bytes = {room}
rgw rados pool pg num min = 1
rgw dns name = localhost
rgw crypt require ssl = false
rgw run sync thread = false
rgw thread pool size = 32
[mon]
mon data = {folder}/mon
mon cluster log file = {folder}/cluster.log
[osd]
osd data = {folder}/osd
"""

# All its processes end when the tests' end of this shell's standard input closes, even if they were killed.
GUARD = '"$@" & pid=$!; cat >/dev/null; kill -9 $pid 2>/dev/null; wait $pid'


def installed() -> bool:
    return all(shutil.which(program) for program in PROGRAMS)


@dataclass
class Rgw:
    """One running server. `bucket()` makes an empty bucket in it."""

    folder: Path
    port: int
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def bucket(self) -> Bucket:
        name = f"school-{uuid.uuid4().hex[:12]}"
        self.client().create_bucket(Bucket=name)
        return Bucket(name, endpoint=self.endpoint, access_key=KEY, secret_key=SECRET)

    def user(self, name: str) -> tuple[str, str]:
        """A new user without any right; the keys."""
        keys = (f"{name.upper()}KEY", f"{name}secret0123456789")
        self._add_user(name, *keys)
        return keys

    def _add_user(self, name: str, key: str, secret: str) -> None:
        who = (f"--uid={name}", f"--display-name={name}")
        self.run(
            "radosgw-admin", "user", "create", *who, f"--access-key={key}", f"--secret={secret}"
        )

    @staticmethod
    def settings(bucket: Bucket) -> dict[str, str]:
        """Names and values of the settings that lead a school to this bucket."""
        return {
            "store": "s3",
            "s3_bucket": bucket.name,
            "s3_endpoint": bucket.endpoint,
            "s3_public": bucket.public,
            "s3_access_key": KEY,
            "s3_secret_key": SECRET,
        }

    def client(self) -> S3Client:
        made: S3Client = boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            region_name="us-east-1",
            config=Config(request_checksum_calculation="when_required"),
        )
        return made

    # Its life

    def start_gateway(self) -> None:
        frontend = f"--rgw-frontends=beast endpoint=127.0.0.1:{self.port}"
        self._start("rgw", "radosgw", "-f", "-n", "client.rgw", frontend)
        _wait(self._answers, "the S3 gateway", self.folder)

    def kill_gateway(self) -> None:
        """As kill -9 does; what it had stored stays in the store below."""
        pids = subprocess.run(
            ["pgrep", "-f", f"radosgw .*:{self.port}$"], capture_output=True, text=True, check=False
        )
        for pid in pids.stdout.split():
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        self._stop("rgw")

    def start(self) -> None:
        mon = free_port()
        fsid = str(uuid.uuid4())
        config = self.folder / "ceph.conf"
        config.write_text(SETTINGS.format(folder=self.folder, fsid=fsid, mon=mon, room=ROOM))
        for name in ("mon", "osd"):
            (self.folder / name).mkdir()
        address = f"[v1:127.0.0.1:{mon}]"
        monmap = str(self.folder / "monmap")
        self.run("monmaptool", "--create", "--fsid", fsid, "--addv", "a", address, monmap)
        self.run("ceph-mon", "--mkfs", "-i", "a", "--monmap", monmap)
        self._start("mon", "ceph-mon", "-f", "-i", "a")
        _wait(lambda: self._ok("ceph", "--connect-timeout", "2", "quorum_status"), "ceph-mon", self.folder)  # fmt: skip
        self.run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", str(uuid.uuid4()))
        disk = (self.folder / "osd" / "fsid").read_text().strip()
        _wait(lambda: self._ok("ceph", "osd", "new", disk), "the cluster", self.folder)
        self.run("ceph", "osd", "crush", "add", "osd.0", "1.0", "host=test", "root=default")
        self._start_disk()
        self._add_user("test", KEY, SECRET)
        self.start_gateway()

    def _start_disk(self) -> None:
        """It may lose a race at its start, then it ends and is started again."""
        for _ in range(5):
            disk = self._start("osd", "ceph-osd", "-f", "-i", "0")

            def up(disk: subprocess.Popen[bytes] = disk) -> bool:
                return disk.poll() is not None or b"1 up" in self._said("ceph", "osd", "stat")

            _wait(up, "ceph-osd", self.folder)
            if disk.poll() is None:
                return
        raise RuntimeError(f"ceph-osd did not stay: see {self.folder}")

    def stop(self) -> None:
        for name in ("rgw", "osd", "mon"):
            self._stop(name)

    def _start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.out").open("ab") as out:
            self.running[name] = subprocess.Popen(
                ["/bin/sh", "-c", GUARD, "sh", *command],
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=out,
                env=self._environment(),
                cwd=self.folder,
                start_new_session=True,
            )
        return self.running[name]

    def _stop(self, name: str) -> None:
        process = self.running.pop(name, None)
        if process is not None and process.stdin is not None:
            process.stdin.close()
            process.wait(timeout=30)

    def run(self, *command: str) -> None:
        subprocess.run(
            command, check=True, capture_output=True, env=self._environment(), timeout=60
        )

    def _said(self, *command: str) -> bytes:
        asked = subprocess.run(
            command, capture_output=True, env=self._environment(), check=False, timeout=60
        )
        return asked.stdout if asked.returncode == 0 else b""

    def _ok(self, *command: str) -> bool:
        asked = subprocess.run(
            command, capture_output=True, env=self._environment(), check=False, timeout=60
        )
        return asked.returncode == 0

    def _answers(self) -> bool:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
            connection.request("GET", "/")
            connection.getresponse().read()
            connection.close()
        except OSError:
            return False
        return True

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "CEPH_CONF": str(self.folder / "ceph.conf")}


@contextmanager
def running_rgw() -> Iterator[Rgw]:
    """A fresh server, gone afterwards. Needs `installed()`."""
    folder = Path(tempfile.mkdtemp(prefix="pathfolio-rgw-", dir="/tmp"))  # socket paths are short
    server = Rgw(folder, free_port())
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(until: Callable[[], bool], what: str, folder: Path) -> None:
    deadline = time.monotonic() + 60
    while not until():
        if time.monotonic() > deadline:
            logs = "\n".join(path.read_text()[-500:] for path in folder.glob("*.out"))
            raise RuntimeError(f"{what} did not start:\n{logs}")
        time.sleep(0.05)
