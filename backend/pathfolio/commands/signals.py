"""Being told to stop."""

from __future__ import annotations

import signal
import threading


def stop_event() -> threading.Event:
    """An event that SIGTERM or SIGINT sets, however often they come.

    A handler runs inside whatever the main thread does, also inside the event's own lock: setting it there would wait
    for itself for ever when two signals come at once. So another thread sets it.
    """
    stop = threading.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: threading.Thread(target=stop.set, daemon=True).start())
    return stop
