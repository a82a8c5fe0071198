"""Rules of the design that no single moment shows: how edits are dated, and what may be thrown away."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.simulation.ledger import BrokenPromiseError

if TYPE_CHECKING:
    from tests.simulation.run import Simulation

Json = dict[str, Any]
TRAVEL = 61_000
"""Milliseconds that a push may take to arrive, twice over: so far may a corrected time be from the true one."""
CONTENT = {"create", "set", "text", "add", "remove", "place", "restore"}


def dated_rightly(simulation: Simulation) -> None:
    """Merge rules: an edit counts from when it was made, whatever its device's clock says.

    Not for what was offered after a restore (nobody knows what the clock says today), nor where clocks jump.
    """
    if simulation.trace.fired["clock jump"] or simulation.ledger.late:
        return
    rows = simulation.school.rows("SELECT id, record, time FROM history WHERE client IS NOT NULL")
    times = {(row["record"], _milliseconds(row["time"])) for row in rows}
    for row in rows:
        saved = simulation.ledger.saved.get(row["id"])
        if saved is None or row["id"] not in simulation.stage.pushed:
            continue
        counted = _milliseconds(row["time"])
        # What knew of another change, or was merged with it, counts as a millisecond after it.
        after = (row["record"], counted - 1) in times
        if counted < saved.at - TRAVEL or (counted > saved.at + TRAVEL and not after):
            wrong = round((counted - saved.at) / 1000)
            raise BrokenPromiseError(7, f"{row['id']} is dated {wrong} s off its true time")


def _milliseconds(time: str) -> int:
    return round(datetime.fromisoformat(time).replace(tzinfo=UTC).timestamp() * 1000)


def thrown_away_knowingly(simulation: Simulation) -> None:
    """Merge rules: what somebody edited stays, unless who threw it away had seen that edit."""
    for row in simulation.school.rows("SELECT record, body FROM record WHERE NOT gone"):
        body = json.loads(row["body"])
        if "deleted" in body and "deleted" in body["meta"]:
            _known_by_deleter(simulation, row["record"], body["meta"]["deleted"][1])


def _known_by_deleter(simulation: Simulation, record: str, deleter: str) -> None:
    query = "SELECT id, rev, op, field, base, after FROM history WHERE record = ? ORDER BY rev"
    rows = {row["id"]: row for row in simulation.school.rows(query, record)}
    if deleter not in rows:
        return  # a copy that somebody took along from a group begins in the trash
    delete = rows[deleter]
    base = json.loads(delete["base"] or "null")
    known = base is not None and base[1] in rows and rows[base[1]]["rev"] == base[0]
    seen, chain, link = (base[0] if known else 0), set(), delete["after"]
    while link in rows and link not in chain:
        chain.add(link)
        link = rows[link]["after"]
    for row in rows.values():
        edits = row["op"] in CONTENT and row["field"] != "flags"
        if edits and row["rev"] > seen and row["id"] not in {*chain, deleter}:
            raise BrokenPromiseError(
                7, f"{record} is in the trash by {deleter}, which had not seen {row['id']}"
            )
