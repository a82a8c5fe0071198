"""Runs every check that reads code without running it. All of them run; what failed is shown and named at the end."""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = ROOT / ".venv" / "bin"
NPM = ROOT / "infra" / "dev" / "npm"

CHECKS: list[tuple[str, list[str | Path], Path]] = [
    ("ruff check", [BIN / "ruff", "check", "."], ROOT),
    ("ruff format", [BIN / "ruff", "format", "--check", "."], ROOT),
    ("house rules", [BIN / "python", "infra/dev/house_rules.py"], ROOT),
    ("import rules", [BIN / "lint-imports", "--no-logo"], ROOT),
    ("generated files", [BIN / "python", "infra/dev/generated.py", "--check"], ROOT),
    ("docs", [BIN / "python", "infra/dev/check_docs.py"], ROOT),
    (
        "mypy",
        [BIN / "mypy", "-p", "pathfolio", "-p", "pathfolio_sync", "-p", "pathfolio_media"],
        ROOT,
    ),
    ("mypy, tests and tools", [BIN / "mypy", "tests", "infra/dev", "benchmarks"], ROOT),
    ("svelte-check", [NPM, "run", "--silent", "check"], ROOT / "pwa"),
    ("tsc", [NPM, "run", "--silent", "types"], ROOT / "pwa"),
    ("eslint and prettier", [NPM, "run", "--silent", "lint"], ROOT / "pwa"),
]


def passes(command: list[str | Path], folder: Path) -> tuple[bool, str]:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode == 0, done.stdout


def main() -> int:
    failed = []
    for name, command, folder in CHECKS:
        start = time.monotonic()
        good, said = passes(command, folder)
        print(
            f"{'ok    ' if good else 'FAILED'} {name} ({time.monotonic() - start:.1f} s)",
            flush=True,
        )
        if not good:
            failed.append(name)
            print(said, flush=True)
    print(f"lint: failed: {', '.join(failed)}" if failed else "lint: all checks passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
