"""`make bench`: every measurement, or those named: `make bench ARGS="sync phones client"`."""

import sys
from collections.abc import Callable

from benchmarks import client, slow_phones, sync

ROWS: dict[str, Callable[[], None]] = {
    "sync": sync.run,
    "phones": slow_phones.run,
    "client": client.run,
}


def main(names: list[str]) -> int:
    unknown = set(names) - ROWS.keys()
    if unknown:
        print(f"There is no measurement {', '.join(sorted(unknown))}. Known: {', '.join(ROWS)}.")
        return 2
    for name in names or ROWS:
        print(f"\n== {name}")
        ROWS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
