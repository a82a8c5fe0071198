"""The reverse proxy's configuration, in the proxy's real program."""

import http.client
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.support.parts import missing

CADDYFILE = Path(__file__).parents[2] / "infra" / "proxy" / "Caddyfile"


@dataclass
class Upstream:
    """Stands where the app stands, and remembers what reached it."""

    port: int
    requests: list[dict[str, str]] = field(default_factory=list)
    bodies: list[int] = field(default_factory=list)
    goes_on: threading.Event = field(default_factory=threading.Event)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]


@pytest.fixture(scope="module")
def caddy() -> str:
    return shutil.which("caddy") or missing("Caddy", "Debian and Ubuntu: apt install caddy")


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(size)
            if len(body) < size:
                self.close_connection = True
                return
            seen.requests.append({name.lower(): value for name, value in self.headers.items()})
            seen.bodies.append(len(body))
            self.send_response(204)
            self.end_headers()

        def do_GET(self) -> None:
            if self.path != "/api/pokes":
                self.do_POST()
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(b"event: hello\n\n")
            seen.goes_on.wait(30)
            self.close_connection = True

        def log_message(self, *words: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    seen = Upstream(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield seen
    server.shutdown()
    thread.join()
    server.server_close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(folder: Path, site: str, upstream: int, pokes: int = 0) -> dict[str, str]:
    """Caddy keeps certificates and settings in `folder` only."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "PATHFOLIO_SITE": site,
        "PATHFOLIO_UPSTREAM": f"127.0.0.1:{upstream}",
        "PATHFOLIO_POKES_UPSTREAM": f"127.0.0.1:{pokes or upstream}",
    }


def test_the_configuration_is_valid_for_a_public_site(caddy: str, tmp_path: Path) -> None:
    command = [caddy, "validate", "--adapter", "caddyfile", "--config", str(CADDYFILE)]
    public = environment(tmp_path, "portfolio.example.org, media.example.org", 8000)
    done = subprocess.run(command, env=public, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def proxy(caddy: str, tmp_path: Path, upstream: Upstream) -> Iterator[int]:
    """The real proxy with our configuration and a certificate of its own authority; its port."""
    port, plain = free_port(), free_port()
    # Only what a test cannot have is added: unprivileged ports, no change to the machine's trust.
    config = tmp_path / "Caddyfile"
    text = CADDYFILE.read_text()
    extra = f"{{\n\thttp_port {plain}\n\thttps_port {port}\n\tskip_install_trust\n\tlocal_certs"
    config.write_text(text.replace("{\n\t# Nobody", f"{extra}\n\t# Nobody", 1))
    command = [caddy, "run", "--adapter", "caddyfile", "--config", str(config)]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            command, env=environment(tmp_path, "localhost", upstream.port), stdout=log, stderr=log
        )
    try:
        wait_until_it_answers(port, process, tmp_path / "log")
        upstream.requests.clear()
        upstream.bodies.clear()
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_until_it_answers(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        try:
            ask(port, "GET", {})
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"Caddy did not start:\n{log.read_text()}")


def secure(port: int) -> http.client.HTTPSConnection:
    trusting = ssl.create_default_context()
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    # Server name indication picks the site.
    return http.client.HTTPSConnection("localhost", port, timeout=10, context=trusting)


def ask(port: int, method: str, headers: dict[str, str], body: bytes = b"") -> Answer:
    connection = secure(port)
    try:
        connection.request(method, "/api/health", body=body or None, headers=headers)
        response = connection.getresponse()
        response.read()
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()})
    finally:
        connection.close()


def test_the_app_learns_the_real_address_and_never_a_forged_one(
    proxy: int, upstream: Upstream
) -> None:
    forged = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http"}
    assert ask(proxy, "GET", forged).status == 204
    [seen] = upstream.requests
    # PATHFOLIO_PROXIES=1 believes the last address alone, which the proxy itself has added.
    assert seen["x-forwarded-for"].split(",")[-1].strip() in {"127.0.0.1", "::1"}
    assert seen["x-forwarded-proto"] == "https"
    assert seen["host"].startswith("localhost")


def test_browsers_are_told_to_stay_with_tls_and_not_what_serves(proxy: int) -> None:
    answer = ask(proxy, "GET", {})
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert "server" not in answer.headers


def test_a_part_of_a_video_passes_and_what_no_route_takes_does_not(
    proxy: int, upstream: Upstream
) -> None:
    assert ask(proxy, "POST", {}, bytes(5 * 1024 * 1024)).status == 204
    assert upstream.bodies == [5 * 1024 * 1024]
    try:
        refused = ask(proxy, "POST", {}, bytes(17 * 1024 * 1024)).status
    except OSError:
        refused = 413  # the proxy may close the line while the rest is still being sent
    assert refused in {413, 502}
    assert upstream.bodies == [5 * 1024 * 1024]


def test_a_word_passes_while_its_stream_stays_open(proxy: int, upstream: Upstream) -> None:
    connection = secure(proxy)
    try:
        connection.request("GET", "/api/pokes")
        response = connection.getresponse()
        assert response.getheader("Content-Type") == "text/event-stream"
        assert response.readline() == b"event: hello\n", "while the one behind still holds the line"
    finally:
        upstream.goes_on.set()
        connection.close()
