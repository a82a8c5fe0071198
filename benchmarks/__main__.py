"""`make bench`: every measurement, or those named: `make bench ARGS="sync phones client"`.

With `--keep` the figures go to docs/evidence/bench-NAME.json, for the page of evidence. `peers` installs other servers
and is run only when it is named.
"""

import sys
from collections.abc import Callable
from typing import Any

from benchmarks import client, pokes, slow_phones, sync
from benchmarks.load import memory
from benchmarks.load import run as load
from benchmarks.peers import comparison
from tests.campaigns.evidence import keep_benchmark

Rows = list[dict[str, Any]]

ROWS: dict[str, Callable[[], Rows | None]] = {
    "sync": sync.run,
    "phones": slow_phones.run,
    "client": client.run,
    "pokes": pokes.run,
    "peers": comparison.run,
    "load": load.run,
    "memory": memory.run,
}
ONLY_WHEN_NAMED = {"peers", "load", "memory", "pokes"}


def main(words: list[str]) -> int:
    names = [word for word in words if word != "--keep"]
    unknown = set(names) - ROWS.keys()
    if unknown:
        print(f"There is no measurement {', '.join(sorted(unknown))}. Known: {', '.join(ROWS)}.")
        return 2
    for name in names or [each for each in ROWS if each not in ONLY_WHEN_NAMED]:
        print(f"\n== {name}", flush=True)
        rows = ROWS[name]()
        if rows and "--keep" in words:
            keep_benchmark(name, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
