"""Addresses of media, and the disk store's own addresses: parts come in, files go out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from flask import Response, current_app, request

from pathfolio import clock, settings
from pathfolio.errors import Busy, Forbidden, Gone, NotFound, Problem
from pathfolio.openapi import Blueprint
from pathfolio.serving import operations, schemas
from pathfolio.serving.ranges import BadRangeError, Span, wanted
from pathfolio.sessions import current
from pathfolio.uploads.storage import disk
from pathfolio_media.signing import BadSignatureError, Signer
from pathfolio_media.store import (
    LostSessionError,
    NoSuchObjectError,
    Part,
    WrongBytesError,
    check_key,
)

blueprint = Blueprint("serving", __name__, description="Media files")

PIECE = 1 << 16
# Whatever a file holds, opened by itself it can run nothing and load nothing.
LOCKED = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'"


@blueprint.post("/api/media/sign")
@blueprint.arguments(schemas.SignSchema)
@blueprint.response(200, schemas.MediaAddressesSchema)
def sign(body: dict[str, Any]) -> dict[str, Any]:
    """Addresses of up to 100 files, for as long as `expires` says."""
    found, expires = operations.sign(current(), body["items"])
    urls = [
        {name: value for name, value in vars(each).items() if value is not None} for each in found
    ]
    return {"urls": urls, "expires": expires}


@blueprint.put("/media/parts/<path:key>/<int:n>")
@blueprint.response(200)
def take_part(key: str, n: int) -> Response:
    """The bytes of one part, at the address that was signed for exactly these."""
    fields = signed("PUT", key)
    size = int(fields["size"])
    if request.content_length != size:
        raise wrong_bytes()
    # One more than is read: a server that ends the stream itself must find room after the last byte.
    request.max_content_length = size + 1
    try:
        disk().take_part(key, fields["handle"], Part(n, size), fields["sha256"], _body())
    except WrongBytesError:
        raise wrong_bytes() from None
    except LostSessionError:
        raise NotFound(
            "This upload is no longer open. Ask where it stands.", slug="session_lost"
        ) from None
    except OSError as error:
        raise Busy(
            "The school's storage is full at the moment. The file stays on your device.",
            seconds=300,
        ) from error
    return Response(status=200, mimetype="text/plain")


@blueprint.get("/media/files/<path:key>")
@blueprint.response(200)
def file(key: str) -> Response:
    """One file, whole or in part."""
    fields = signed("GET", key)
    size = disk().size(key)
    if size is None:
        raise NotFound("This file is no longer here.")
    # Objects never change under their key, but renditions may be made anew.
    tag = hashlib.sha256(f"{key}:{size}".encode()).hexdigest()[:32]
    response = Response(mimetype=fields["mime"])
    headers(response, fields, tag)
    if request.if_none_match.contains(tag):
        response.status_code = 304
        return response
    try:
        span = wanted(
            request.headers.get("Range"), request.headers.get("If-Range"), size, f'"{tag}"'
        )
    except BadRangeError:
        raise Problem(
            "The file does not have the bytes asked for.",
            status=416,
            slug="bad_range",
            headers={"Content-Range": f"bytes */{size}"},
        ) from None
    send(response, key, span, size)
    return response


def signed(method: str, key: str) -> dict[str, str]:
    """The fields that the address was signed with. Raises Forbidden, or Gone when it is over."""
    signer = Signer(current_app.extensions["pathfolio.key"])
    try:
        check_key(key)
        return signer.check(method, request.path, request.args.to_dict(), clock.now())
    except BadSignatureError as bad:
        slug = "address_expired" if bad.expired else "bad_address"
        raise Forbidden(
            "This address is not valid any more. Ask for a new one.", slug=slug
        ) from None
    except ValueError:
        raise Forbidden("This address is not valid.", slug="bad_address") from None


def headers(response: Response, fields: dict[str, str], tag: str) -> None:
    chosen = settings.current()
    response.headers["Content-Security-Policy"] = LOCKED
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "private, max-age=3600, immutable"
    response.set_etag(tag)
    response.headers["Content-Disposition"] = "inline"
    if "name" in fields:
        response.headers.set("Content-Disposition", "attachment", filename=fields["name"])
    if chosen.media_origin:  # the app's pages are then another origin
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.headers["Access-Control-Allow-Origin"] = chosen.origin or "*"


def send(response: Response, key: str, span: Span | None, size: int) -> None:
    start, length = (span.start, span.length) if span else (0, size)
    response.content_length = length
    if span:
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{size}"
    if request.method == "HEAD":
        return
    try:
        response.response = disk().read(key, start, length)
    except NoSuchObjectError:
        raise Gone("This file is no longer here.") from None


def _body() -> Iterator[bytes]:
    while piece := request.stream.read(PIECE):
        yield piece


def wrong_bytes() -> Problem:
    return Problem(
        "These are not the bytes that this address was made for.", status=400, slug="wrong_bytes"
    )
