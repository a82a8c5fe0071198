"""The smallest application that shows how a server treats slow uploads: `PUT` reads a body, `GET` answers at once."""

from collections.abc import Callable, Iterable
from typing import Any


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["REQUEST_METHOD"] == "PUT":
        size = len(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        body = str(size).encode()
    else:
        body = b"{}"
    start_response(
        "200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    )
    return [body]
