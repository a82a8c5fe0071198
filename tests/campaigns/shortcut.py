"""A call of sync without Flask's routing and sessions: the same functions that the view calls, from the bytes on."""

from __future__ import annotations

import json

from pathfolio import wire
from pathfolio.db import DatabaseBusyError
from pathfolio.errors import Busy, Problem, TooLarge
from pathfolio.syncing import envelope
from pathfolio.syncing import offer as offering
from pathfolio.syncing import pull as pulling
from pathfolio.syncing import push as pushing
from pathfolio.syncing.permission import Author
from tests.simulation.school import CAST, School


def shortcut(school: School, name: str, path: str, data: bytes) -> tuple[int, str, bytes]:
    """Status, content type and body, as `Stage.post` gives them."""
    with school.app.app_context():
        try:
            status, text = answer(school, name, path, data)
        except DatabaseBusyError:
            return problem(Busy())
        except Problem as refused:
            return problem(refused)
    return status, "application/json" if text else "", text


def answer(school: School, name: str, path: str, data: bytes) -> tuple[int, bytes]:
    if len(data) > envelope.MOST_BYTES:
        raise TooLarge
    body = wire.parse(data, any_text=True)
    if path.endswith("/push"):
        sent = envelope.push(body)
        return 200, json.dumps(pushing.push(author(school, name, sent.client), sent)).encode()
    if path.endswith("/offer"):
        client, epoch, offered = envelope.offer(body)
        taken = offering.offer(author(school, name, client), epoch, offered)
        return 200, json.dumps(taken).encode()
    page = pulling.pull(author(school, name), body)
    return (204, b"") if page is None else (200, page.body())


def author(school: School, name: str, client: str | None = None) -> Author:
    return Author(school.id, school.people[name], CAST[name][0], client)


def problem(refused: Problem) -> tuple[int, str, bytes]:
    return refused.status, "application/problem+json", json.dumps(refused.body()).encode()
