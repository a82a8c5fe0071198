"""Finds a Chromium for browser tests and says how to start it quietly."""

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")

# Nothing may be fetched beside the page under test: several of these services look up hosts at every start.
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-features=OptimizationHints,MediaRouter,Translate",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
]


def chromium_program() -> str | None:
    """The executable to use: PATHFOLIO_CHROMIUM, else one of the machine's own. None: Playwright's, if any."""
    if chosen := os.environ.get("PATHFOLIO_CHROMIUM"):
        return chosen
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return found or (str(MAC) if MAC.exists() else None)


def launch_arguments() -> list[str]:
    # Chromium's own sandbox refuses to start as root, as in a container.
    return [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else QUIET
