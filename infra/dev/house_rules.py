"""Rules of this repository that no other checker knows. Prints each breach; exit status 1 if there is any.

- lock files hold a hash for every package, no index line and no host name;
- no file of ours is longer than 400 lines;
- no path of one person's machine and no registry's host name anywhere.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MOST_LINES = 400
CODE = {".py", ".ts", ".svelte", ".css", ".js", ".mjs", ".html", ".sh", ".sql"}
# Written by a program: checked for drift, not for length.
GENERATED = re.compile(r"\.gen\.|/vectors/|/migrations/versions/|package-lock\.json$")
# Put together from parts, so that this file does not breach its own rule.
REGISTRIES = [
    "pypi" + ".org",
    "python" + "hosted.org",
    "registry." + "npmjs",
    "deb.debian" + ".org",
]
MACHINE_PATHS = re.compile(r"(?<![\w.~/-])/(?:home|Users|work|root)/[\w.-]+")


def tracked() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [path for name in listing.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def python_lock_breaches(path: Path) -> Iterator[str]:
    text = path.read_text()
    if "://" in text or re.search(r"^\s*--(index|extra|find|trusted)", text, re.MULTILINE):
        yield "names a host or an index"
    # A package's lines are joined by backslashes.
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip() and not line.startswith("#") and "--hash=sha256:" not in line:
            yield f"has no hash for {line.split()[0]}"


def npm_lock_breaches(path: Path) -> Iterator[str]:
    for name, package in json.loads(path.read_text())["packages"].items():
        if "resolved" in package:
            yield f"names the host of {name}"
        if name and not package.get("link") and "integrity" not in package:
            yield f"has no hash for {name}"


def file_breaches(path: Path) -> Iterator[str]:
    try:
        text = path.read_text()
    except UnicodeDecodeError:
        return
    name = path.relative_to(ROOT).as_posix()
    lines = text.count("\n")
    if path.suffix in CODE and lines > MOST_LINES and not GENERATED.search(name):
        yield f"has {lines} lines, more than {MOST_LINES}"
    yield from (f"names the registry {host}" for host in REGISTRIES if host in text)
    yield from (
        f"holds the path of one machine: {found}"
        for found in sorted(set(MACHINE_PATHS.findall(text)))
    )


def breaches() -> Iterator[str]:
    for path in tracked():
        found = list(file_breaches(path))
        if path.parent == ROOT / "infra" / "locks":
            found += python_lock_breaches(path)
        if path.name == "package-lock.json":
            found += npm_lock_breaches(path)
        yield from (f"{path.relative_to(ROOT)} {sentence}" for sentence in found)


if __name__ == "__main__":
    every = list(breaches())
    print("\n".join(every))
    sys.exit(1 if every else 0)
