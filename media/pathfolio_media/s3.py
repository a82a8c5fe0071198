"""The store in an S3-compatible bucket.

Parts of a multipart upload are sent by devices straight to the bucket, each to an address that takes only the
bytes it was signed for. The device keeps no ETags: the store itself is asked what it has.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, urlsplit

import boto3
from boto3.s3.transfer import TransferConfig
from botocore import UNSIGNED
from botocore.config import Config

from pathfolio_media import s3_signing
from pathfolio_media.s3_answers import Gate, told
from pathfolio_media.store import (
    KEY,
    AlreadyStoredError,
    Found,
    LostSessionError,
    NoSuchObjectError,
    Part,
    SignedRequest,
    StoreAwayError,
    StoreError,
    StoreRefusesError,
    Unfinished,
    WrongBytesError,
    check_key,
)

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

PIECE = 1 << 20
MEGA = 1 << 20
# Addresses are given to browsers, which keep what never changes under its key.
CACHED = "private, max-age=3600, immutable"
GONE = {"404", "NoSuchKey", "NotFound"}
NO_SESSION = {"404", "NoSuchUpload", "NoSuchKey"}
TIMES = 4
SEEN_SECONDS = 60.0


@dataclass(frozen=True)
class Bucket:
    """Where the bucket is and who we are. Without keys, those of the machine are used (as boto3 finds them)."""

    name: str
    endpoint: str = ""
    """Address of the server; empty: Amazon's, by region."""
    public: str = ""
    """Address at which devices reach the same server; empty: `endpoint`."""
    region: str = "us-east-1"
    path_style: bool = True
    access_key: str = ""
    secret_key: str = ""


class S3Store:
    """Implements `pathfolio_media.store.Store`. One instance may be used by several threads."""

    part_floor = 5 * MEGA

    def __init__(self, bucket: Bucket, temporary: Path) -> None:
        """`temporary`: a folder for files of a moment, as large as the largest upload."""
        self.bucket = bucket
        self._temporary = temporary
        self._gate = Gate()
        self._seen = -SEEN_SECONDS
        temporary.mkdir(parents=True, exist_ok=True)
        self._session = boto3.Session(
            aws_access_key_id=bucket.access_key or None,
            aws_secret_access_key=bucket.secret_key or None,
            region_name=bucket.region,
        )
        self.client: S3Client = self._client(bucket.endpoint)
        self._addresses = self._client(bucket.public or bucket.endpoint, cast("None", UNSIGNED))

    def _client(self, endpoint: str, signature: str | None = "s3v4") -> S3Client:
        config = Config(
            signature_version=signature,
            # Newer checksums that boto3 would add are refused by many servers; what is sent is signed instead.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={
                "addressing_style": "path" if self.bucket.path_style else "virtual",
                "payload_signing_enabled": True,
            },
            retries={"mode": "standard", "total_max_attempts": 3},
            connect_timeout=5,
            read_timeout=60,
            max_pool_connections=32,
        )
        made: S3Client = self._session.client("s3", endpoint_url=endpoint or None, config=config)
        self._gate.watch(made)
        return made

    @property
    def origin(self) -> str:
        """Scheme and host of the addresses that devices are given."""
        parts = urlsplit(self._plain("get_object", "a/2026/a", {}))
        return f"{parts.scheme}://{parts.netloc}"

    def demand(self) -> None:
        """Raises StoreAwayError, or StoreRefusesError when there is no such bucket for us."""
        try:
            with told(GONE, StoreRefusesError(f"there is no bucket {self.bucket.name}")):
                self.client.head_bucket(Bucket=self.bucket.name)
        except StoreRefusesError:
            self._seen = -SEEN_SECONDS
            raise
        self._seen = time.monotonic()

    # ---- unfinished uploads

    def begin(self, key: str) -> str:
        if self.size(key) is not None:
            raise AlreadyStoredError(key)
        with told():
            made = self.client.create_multipart_upload(Bucket=self.bucket.name, Key=key)
        return made["UploadId"]

    def sign_part(
        self, key: str, handle: str, part: Part, sha256: str, expires: datetime
    ) -> SignedRequest:
        query = {"PartNumber": part.n, "UploadId": handle}
        bound = {s3_signing.HASH: sha256}
        signed = bound | {"content-length": str(part.size)}
        plain = self._plain("upload_part", key, query)
        url = self._signed("PUT", plain, signed, expires)
        return SignedRequest("PUT", url, bound)

    def take_part(
        self, key: str, handle: str, part: Part, sha256: str, body: Iterable[bytes]
    ) -> None:
        piece = b"".join(body)
        if (len(piece), hashlib.sha256(piece).hexdigest()) != (part.size, sha256):
            raise WrongBytesError("other bytes than were told of")
        with told(NO_SESSION, LostSessionError(key)):
            self.client.upload_part(
                Bucket=self.bucket.name,
                Key=check_key(key),
                UploadId=handle,
                PartNumber=part.n,
                Body=piece,
            )

    def parts(self, key: str, handle: str) -> list[Part]:
        return sorted(
            (Part(part["PartNumber"], part["Size"]) for part in self._listed(key, handle)),
            key=lambda part: part.n,
        )

    def complete(self, key: str, handle: str, count: int) -> None:
        if self.size(key) is not None:
            # Ours, from an earlier call: only its own session may write to a key, and only once.
            self.abort(key, handle)
            return
        have = {part["PartNumber"]: part["ETag"] for part in self._listed(key, handle)}
        missing = [str(n) for n in range(1, count + 1) if n not in have]
        if missing:
            raise StoreError(f"parts missing: {', '.join(missing)}")
        joined = [{"PartNumber": n, "ETag": have[n]} for n in range(1, count + 1)]
        with told(NO_SESSION, LostSessionError(key)):
            self.client.complete_multipart_upload(
                Bucket=self.bucket.name,
                Key=key,
                UploadId=handle,
                MultipartUpload={"Parts": joined},  # type: ignore[typeddict-item]
            )

    def abort(self, key: str, handle: str) -> None:
        try:
            with told(NO_SESSION, LostSessionError(key)):
                self.client.abort_multipart_upload(
                    Bucket=self.bucket.name, Key=check_key(key), UploadId=handle
                )
        except LostSessionError:
            return

    def unfinished(self) -> Iterator[Unfinished]:
        with told():
            pages = self.client.get_paginator("list_multipart_uploads")
            for page in pages.paginate(Bucket=self.bucket.name):
                for each in page.get("Uploads", ()):
                    yield Unfinished(each["Key"], each["UploadId"], each["Initiated"])

    def sweep(self, before: datetime) -> int:
        stale = [
            path
            for path in self._temporary.glob("s3-*")
            if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before
        ]
        for path in stale:
            path.unlink(missing_ok=True)
        return len(stale)

    # ---- whole objects

    def put(self, key: str, source: Path, *, mime: str) -> None:
        with told():
            self.client.upload_file(
                str(source),
                self.bucket.name,
                check_key(key),
                ExtraArgs={"ContentType": mime},
                Config=TransferConfig(multipart_threshold=64 * MEGA, use_threads=False),
            )

    def size(self, key: str) -> int | None:
        try:
            with told(GONE, NoSuchObjectError(key)):
                found = self.client.head_object(Bucket=self.bucket.name, Key=check_key(key))
        except NoSuchObjectError:
            # The same answer means that the whole bucket is gone, and then no file of it may be given up.
            if time.monotonic() - self._seen >= SEEN_SECONDS:
                self.demand()
            return None
        return found["ContentLength"]

    def read(self, key: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        size = self.size(key)
        if size is None:
            raise NoSuchObjectError(key)
        end = size if length is None else min(size, start + length)
        return self._pieces(key, start, end)

    def _pieces(self, key: str, at: int, end: int) -> Iterator[bytes]:
        """Goes on where a broken connection left off."""
        failures = 0
        while at < end:
            try:
                with told(GONE, NoSuchObjectError(key)):
                    got = self.client.get_object(
                        Bucket=self.bucket.name, Key=key, Range=f"bytes={at}-{end - 1}"
                    )
                    with closing(got["Body"]) as body:
                        for piece in body.iter_chunks(PIECE):
                            yield piece
                            at += len(piece)
            except StoreAwayError:
                failures += 1
                if failures == TIMES:
                    raise

    @contextmanager
    def local(self, key: str) -> Iterator[Path]:
        with tempfile.NamedTemporaryFile(dir=self._temporary, prefix="s3-") as copy:
            for piece in self.read(key):
                copy.write(piece)
            copy.flush()
            yield Path(copy.name)

    def sign_get(self, key: str, *, mime: str, filename: str | None, expires: datetime) -> str:
        shown = f"attachment; filename*=UTF-8''{quote(filename, safe='')}" if filename else "inline"
        query = {
            "ResponseContentType": mime,
            "ResponseContentDisposition": shown,
            "ResponseCacheControl": CACHED,
        }
        return self._signed("GET", self._plain("get_object", key, query), {}, expires)

    def delete(self, key: str) -> None:
        with told():
            self.client.delete_object(Bucket=self.bucket.name, Key=check_key(key))

    def found(self, prefix: str = "") -> Iterator[Found]:
        with told():
            pages = self.client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.bucket.name, Prefix=prefix):
                for each in page.get("Contents", ()):
                    # Somebody else's files in the bucket are not ours to list, let alone to collect.
                    if KEY.fullmatch(each["Key"]):
                        yield Found(each["Key"], each["Size"], each["LastModified"])

    # ---- inside

    def _plain(self, operation: str, key: str, query: dict[str, Any]) -> str:
        """The address of an operation as boto3 builds it, without a signature."""
        params = {"Bucket": self.bucket.name, "Key": check_key(key), **query}
        return self._addresses.generate_presigned_url(operation, Params=params)

    def _signed(self, method: str, url: str, headers: dict[str, str], expires: datetime) -> str:
        credentials = self._session.get_credentials()
        if credentials is None:
            raise StoreError("no access key for the bucket")
        keys, region = credentials.get_frozen_credentials(), self.bucket.region
        return s3_signing.sign(
            keys, region, method, url, headers, now=datetime.now(UTC), expires=expires
        )

    def _listed(self, key: str, handle: str) -> list[Any]:
        with told(NO_SESSION, LostSessionError(key)):
            pages = self.client.get_paginator("list_parts").paginate(
                Bucket=self.bucket.name, Key=check_key(key), UploadId=handle
            )
            return [part for page in pages for part in page.get("Parts", ())]
