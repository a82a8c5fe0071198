"""Puts the built client into the wheel, so that an installed Pathfolio needs no Node.

An editable install serves pwa/dist from the working copy, so nothing is built for it.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ClientInWheel(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        root = Path(self.root)
        client = root / "pwa" / "dist"
        if not (client / "index.html").is_file():
            raise RuntimeError(
                "The client is not built yet: run `make setup`, then build the wheel."
            )
        build_data["force_include"][str(client)] = "pathfolio/client/dist"
