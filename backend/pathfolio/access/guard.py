"""Deny by default: before any view runs, the table must know its route and let the actor ask."""

from __future__ import annotations

from flask import Flask, g, request
from werkzeug.routing import BaseConverter

from pathfolio.access import pivot, rules
from pathfolio.errors import Forbidden, SignIn
from pathfolio.ids import PATTERN


class IdConverter(BaseConverter):
    """An id of ours in an address."""

    regex = PATTERN.strip("^$")


def action() -> str:
    """The name of what this request does: `METHOD /rule`."""
    rule = request.url_rule.rule if request.url_rule else ""
    return f"{'GET' if request.method == 'HEAD' else request.method} {rule}"


def set_up(app: Flask) -> None:
    app.url_map.converters["id"] = IdConverter

    @app.before_request
    def guard() -> None:
        if request.url_rule is None or request.method == "OPTIONS":
            return  # 404, 405 and the automatic list of methods show nothing of anybody
        known = pivot.ROUTES.get(action())
        if known is None:
            raise Forbidden("This address is not open to anybody.")
        if known.open:
            return
        # Imported late: sessions ask this package what an actor is.
        from pathfolio.sessions.tokens import authenticate  # noqa: PLC0415

        g.actor = authenticate()
        claimed = request.headers.get("Pathfolio-Person")
        if claimed is not None and claimed != g.actor.person:
            # One browser, two people: what a tab of the first holds must not go out as the second's.
            raise SignIn("Another person is signed in here now. Sign in again; nothing was lost.")
        if not rules.may_ask(g.actor, action()):
            raise Forbidden(sentence(g.actor.status))


def sentence(status: str) -> str:
    if status == "pending":
        return "Your teacher has not confirmed yet that you belong to the class."
    if status == "inactive":
        return "This account is closed: you can still read your own work."
    return "Only the people in charge of this may do it."
