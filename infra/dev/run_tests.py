"""Runs both test suites: vitest for the client, pytest for all the rest. Arguments go to pytest.

pytest runs last, so that the end of the output is its closing line and, where a real part was missing, what was
not run. Both always run; the exit status tells whether both passed.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PWA = ROOT / "pwa"


def client_tests() -> bool:
    command = [str(ROOT / "infra" / "dev" / "npm"), "run", "--silent", "test"]
    return subprocess.run(command, cwd=PWA, stdin=subprocess.DEVNULL, check=False).returncode == 0


def python_tests(arguments: list[str]) -> bool:
    # A file stays in one process, so that what its tests share is made once.
    workers = str(min(os.cpu_count() or 2, 4))
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        workers,
        "--dist",
        "loadfile",
        *arguments,
    ]
    return subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode == 0


def main(arguments: list[str]) -> int:
    client = client_tests()
    python = python_tests(arguments)
    if not client:
        print("FAILED: the client's tests (vitest), shown further up", flush=True)
    return 0 if client and python else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
