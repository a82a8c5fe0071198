"""Preparing a bucket, and finding out what a bucket really enforces.

A server may speak S3 and still take any bytes at an address that was signed for others. Custody rests on it, so
`selftest` sends good and evil bytes and tells what came of them.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import urllib3

from pathfolio_media.s3 import S3Store
from pathfolio_media.s3_answers import told
from pathfolio_media.s3_signing import HASH
from pathfolio_media.store import LostSessionError, Part, SignedRequest, StoreError

SENT = [HASH, "content-type", "range"]
SHOWN = ["ETag", "Content-Length", "Content-Range", "Accept-Ranges"]
TIDY = "pathfolio-unfinished"
SETUP = "run `pathfolio storage setup`"
TIME = urllib3.Timeout(connect=5, read=60)


def allow(store: S3Store, origins: list[str]) -> None:
    """Lets pages of these addresses send parts and fetch files (CORS). Raises StoreError."""
    rule = {
        "AllowedMethods": ["GET", "HEAD", "PUT"],
        "AllowedOrigins": origins,
        "AllowedHeaders": SENT,
        "ExposeHeaders": SHOWN,
        "MaxAgeSeconds": 3600,
    }
    with told():
        store.client.put_bucket_cors(
            Bucket=store.bucket.name,
            CORSConfiguration={"CORSRules": [rule]},  # type: ignore[list-item]  # a literal
        )


def tidy(store: S3Store, days: int) -> None:
    """A safety net only: the bucket drops unfinished uploads after `days`, should nobody else.

    Other rules of the bucket stay. Raises StoreError.
    """
    rule = {
        "ID": TIDY,
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": days},
    }
    others = [each for each in life(store) if each.get("ID") != TIDY]
    with told():
        store.client.put_bucket_lifecycle_configuration(
            Bucket=store.bucket.name,
            LifecycleConfiguration={"Rules": [*others, rule]},  # type: ignore[list-item]  # literals
        )


def life(store: S3Store) -> list[dict[str, Any]]:
    """The bucket's lifecycle rules, as S3 writes them. Raises StoreError."""
    try:
        with told({"NoSuchLifecycleConfiguration"}, _NoRulesError()):
            found = store.client.get_bucket_lifecycle_configuration(Bucket=store.bucket.name)
    except _NoRulesError:
        return []
    return [dict(each) for each in found.get("Rules", [])]


class _NoRulesError(StoreError):
    """The bucket has no lifecycle rules."""


@dataclass(frozen=True)
class Finding:
    """One thing that was tried: what must be so, whether it is, and what the server answered."""

    rule: str
    kept: bool
    said: str = ""


def selftest(store: S3Store, origin: str) -> Iterator[Finding]:
    """Tries everything that Pathfolio relies on, on objects of its own, which it removes.

    `origin`: the address of the app's pages. Raises StoreError when the bucket can't be used at all.
    """
    trial = _Trial(store, origin)
    try:
        for rule, work in trial.rules():
            try:
                said = work()
            except StoreError as error:
                said = str(error)
            yield Finding(rule, not said, said)
    finally:
        trial.clear()


class _Trial:
    """Each rule is tried by a method that gives what is wrong, or an empty text."""

    def __init__(self, store: S3Store, origin: str) -> None:
        self.store, self.origin = store, origin
        self.http = urllib3.PoolManager(timeout=TIME, retries=False)
        self.key = f"selftest/{datetime.now(UTC):%Y}/{secrets.token_hex(8)}"
        self.body = os.urandom(1000)
        self.handle = store.begin(self.key)

    def rules(self) -> list[tuple[str, Callable[[], str]]]:
        return [
            ("refuses other bytes than an address was signed for", self.other_bytes),
            ("refuses bytes without their hash", self.no_hash),
            ("refuses another length", self.other_length),
            ("refuses an address that was changed", self.changed),
            ("refuses an address that has ended", self.ended),
            ("keeps nothing of what it refused", self.nothing_kept),
            ("takes the bytes that an address was signed for, and lists them", self.right_bytes),
            ("lets the app's pages send and fetch (CORS)", self.pages),
            ("joins parts and gives them back, whole and in ranges", self.joined),
            ("sets type and name of a download as told", self.named),
            ("shows nothing to whoever has no address", self.closed),
            ("takes nothing at the address of a finished upload", self.finished),
            ("says so when an upload was given up", self.lost),
            ("drops unfinished uploads some day (lifecycle)", self.tidied),
            ("forgets what is deleted (no old versions)", self.forgetful),
        ]

    def clear(self) -> None:
        self.store.abort(self.key, self.handle)
        self.store.delete(self.key)

    def signed(self, seconds: int = 300) -> SignedRequest:
        until = datetime.now(UTC) + timedelta(seconds=seconds)
        digest = hashlib.sha256(self.body).hexdigest()
        return self.store.sign_part(self.key, self.handle, Part(1, len(self.body)), digest, until)

    def put(self, request: SignedRequest, body: bytes, *, hashed: bool = True) -> int:
        headers = request.headers if hashed else {}
        try:
            return self.http.request("PUT", request.url, body=body, headers=headers).status
        except urllib3.exceptions.HTTPError as error:
            raise StoreError(f"out of reach from here: {type(error).__name__}") from error

    def other_bytes(self) -> str:
        return _refused(self.put(self.signed(), os.urandom(len(self.body))))

    def no_hash(self) -> str:
        return _refused(self.put(self.signed(), self.body, hashed=False))

    def other_length(self) -> str:
        return _refused(self.put(self.signed(), self.body + b"more"))

    def changed(self) -> str:
        request = self.signed()
        url = request.url.replace("partNumber=1", "partNumber=2")
        return _refused(self.put(SignedRequest("PUT", url, request.headers), self.body))

    def ended(self) -> str:
        return _refused(self.put(self.signed(-5), self.body))

    def nothing_kept(self) -> str:
        kept = self.store.parts(self.key, self.handle)
        return f"it kept {len(kept)} parts" if kept else ""

    def right_bytes(self) -> str:
        status = self.put(self.signed(), self.body)
        listed = self.store.parts(self.key, self.handle)
        return "" if listed == [Part(1, len(self.body))] else f"answer {status}, parts {listed}"

    def pages(self) -> str:
        asked = {
            "Origin": self.origin,
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Headers": HASH,
        }
        got = self.http.request("OPTIONS", self.signed().url, headers=asked)
        allowed = got.headers.get("Access-Control-Allow-Origin", "")
        if allowed in {self.origin, "*"}:
            return ""
        return f"answer {got.status}: {SETUP}"

    def tidied(self) -> str:
        ends = [each for each in life(self.store) if "AbortIncompleteMultipartUpload" in each]
        return "" if ends else f"no such rule: {SETUP}"

    def forgetful(self) -> str:
        """Whoever asks to be erased is promised that their files are gone."""
        with told():
            found = self.store.client.get_bucket_versioning(Bucket=self.store.bucket.name)
        if dict(found).get("Status") is None:
            return ""
        ends = any("NoncurrentVersionExpiration" in each for each in life(self.store))
        return "" if ends else "it keeps old versions: add a lifecycle rule that ends them"

    def closed(self) -> str:
        """A bucket that anybody may read would show every child's files."""
        address = urlsplit(self.address())
        plain = f"{address.scheme}://{address.netloc}{address.path}"
        status = self.http.request("GET", plain).status
        return _refused(status) if status != 404 else "it says which files are there"

    def joined(self) -> str:
        self.store.complete(self.key, self.handle, 1)
        if b"".join(self.store.read(self.key)) != self.body:
            return "other bytes came back"
        got = self.http.request("GET", self.address(), headers={"Range": "bytes=10-19"})
        return "" if (got.status, got.data) == (206, self.body[10:20]) else f"answer {got.status}"

    def named(self) -> str:
        got = self.http.request("GET", self.address())
        found = (got.headers.get("Content-Type"), got.headers.get("Content-Disposition", ""))
        good = found[0] == "application/pdf" and found[1].startswith("attachment")
        return "" if good else f"it said {found}"

    def address(self) -> str:
        until = datetime.now(UTC) + timedelta(minutes=5)
        return self.store.sign_get(
            self.key, mime="application/pdf", filename="a.pdf", expires=until
        )

    def finished(self) -> str:
        status = self.put(self.signed(), self.body)
        return "" if status == 404 else f"answer {status}"

    def lost(self) -> str:
        try:
            self.store.parts(self.key, self.handle)
        except LostSessionError:
            return ""
        return "it still lists the parts"


def _refused(status: int) -> str:
    return "" if 400 <= status < 500 else f"answer {status}"
