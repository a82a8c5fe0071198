"""Signed addresses of an S3 store (AWS Signature Version 4, query form), bound to the bytes that may come.

S3's usual presigned PUT takes any bytes. Here the SHA-256 and the length are signed as headers, so the store
itself refuses all others.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.credentials import ReadOnlyCredentials

HASH = "x-amz-content-sha256"
STEP = timedelta(minutes=15)


class _Auth(S3SigV4QueryAuth):
    """botocore's signer, with the real hash of the payload and a chosen beginning."""

    def __init__(
        self, credentials: ReadOnlyCredentials, region: str, start: datetime, life: int
    ) -> None:
        super().__init__(credentials, "s3", region, expires=life)
        self._start = start

    def payload(self, request: AWSRequest) -> str:
        bound = request.headers.get(HASH)
        return str(bound or super().payload(request))

    def add_auth(self, request: AWSRequest) -> None:
        request.context["timestamp"] = self._start.strftime("%Y%m%dT%H%M%SZ")
        self._modify_request_before_signing(request)  # type: ignore[attr-defined]  # not in the stubs
        to_sign = self.string_to_sign(request, self.canonical_request(request))
        signature = self.signature(to_sign, request)
        self._inject_signature_to_request(request, signature)  # type: ignore[attr-defined]


def sign(
    credentials: ReadOnlyCredentials,
    region: str,
    method: str,
    url: str,
    headers: Mapping[str, str],
    *,
    now: datetime,
    expires: datetime,
) -> str:
    """`url` with a signature over method, path, query and `headers` that ends at `expires`.

    The signature begins on a full quarter of an hour, so that the same address is given out again within it and
    a browser's cache knows it.
    """
    start = _quarter(min(now, expires - timedelta(seconds=1)))
    life = int((expires - start).total_seconds())
    request = AWSRequest(method=method, url=url, headers=dict(headers))
    _Auth(credentials, region, start, life).add_auth(request)
    return str(request.url)


def _quarter(moment: datetime) -> datetime:
    step = STEP.total_seconds()
    return datetime.fromtimestamp(moment.timestamp() // step * step, UTC)
