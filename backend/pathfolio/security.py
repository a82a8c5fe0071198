"""The walls around every response and every unsafe request: headers, CSRF, sizes, rates."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from flask import Flask, Response, request

from pathfolio import limits, settings, standing
from pathfolio.errors import Problem
from pathfolio.uploads import storage

SAFE = {"GET", "HEAD", "OPTIONS"}
HOST = re.compile(r"[a-z0-9.-]{1,253}", re.IGNORECASE)
# Svelte's own policy makes its templates; `pathfolio` is the client's, for its service worker and workers.
POLICIES = "svelte-trusted-html pathfolio"
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": (
        "camera=(self), microphone=(self), fullscreen=(self), screen-wake-lock=(self), "
        "geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=(), "
        "accelerometer=(), gyroscope=(), magnetometer=(), browsing-topics=(), display-capture=()"
    ),
}


class CrossSite(Problem):
    status = 403
    slug = "cross_site"
    title = "The request came from another site"


def policy(origins: Iterable[str]) -> str:
    """The content security policy of pages; `origins` are those that media may come from and go to."""
    also = "".join(f" {each}" for each in origins)
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self' blob: data:{also}",
            f"media-src 'self' blob:{also}",
            f"connect-src 'self'{also}",
            "font-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            f"trusted-types {POLICIES}",
        )
    )


def policy_here(fixed: str) -> str:
    """The policy with the side process of pokes let in, where browsers reach it through a port of its own."""
    port = settings.current().pokes_port
    host = standing.bare(request.host)
    if not port or not HOST.fullmatch(host):
        return fixed
    return fixed.replace(
        "connect-src 'self'", f"connect-src 'self' {request.scheme}://{host}:{port}"
    )


def own_origins() -> set[str]:
    """The origins that this request may come from: the configured one, or the one it was sent to."""
    configured = settings.current().origin
    return {configured} if configured else {f"{request.scheme}://{request.host}"}


def check_site() -> None:
    """Refuse an unsafe request that a browser sent from another site. Raises CrossSite.

    By Sec-Fetch-Site, else Origin (OWASP CSRF cheat sheet). A request with neither comes from no
    browser, so it carries no borrowed cookie.
    """
    if request.method in SAFE or request.path.startswith("/media/"):
        return  # media URLs are signed and take no cookie
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        allowed = site in {"same-origin", "none"}
    else:
        origin = request.headers.get("Origin")
        allowed = origin is None or origin.rstrip("/") in own_origins()
    if not allowed:
        raise CrossSite("Open Pathfolio at its own address and try again.")


def set_up(app: Flask) -> None:
    found: settings.Settings = app.extensions["pathfolio.settings"]
    with app.app_context():
        bucket = storage.bucket()
    page_policy = policy(filter(None, (found.media_origin, bucket.origin if bucket else "")))
    secure = urlsplit(found.origin).scheme == "https"

    @app.before_request
    def protect() -> None:
        check_site()
        limits.count_call()

    @app.after_request
    def headers(response: Response) -> Response:
        for name, value in FIXED.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", policy_here(page_policy))
        if response.status_code == 204:
            response.set_data(b"")  # flask-smorest says `null` where nothing is to be said
            response.headers.pop("Content-Type", None)
        if request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")
            # By this a device tells our answers from a Wi-Fi sign-in page's.
            response.headers["Pathfolio"] = "1"
        if secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response
