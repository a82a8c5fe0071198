"""What the school says of files: `verified` only of bytes that it holds, and whoever waits for that is answered."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from tests.simulation.ledger import BrokenPromiseError
from tests.simulation.school import Answer, School

if TYPE_CHECKING:
    from tests.simulation.device import Device

Json = dict[str, Any]
SAFE = {"verified", "exists", "damaged"}
WAITS = {"waiting", "sending", "checking", "wifi"}
KEPT = "SELECT key, sha256 FROM upload WHERE id = ? AND state IN ('verified', 'damaged')"


class Custody:
    def __init__(self, school: School) -> None:
        self._school = school

    def check(self, path: str, answer: Answer) -> None:
        """Raises BrokenPromiseError where an answer about a file is not true."""
        if not path.startswith("/api/uploads") or answer.status != 200:
            return
        told = answer.json
        for each in told.get("uploads", [told]):
            if each.get("state") in SAFE:
                self._is_here(each["id"])

    def _is_here(self, upload: str) -> None:
        found = self._school.rows(KEPT, upload)
        if not any(self._holds(row["key"], row["sha256"]) for row in found):
            raise BrokenPromiseError(1, f"the school says that it holds the file {upload}")

    def _holds(self, key: str, digest: str) -> bool:
        path = self._school.folder / "media" / "objects" / key
        return path.exists() and sha256(path.read_bytes()).hexdigest() == digest

    # When all is quiet

    def unquiet(self, device: Device) -> str | None:
        """What is still not as it must become with the files of a device."""
        found = device.files()
        for row in found["queue"]:
            if row["state"] in WAITS:
                return f"the file {row['id']} is {row['state']}"
        return None

    def final(self, device: Device) -> None:
        """Bytes leave a device only when the school has them."""
        found = device.files()
        held = {key.partition("/")[0] for key in found["held"]}
        for row in found["queue"]:
            if row["state"] == "verified":
                self._is_here(row["id"])
            elif row["id"] not in held and row.get("code") != "gone":
                raise BrokenPromiseError(1, f"{device.name} lost the file {row['id']}: {row}")
