"""Which web server keeps answering while 20 phones upload at 1 Mbit/s each?

Every server runs the same tiny application. Figures: median and 95th percentile of a small request, alone and
during the uploads, and the ratio of the two.
"""

import http.client
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

PHONES = 20
BITS_PER_SECOND = 1_000_000
BODY = 1_048_576
SLICE = 12_500  # ten slices a second

SERVERS = {
    "waitress, 8 threads": "import waitress; from benchmarks.wsgi_probe import app; "
    "waitress.serve(app, port={port}, threads=8, _quiet=True)",
    "granian, 8 threads": "from granian import Granian; Granian('benchmarks.wsgi_probe:app', interface='wsgi', "
    "port={port}, workers=1, blocking_threads=8, log_enabled=False).serve()",
    "granian, 64 threads": "from granian import Granian; Granian('benchmarks.wsgi_probe:app', interface='wsgi', "
    "port={port}, workers=1, blocking_threads=64, log_enabled=False).serve()",
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(source: str) -> Iterator[int]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", source.format(port=port)])
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=0.2).close()
                break
            except OSError:
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()


def slow_upload(port: int, done: list[float]) -> None:
    begun = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port)) as phone:
        phone.sendall(
            f"PUT /part HTTP/1.1\r\nHost: localhost\r\nContent-Length: {BODY}\r\n\r\n".encode()
        )
        sent = 0
        while sent < BODY:
            sent += phone.send(b"x" * min(SLICE, BODY - sent))
            ahead = sent * 8 / BITS_PER_SECOND - (time.perf_counter() - begun)
            if ahead > 0:
                time.sleep(ahead)
        phone.recv(4096)
    done.append(time.perf_counter() - begun)


def latencies(port: int, seconds: float) -> list[float]:
    found: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        begun = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/")
        connection.getresponse().read()
        connection.close()
        found.append(time.perf_counter() - begun)
        time.sleep(0.02)
    return found


def p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def run() -> None:
    print(
        f"{PHONES} phones at {BITS_PER_SECOND // 1000} kbit/s; small requests: median / p95 in ms"
    )
    for name, source in SERVERS.items():
        with serving(source) as port:
            alone = latencies(port, 2)
            done: list[float] = []
            phones = [
                threading.Thread(target=slow_upload, args=(port, done)) for _ in range(PHONES)
            ]
            for phone in phones:
                phone.start()
            busy = latencies(port, 6)
            for phone in phones:
                phone.join()
        print(
            f"  {name:22} alone {statistics.median(alone) * 1e3:6.1f} / {p95(alone) * 1e3:6.1f}   "
            f"during uploads {statistics.median(busy) * 1e3:7.1f} / {p95(busy) * 1e3:7.1f}   "
            f"ratio {statistics.median(busy) / statistics.median(alone):6.2f}   all uploaded in {max(done):.1f} s"
        )


if __name__ == "__main__":
    run()
