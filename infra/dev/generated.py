"""Runs every generator of committed files; with --check says which files are not what the code says now."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Modules that write their files when run, and compare them when run with --check.
GENERATORS = [
    "pathfolio.settings",
    "pathfolio.access.page",
    "pathfolio.records.generate",
    "tests.campaigns.page",
]


def main(arguments: list[str]) -> int:
    failed = []
    for module in GENERATORS:
        command = [sys.executable, "-m", module, *arguments]
        if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
            failed.append(module)
    if failed and arguments == ["--check"]:
        print(
            f"Out of date: what {', '.join(failed)} writes. Run `make types` and commit the changes."
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
