"""Answers made smaller: zstd, brotli or gzip, whichever the client takes, the quickest first."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import brotli
import zstandard
from flask import Response, request

WORTH_BYTES = 1024

_ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "zstd": lambda data: zstandard.ZstdCompressor(level=3).compress(data),
    "br": lambda data: bytes(brotli.compress(data, quality=4)),
    "gzip": lambda data: gzip.compress(data, compresslevel=5, mtime=0),
}


def chosen() -> str | None:
    """The encoding to use for this request, None for as it is."""
    accepted = request.accept_encodings
    return next((name for name in _ENCODINGS if accepted.quality(name) > 0), None)


def json_response(body: bytes, *, status: int = 200) -> Response:
    """JSON text as a response, compressed where that is worth it and asked for."""
    headers = {"Content-Type": "application/json", "Vary": "Accept-Encoding"}
    name = chosen() if len(body) >= WORTH_BYTES else None
    if name is not None:
        body = _ENCODINGS[name](body)
        headers["Content-Encoding"] = name
    return Response(body, status=status, headers=headers)
