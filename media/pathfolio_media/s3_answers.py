"""What an S3 server's answers mean, and who may ask one that does not answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from pathfolio_media.store import StoreAwayError, StoreError, StoreRefusesError

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

# Codes of https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html beside every 5xx.
PASSING = {"SlowDown", "RequestTimeout", "TooManyRequests", "RequestLimitExceeded", "429"}
PAUSE_SECONDS, LONGEST_SECONDS = 2.0, 30.0


@contextmanager
def told(codes: set[str] | None = None, error: StoreError | None = None) -> Iterator[None]:
    """Turns what boto3 raises into StoreError; answers with one of `codes` into `error`."""
    try:
        yield
    except (ClientError, S3UploadFailedError) as raised:
        # Sending a whole file wraps what the bucket said.
        found = raised.__context__ if isinstance(raised, S3UploadFailedError) else raised
        if not isinstance(found, ClientError):
            raise StoreAwayError(f"the bucket did not take a file: {raised}") from raised
        code = str(found.response.get("Error", {}).get("Code", ""))
        if codes and error and code in codes:
            raise error from found
        raise meaning(code, status_of(found)) from found
    except (BotoCoreError, HTTPClientError, OSError) as found:
        raise StoreAwayError(f"the bucket is out of reach: {type(found).__name__}") from found


def meaning(code: str, status: int) -> StoreError:
    """The error for an answer of the bucket: who can help, and when."""
    said = f"the bucket answered {code or status}"
    if status >= 500 or code in PASSING:
        return StoreAwayError(said)
    if status in (401, 403) or code == "NoSuchBucket":
        return StoreRefusesError(said)
    return StoreError(said)


def status_of(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


class Gate:
    """Lets one call at a time through to a server that was silent, so that not every thread waits for it in vain."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._closed_until: float | None = None

    def watch(self, client: S3Client) -> None:
        """From now on, all calls of this client go through here."""
        events = client.meta.events
        events.register_first("before-call.s3", self._enter)
        events.register("after-call.s3", self._answered)
        events.register("after-call-error.s3", self._failed)

    def _enter(self, **_about: object) -> None:
        now = time.monotonic()
        with self._lock:
            if self._closed_until is None:
                return
            if now < self._closed_until:
                raise StoreAwayError("the bucket was out of reach a moment ago")
            self._closed_until = now + LONGEST_SECONDS

    def _answered(self, **_about: object) -> None:
        self._closed_until = None

    def _failed(self, exception: Exception | None = None, **_about: object) -> None:
        if isinstance(exception, BotoCoreError | HTTPClientError | OSError):
            self._closed_until = time.monotonic() + PAUSE_SECONDS
