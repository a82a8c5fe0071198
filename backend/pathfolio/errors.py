"""Every error that leaves the server: RFC 9457 problem+json with a stable slug and a helpful sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from flask import Flask, Response, json, request
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from pathfolio.db import DatabaseBusyError
from pathfolio.trouble import Trouble, trouble

log = structlog.get_logger()


class Problem(Exception):
    """Carries an HTTP status, a stable slug, and a sentence that a person can act on."""

    status = 400
    slug = "bad_request"
    title = "The request could not be understood"

    def __init__(
        self,
        detail: str = "",
        *,
        status: int | None = None,
        slug: str | None = None,
        title: str | None = None,
        errors: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        self.status = status or self.status
        self.slug = slug or self.slug
        self.title = title or self.title
        self.detail = detail or self.title + "."
        self.errors = errors
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})
        super().__init__(self.slug)

    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "type": f"/problems/{self.slug}",
            "slug": self.slug,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            found["errors"] = dict(self.errors)
        return found | self.extra


class Invalid(Problem):
    status = 422
    slug = "invalid"
    title = "Something in the request is not valid"


class SignIn(Problem):
    status = 401
    slug = "sign_in"
    title = "Please sign in"


class Forbidden(Problem):
    status = 403
    slug = "forbidden"
    title = "You may not do this"


class NotFound(Problem):
    status = 404
    slug = "not_found"
    title = "There is nothing here"


class Conflict(Problem):
    status = 409
    slug = "conflict"
    title = "This does not fit what is already there"


class Gone(Problem):
    status = 410
    slug = "gone"
    title = "This is no longer here"


class AccountDeleted(Gone):
    slug = "account_deleted"
    title = "This account was deleted"


class TooLarge(Problem):
    status = 413
    slug = "too_large"
    title = "This is too large"


class UpdateApp(Problem):
    status = 426
    slug = "update_app"
    title = "Please update the app"


class TooMany(Problem):
    """Ask again after `seconds`."""

    status = 429
    slug = "too_many"
    title = "Too many tries"

    def __init__(self, detail: str, *, seconds: int, slug: str | None = None) -> None:
        super().__init__(detail, slug=slug, headers={"Retry-After": str(max(1, seconds))})


class Unable(Problem):
    """Disk or database are in trouble; ask again after a while. 503 too, which every version of the app knows."""

    status = 503
    title = "The school's computer is in trouble"

    def __init__(self, what: Trouble) -> None:
        super().__init__(what.sentence, slug=what.value, headers={"Retry-After": str(what.seconds)})


class Busy(Problem):
    """The server is busy for a moment; ask again after `seconds`."""

    status = 503
    slug = "busy"
    title = "The server is busy"

    def __init__(self, detail: str = "", *, seconds: int = 2) -> None:
        super().__init__(
            detail or "The server is busy. Your work is kept; it will be tried again.",
            headers={"Retry-After": str(seconds)},
        )


# Sentences for what the framework itself refuses.
FRAMEWORK = {
    400: ("bad_request", "The request could not be read. Please try again."),
    404: ("not_found", "There is nothing at this address, or you may not see it."),
    405: ("method_not_allowed", "This address does not take this kind of request."),
    408: ("too_slow", "The request took too long. Please try again."),
    413: ("too_large", "The request is larger than this server takes."),
    415: ("not_json", "Send the request as application/json."),
    416: ("bad_range", "The file does not have the bytes asked for."),
    422: ("invalid", "Some fields are not valid; see `errors`."),
    429: ("too_many", "Too many requests. Please wait a moment."),
    500: ("internal", "Something went wrong on the server. Your work is kept on this device."),
}


def answer(problem: Problem) -> Response:
    """The problem as a response; never cached."""
    response = Response(
        json.dumps(problem.body()), status=problem.status, mimetype="application/problem+json"
    )
    response.headers.update(problem.headers)
    response.headers["Cache-Control"] = "no-store"
    return response


def from_framework(error: HTTPException) -> Problem:
    """A framework's own exception as a problem; keeps headers such as Allow and Retry-After."""
    status = error.code or 500
    slug, detail = FRAMEWORK.get(status, (f"http_{status}", error.name + "."))
    data: Mapping[str, Any] = getattr(error, "data", None) or {}
    kept = {
        name: value
        for name, value in error.get_headers(request.environ)
        if name not in {"Content-Type", "Content-Length"}
    }
    return Problem(
        detail,
        status=status,
        slug=slug,
        title=error.name,
        errors=flat(data.get("errors") or data.get("messages") or {}),
        headers=kept,
    )


def flat(messages: Mapping[str, Any]) -> dict[str, list[str]]:
    """Marshmallow's nested messages as {dotted field: [sentence, ...]}; the location is dropped."""
    found: dict[str, list[str]] = {}

    def walk(path: str, value: object) -> None:
        if isinstance(value, Mapping):
            for key, inner in value.items():
                walk(f"{path}.{key}" if path else str(key), inner)
        elif isinstance(value, list):
            found.setdefault(path, []).extend(str(each) for each in value)
        else:
            found.setdefault(path, []).append(str(value))

    for location in ("json", "query", "path", "headers", "cookies"):
        if set(messages) == {location}:
            walk("", messages[location])
            return found
    walk("", messages)
    return found


def set_up(app: Flask) -> None:
    @app.errorhandler(Problem)
    def own(problem: Problem) -> Response:
        return answer(problem)

    @app.errorhandler(HTTPException)
    def framework(error: HTTPException) -> Response:
        if error.response is not None and error.code is None:
            return error.response  # type: ignore[return-value]  # abort(response) by a library
        if error.code is not None and error.code < 400:
            return error.get_response(request.environ)  # type: ignore[return-value]  # a redirect
        return answer(from_framework(error))

    @app.errorhandler(DatabaseBusyError)
    @app.errorhandler(PoolTimeout)
    def busy(error: Exception) -> Response:
        log.warning("busy", kind=type(error).__name__)
        return answer(Busy())

    @app.errorhandler(Exception)
    def unforeseen(error: Exception) -> Response:
        what = trouble(error)
        if what is not None:
            log.error("trouble", what=what.value, kind=type(error).__name__, at=where(error))
            return answer(Unable(what))
        # The message of an unforeseen error may quote what somebody wrote: log where, not what.
        log.error("unforeseen", kind=type(error).__name__, at=where(error))
        if app.testing and app.config.get("PROPAGATE_EXCEPTIONS"):
            raise error
        return answer(Problem(FRAMEWORK[500][1], status=500, slug="internal", title="Server error"))


def where(error: BaseException) -> list[str]:
    """The frames of the traceback as `file:line function`, without any value."""
    found: list[str] = []
    step = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        found.append(f"{code.co_filename.rpartition('/')[2]}:{step.tb_lineno} {code.co_name}")
        step = step.tb_next
    return found[-12:]
