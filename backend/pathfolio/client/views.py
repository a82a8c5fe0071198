"""Serves the built client: its page, its hashed files, its service worker."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import brotli
from flask import Blueprint, Flask, Response, request
from werkzeug.routing import BaseConverter

from pathfolio import settings
from pathfolio.errors import NotFound

HERE = Path(__file__).parent
PLACES = (HERE / "dist", HERE.parents[2] / "pwa" / "dist")
FOREVER = "public, max-age=31536000, immutable"
ALWAYS_ASK = "no-cache"
WORTH_PACKING = 512
TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".json": "application/json",
}

blueprint = Blueprint("client", __name__)


class FileConverter(BaseConverter):
    """A path outside the API and media, so that their unknown addresses stay honest 404s."""

    regex = r"(?!api/|media/)[^/].*?"
    part_isolating = False
    weight = 300


@dataclass(frozen=True)
class Packed:
    """One file of the client, also compressed, with its strong validator."""

    plain: bytes
    br: bytes | None
    gz: bytes | None
    mime: str
    tag: str


def folder() -> Path | None:
    """Where the built client is, or None when nobody built it."""
    chosen = settings.current().client
    places = (Path(chosen),) if chosen else PLACES
    return next((place for place in places if (place / "index.html").is_file()), None)


@lru_cache(maxsize=400)
def packed(path: Path, _changed: float) -> Packed:
    """Read and compress a file once; `_changed` makes a rebuilt file a new one."""
    plain = path.read_bytes()
    mime = (
        TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    )
    text = mime.startswith("text/") or mime.endswith(("json", "xml", "javascript"))
    pack = text and len(plain) > WORTH_PACKING
    return Packed(
        plain=plain,
        br=brotli.compress(plain, quality=9) if pack else None,
        gz=gzip.compress(plain, mtime=0) if pack else None,
        mime=mime + ("; charset=utf-8" if text else ""),
        tag=hashlib.sha256(plain).hexdigest()[:32],
    )


@blueprint.get("/")
def index() -> Response:
    return send("index.html")


@blueprint.get("/<file:name>")
def file(name: str) -> Response:
    return send(name)


def send(name: str) -> Response:
    """A file of the client; raises NotFound for what is not one."""
    root = folder()
    if root is None:
        raise NotFound("The client is not built on this server yet; run `make run`.")
    path = root / name
    try:
        path = path.resolve()
        known = path.is_relative_to(root.resolve()) and path.is_file()
    except OSError:  # longer than a file system takes
        known = False
    if not known:
        raise NotFound("There is no such page. Start at the first page of Pathfolio.")
    found = packed(path, path.stat().st_mtime)
    response = Response(found.plain, mimetype=None, content_type=found.mime)
    accepted = request.accept_encodings
    for coding, data in (("br", found.br), ("gzip", found.gz)):
        if data is not None and accepted[coding] > 0:
            response.set_data(data)
            response.headers["Content-Encoding"] = coding
            break
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = FOREVER if name.startswith("assets/") else ALWAYS_ASK
    response.set_etag(found.tag + "-" + response.headers.get("Content-Encoding", "plain"))
    response.make_conditional(request.environ)
    return response


def set_up(app: Flask) -> None:
    app.url_map.converters["file"] = FileConverter
