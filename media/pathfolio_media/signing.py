"""Signed addresses of the disk store: HMAC-SHA256 over method, path and every field.

A signature opens one file or takes one part until it expires; it says nothing about a person and can't be
turned into another one.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode


class BadSignatureError(Exception):
    """The address was changed, made up, or has expired; `expired` tells which."""

    def __init__(self, *, expired: bool) -> None:
        super().__init__("expired" if expired else "tampered")
        self.expired = expired


class Signer:
    """Signs and checks query strings with a key derived from the school server's secret."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 16:
            raise ValueError("a signing secret has at least 16 bytes")
        self._key = hmac.digest(secret, b"pathfolio media addresses v1", hashlib.sha256)

    def query(self, method: str, path: str, fields: Mapping[str, str], expires: datetime) -> str:
        """The query string for `path`: the fields, `until` (epoch seconds) and `sig`."""
        signed = {**fields, "until": str(int(expires.timestamp()))}
        return urlencode({**signed, "sig": self._sign(method, path, signed)})

    def check(
        self, method: str, path: str, query: Mapping[str, str], now: datetime
    ) -> dict[str, str]:
        """The signed fields of a request.

        Raises:
            BadSignatureError: changed, made up or expired.
        """
        fields = {name: value for name, value in query.items() if name != "sig"}
        expected = self._sign(method, path, fields)
        if not hmac.compare_digest(
            expected.encode(), query.get("sig", "").encode("utf-8", "replace")
        ):
            raise BadSignatureError(expired=False)
        if int(fields.pop("until")) < now.timestamp():
            raise BadSignatureError(expired=True)
        return fields

    def _sign(self, method: str, path: str, fields: Mapping[str, str]) -> str:
        # urlencode escapes every separator, so two different requests never give the same message.
        message = f"{method}\n{path}\n{urlencode(sorted(fields.items()), errors='replace')}"
        return hmac.new(self._key, message.encode(), hashlib.sha256).hexdigest()[:43]
