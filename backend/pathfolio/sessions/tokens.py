"""Opaque device tokens: issue, recognise, rotate. 256 random bits, stored as SHA-256."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any, cast

from flask import Flask, Response, current_app, g, request
from sqlalchemy import BindParameter, Row, Table, bindparam, or_, select
from sqlalchemy.orm import Session

from pathfolio import db, settings, standing
from pathfolio.access.actor import Actor
from pathfolio.clock import now
from pathfolio.errors import AccountDeleted, Forbidden, SignIn
from pathfolio.ids import new_id
from pathfolio.people.models import Person
from pathfolio.sessions.models import DeviceSession
from pathfolio.standing import COOKIE, LOOPBACK_COOKIE, digest

COOKIE_DAYS = 400  # the longest that browsers keep
SEEN_EVERY = timedelta(minutes=5)
AGAIN = "Please sign in again. What you made on this device is kept."


def successor(token: str) -> str:
    """The token after `token`; the same for two requests at once, and unknown without our key."""
    key: bytes = current_app.extensions["pathfolio.key"]
    mac = hmac.new(key, b"rotate:" + token.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def issue(session: Session, person: Person, *, device: str, shared: bool) -> DeviceSession:
    """A new session of this device; its cookie goes out with the response, once committed."""
    token = secrets.token_urlsafe(32)
    row = DeviceSession(
        school=person.school,
        id=new_id(),
        person=person.id,
        device=device,
        shared=shared,
        token=digest(token),
    )
    session.add(row)
    session.flush()
    g.new_token = token
    return row


def presented() -> str | None:
    """The token that came with the request, if it has the form of one."""
    token = request.cookies.get(COOKIE, "")
    if not token and on_loopback():
        token = request.cookies.get(LOOPBACK_COOKIE, "")
    return token if standing.has_form(token) else None


def find(session: Session, token: str, *, lock: bool = False) -> DeviceSession | None:
    seen = digest(token)
    query = select(DeviceSession).where(
        or_(DeviceSession.token == seen, DeviceSession.previous == seen)
    )
    return session.scalar(query.with_for_update() if lock else query)


def alive(row: DeviceSession | Row[Any], token: str) -> bool:
    """Whether `row` still lets `token` in."""
    return standing.admits(row, digest(token), now(), settings.current())


# Asked with every request, so made once and without objects.
_DEVICE, _PERSON = cast("Table", DeviceSession.__table__), cast("Table", Person.__table__)
_SEEN: BindParameter[str] = bindparam("seen")
_SIGNED_IN = (
    select(
        *(each for each in _DEVICE.c if each.name != "id"),
        _DEVICE.c.id.label("session"),
        _PERSON.c.role,
        _PERSON.c.status,
        _PERSON.c.left,
    )
    .join(_PERSON, (_PERSON.c.school == _DEVICE.c.school) & (_PERSON.c.id == _DEVICE.c.person))
    .where(or_(_DEVICE.c.token == _SEEN, _DEVICE.c.previous == _SEEN))
)


def authenticate() -> Actor:
    """The actor of this request's cookie. Raises SignIn, AccountDeleted or Forbidden."""
    token = presented()
    if token is None:
        raise SignIn("Please sign in.")
    with db.read() as session:
        found = session.execute(_SIGNED_IN, {"seen": digest(token)})
        row = cast("Row[Any] | None", found.one_or_none())
    if row is None:
        raise SignIn(AGAIN)
    if row.status == "deleted":
        raise AccountDeleted(
            "This account was deleted. Save a copy of what is still on this device."
        )
    if not alive(row, token):
        raise SignIn(AGAIN)
    check_leaver(row)
    if is_stale(row, token):
        refresh(token)
    return Actor(
        person=row.person,
        school=row.school,
        role=row.role,
        status=row.status,
        session=row.session,
        shared=row.shared,
    )


def check_leaver(person: Person | Row[Any]) -> None:
    """Who left may read their own for a while. Raises Forbidden after that."""
    found = settings.current()
    if standing.is_closed(person.status, person.left, now(), found):
        raise Forbidden(
            f"This account was closed more than {found.leaver_days} days ago. Ask the school's coordinator.",
            slug="account_closed",
        )


def is_stale(row: DeviceSession | Row[Any], token: str) -> bool:
    """Whether `refresh` has anything to do."""
    if row.token != digest(token):
        return True
    return (
        now() - row.last_seen >= SEEN_EVERY
        or now() - row.rotated >= timedelta(hours=settings.current().rotate_hours)
        or (row.previous is not None and row.previous_until is None)
    )


def refresh(token: str) -> None:
    """Note that the device was here; rotate its token when it is old enough."""
    found = settings.current()

    def work(session: Session) -> str | None:
        row = find(session, token, lock=True)
        if row is None or row.ended is not None:
            return None
        row.last_seen = now()
        following = successor(token)
        if row.token != digest(token):  # rotated already, and the answer may have been lost
            return following if row.token == digest(following) else None
        if row.previous is not None and row.previous_until is None:
            row.previous_until = now() + timedelta(minutes=found.grace_minutes)
        waiting = row.previous_until is not None and now() <= row.previous_until
        if not waiting and now() - row.rotated >= timedelta(hours=found.rotate_hours):
            row.previous, row.previous_until = row.token, None
            row.token, row.rotated = digest(following), now()
            return following
        return None

    following = db.run_write(work)
    if following is not None:
        g.new_token = following


def set_up(app: Flask) -> None:
    @app.after_request
    def cookie(response: Response) -> Response:
        token = g.pop("new_token", None)
        if token is not None and response.status_code < 400:
            put(response, token, days=COOKIE_DAYS)
        return response


def on_loopback() -> bool:
    """Plain http from this very machine to itself, by no proxy and no public address."""
    came = [name for name in standing.FORWARDED if name in request.headers]
    return standing.is_loopback(
        request.host,
        request.remote_addr or "",
        came,
        secure=request.is_secure,
        settings=settings.current(),
    )


def drop(response: Response) -> None:
    """Take the cookie from the device, also one that this request would have renewed."""
    g.pop("new_token", None)
    put(response, "", days=0)


def put(response: Response, token: str, *, days: int) -> None:
    """Set the cookie, or drop it with `days=0`."""
    names = {COOKIE: True}
    if on_loopback():
        names[LOOPBACK_COOKIE] = False
    for name, secure in names.items():
        response.set_cookie(
            name,
            token,
            max_age=days * 86400,
            path="/",
            secure=secure,
            httponly=True,
            samesite="Lax",
        )
