"""What a device does all day is answered by an index, never by reading a whole school."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from pathfolio import db, ids
from tests.api.support_sync import Device, place
from tests.api.world import World
from tests.support.databases import Databases

# A step that goes through a whole table, or through all that a school has of it.
WIDE = re.compile(r"SCAN (?!json_each|CONSTANT)|SEARCH (?!meta).*\(school=\?\)$")


@pytest.fixture
def databases(sqlite_databases: Databases) -> Databases:
    """SQLite alone: what PostgreSQL plans depends on how much there is."""
    return sqlite_databases


@contextmanager
def statements(world: World) -> Iterator[dict[str, Any]]:
    """All reads and writes of the block, with the parameters of their first run."""
    found: dict[str, Any] = {}

    def note(*args: Any) -> None:  # noqa: ANN401 - the library's signature
        _connection, _cursor, statement, parameters, _context, many = args
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            found.setdefault(statement, parameters[0] if many else parameters)

    with world.app.app_context():
        engine = db.db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


def wide(world: World, found: dict[str, Any]) -> list[str]:
    """The statements with a step that grows with the school."""
    with world.app.app_context(), db.read() as session:
        connection = session.connection()
        plans = {
            statement: [
                str(row[3])
                for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            ]
            for statement, parameters in found.items()
        }
    return [f"{text}\n{plan}" for text, plan in plans.items() if any(map(WIDE.search, plan))]


def a_day(ana: Device, tia: Device) -> None:
    """Pieces are made, written, sorted, answered, shared, thrown away, refused, pulled."""
    work = ana.create(title="Nest", words="Of twigs.", tags={"wood": {"text": "wood"}})
    key = ids.new_id()
    link = {"type": "link", "url": "https://nest.example", "title": ""}
    ana.must(
        ana.set(work, "title", "A nest"),
        ana.text(work, "words", "Of twigs and moss."),
        ana.mutation("add", work, field="attachments", value={"key": key, "v": link, "p": place()}),
        ana.mutation("place", work, field="attachments", value={"key": key, "p": place(place())}),
    )
    tia.pull()
    tia.create("feedback", artifact=work, audience="published", glow="Well made.")
    ana.pull()
    ana.must(ana.set(work, "audience", "me"))
    ana.must(ana.set(work, "audience", "teachers"))
    ana.push(ana.set(ids.new_id(), "title", "Of nothing"))
    ana.must(ana.mutation("delete", work))
    ana.pull()
    tia.pull()
    assert ana.http.get(f"/api/records/{work}/history").status_code == 200


def test_no_call_of_a_device_reads_a_whole_school(ana: Device, tia: Device, world: World) -> None:
    with statements(world) as found:
        a_day(ana, tia)
    assert len(found) > 20
    assert wide(world, found) == []
