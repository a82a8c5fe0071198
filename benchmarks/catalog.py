"""What each kept benchmark measures, for the page of evidence.

Words only: figures are in docs/evidence/bench-NAME.json.
"""

from __future__ import annotations

# name: (title, what was measured)
BENCHMARKS: dict[str, tuple[str, str]] = {
    "sync": (
        "Server work per change",
        (
            "CPU time of the server for receiving and sending records, with sign-in, validation and history, on SQLite "
            "with every safety on. Beside it the same bytes read by plain SQL, and the usual way of web frameworks."
        ),
    ),
    "load": (
        "A whole school at once",
        "Hundreds of devices that come back within seconds of each other, also after a day's outage.",
    ),
    "memory": ("Memory over time", "The server's memory while devices sync for an hour."),
    "client": (
        "On a slow phone",
        "The app in a real browser whose processor is slowed down six times.",
    ),
    "phones": ("Slow uploads", "Whether slow phones that send photos hold up everybody else."),
    "peers": (
        "Beside other sync servers",
        "The same writers and the same reader before two well-known open source sync servers.",
    ),
    "pokes": (
        "News at once",
        "How many waiting devices the side process carries, and how soon they know.",
    ),
}
