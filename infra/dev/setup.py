"""Sets up this working copy: virtual environment, locked packages, Node, the built client.

Usage: python3 infra/dev/setup.py run|tools|test

`run` installs what the program needs and builds the client; `tools` installs also what checks the code; `test` is both.
Needs only Python 3.11's standard library, asks nothing and needs no root. Each step is stamped with a hash of what it
was made from, so a second call does nothing.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from bootstrap_pip import make_environment

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = ROOT / "infra" / "locks"
PWA = ROOT / "pwa"


def say(sentence: str) -> None:
    print(f"set-up: {sentence}", flush=True)


def digest(paths: Iterable[Path], *extra: str) -> str:
    """SHA-256 over names and bytes of `paths` (folders are walked) and the `extra` words."""
    whole = hashlib.sha256("\0".join(extra).encode())
    for path in paths:
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            whole.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return whole.hexdigest()


def stamped(name: str, state: str) -> bool:
    """Is step `name` already done for `state`?"""
    stamp = VENV / "stamps" / name
    return stamp.is_file() and stamp.read_text() == state


def set_stamp(name: str, state: str) -> None:
    stamp = VENV / "stamps" / name
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(state)


def run(*command: str | Path, cwd: Path = ROOT) -> None:
    """Runs a command quietly; on failure shows all it said and stops the set-up."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        print(done.stdout)
        sys.exit(f"set-up: this failed: {' '.join(str(part) for part in command)}")


def pip_install(*arguments: str | Path) -> None:
    run(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments)


def install_python_packages(lock: str) -> None:
    path = LOCKS / f"{lock}.txt"
    state = digest([path], sys.version)
    if stamped(lock, state) or (
        lock == "run" and stamped("dev", digest([LOCKS / "dev.txt"], sys.version))
    ):
        return
    say(f"installing the Python packages of {path.relative_to(ROOT)} (a minute or two)")
    pip_install("--require-hashes", "-r", path)
    set_stamp(lock, state)


def install_ourselves() -> None:
    state = digest([ROOT / "pyproject.toml"], sys.version, str(ROOT))
    if stamped("self", state):
        return
    # The build tools are locked like everything else, so nothing is fetched here.
    pip_install("--no-deps", "--no-build-isolation", "-e", ROOT)
    set_stamp("self", state)


def node_major() -> int:
    """Major version of the Node on PATH; 0 where there is none."""
    if not (shutil.which("node") and shutil.which("npm")):
        return 0
    answer = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    number = answer.stdout.strip().removeprefix("v").split(".")[0]
    return int(number) if number.isdigit() else 0


def install_node() -> None:
    if node_major() >= 22:
        return
    path = LOCKS / "node.txt"
    state = digest([path], sys.version)
    if not stamped("node", state):
        say("no Node 22 or newer on PATH: installing the one packaged for Python")
        pip_install("--require-hashes", "-r", path)
        shutil.rmtree(VENV / "node-bin", ignore_errors=True)
        set_stamp("node", state)


def install_client_packages() -> None:
    state = digest([PWA / "package-lock.json"])
    if stamped("npm", state) and (PWA / "node_modules").is_dir():
        return
    say("installing the client's packages")
    run(ROOT / "infra" / "dev" / "npm", "ci", "--no-audit", "--no-fund", cwd=PWA)
    set_stamp("npm", state)


def build_client() -> None:
    sources = [
        PWA / "src",
        PWA / "index.html",
        PWA / "package-lock.json",
        *sorted(PWA.glob("*.config.*")),
    ]
    sources += [folder for folder in (PWA / "public", PWA / "build") if folder.is_dir()]
    state = digest(sources)
    if stamped("client", state) and (PWA / "dist" / "index.html").is_file():
        return
    say("building the client")
    run(ROOT / "infra" / "dev" / "npm", "run", "build", cwd=PWA)
    set_stamp("client", state)


def main(purpose: str) -> None:
    if sys.version_info < (3, 11):
        sys.exit(f"set-up: Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")
    os.chdir(ROOT)
    make_environment(VENV, say)
    install_python_packages("run" if purpose == "run" else "dev")
    install_ourselves()
    install_node()
    install_client_packages()
    if purpose != "tools":
        build_client()


if __name__ == "__main__":
    if sys.argv[1:] not in (["run"], ["tools"], ["test"]):
        sys.exit(__doc__)
    main(sys.argv[1])
