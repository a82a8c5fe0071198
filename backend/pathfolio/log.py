"""Structured logs: one JSON object a line, and never a name, a title, a word or an address of anybody."""

from __future__ import annotations

import logging
import re
import sys
import time
from collections.abc import MutableMapping
from typing import Any

import structlog
from flask import Flask, Response, g, request

# What a log line may carry; anything else is dropped, so that no careless call can leak a person's words.
ALLOWED = frozenset(
    {
        "event", "level", "timestamp", "kind", "at", "status", "method", "route", "ms", "code", "count",
        "actor", "school", "client", "record", "upload", "job", "attempt", "slug", "version", "reason",
        "seconds", "bytes", "epoch", "logger", "space", "n", "port", "pid", "state",
    }
)  # fmt: skip
# Ids, routes and code words; what people write has spaces and other letters.
PLAIN = re.compile(r"[A-Za-z0-9_.:/<>{}\[\]*=@+-]{0,200}")

log = structlog.get_logger()


def only_allowed(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Drop every key that is not on the list, and every text that is more than a code word."""
    for key in [key for key, value in event.items() if not fit(key, value)]:
        del event[key]
    return event


def fit(key: str, value: object) -> bool:
    if key in {"event", "at"}:  # written by programmers, see `errors.where`
        return True
    return key in ALLOWED and (not isinstance(value, str) or PLAIN.fullmatch(value) is not None)


class Frames(logging.Formatter):
    """Lines of libraries: their template without its arguments, which may quote data."""

    def __init__(self) -> None:
        super().__init__()
        self._render = structlog.processors.JSONRenderer()

    def format(self, record: logging.LogRecord) -> str:
        event: dict[str, Any] = {
            "event": record.msg if isinstance(record.msg, str) else type(record.msg).__name__,
            "level": record.levelname.lower(),
            "logger": record.name,
            "at": f"{record.module}:{record.lineno}",
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
        }
        if record.exc_info and record.exc_info[0]:
            event["kind"] = record.exc_info[0].__name__
        return str(self._render(None, "", event))


def configure(level: str) -> None:
    """Send our own and the libraries' lines to stderr as JSON."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_allowed,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Frames())
    root = logging.getLogger()
    root.handlers = [kept for kept in root.handlers if not ours(kept)] + [handler]
    root.setLevel(max(logging.WARNING, logging.getLevelName(level)))


def ours(handler: logging.Handler) -> bool:
    return isinstance(handler.formatter, Frames)


def set_up(app: Flask) -> None:
    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        if request.path.startswith(("/api/", "/media/")):
            actor = g.get("actor")
            log.info(
                "request",
                method=request.method,
                # The pattern, never the path: paths hold what people type into the address bar.
                route=request.url_rule.rule if request.url_rule else "unknown",
                status=response.status_code,
                ms=round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
                actor=actor.person if actor else None,
            )
        return response
