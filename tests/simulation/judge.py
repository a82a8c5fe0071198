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
LIVE = "SELECT record, space, body FROM record WHERE NOT gone"
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


class Past:
    """The history of a record, and what the author of each change of it knew."""

    def __init__(self, simulation: Simulation, record: str) -> None:
        query = "SELECT id, rev, op, field, value, base, after FROM history WHERE record = ?"
        self.rows = {row["id"]: row for row in simulation.school.rows(query, record)}

    def known(self, identity: str) -> set[str]:
        """Changes that the author of one knew: those up to its base, and of its own chain."""
        base = json.loads(self.rows[identity]["base"] or "null")
        held = base is not None and base[1] in self.rows and self.rows[base[1]]["rev"] == base[0]
        seen = base[0] if held else 0
        found, link = {identity}, self.rows[identity]["after"]
        while link in self.rows and link not in found:
            found.add(link)
            link = self.rows[link]["after"]
        return found | {row["id"] for row in self.rows.values() if row["rev"] <= seen}


def thrown_away_knowingly(simulation: Simulation) -> None:
    """Merge rules: what somebody edited stays, unless who threw it away had seen that edit."""
    for row in simulation.school.rows(LIVE):
        body = json.loads(row["body"])
        deleter = body["meta"].get("deleted", [0, ""])[1]
        past = Past(simulation, row["record"]) if "deleted" in body else None
        if past is None or deleter not in past.rows:
            continue  # a copy that somebody took along from a group begins in the trash
        known = past.known(deleter)
        for each in past.rows.values():
            if each["op"] in CONTENT and each["field"] != "flags" and each["id"] not in known:
                raise BrokenPromiseError(
                    7, f"{row['record']} is in the trash by {deleter}, unlike {each['id']}"
                )


def narrower_audience_stays(simulation: Simulation) -> None:
    """Privacy of a move: of two wishes for an audience that did not know each other, the narrower one stays."""
    for row in simulation.school.rows(LIVE):
        shown = json.loads(row["body"])["meta"].get("audience", [0, ""])[1]
        past = Past(simulation, row["record"])
        wishes = {each["id"]: each for each in past.rows.values() if each["field"] == "audience"}
        if shown not in wishes:
            continue
        known = {each: past.known(each) for each in wishes}
        for each in wishes:
            answered = any(each in known[other] for other in wishes if other != each)
            if shown in known[each] or answered:
                continue
            if _narrow(wishes[each]["value"]) > _narrow(wishes[shown]["value"]):
                raise BrokenPromiseError(5, f"{row['record']} is shown wider than {each} wanted")


def _narrow(audience: str) -> int:
    word = json.loads(audience).partition(":")[0]
    return {"me": 3, "circle": 2, "group": 1}.get(word, 0)


def answers_are_with_their_work(simulation: Simulation) -> None:
    """Replies move with their artifact: whoever may see one may see the other."""
    rows = simulation.school.rows(LIVE)
    homes = {row["record"]: row["space"] for row in rows}
    for row in rows:
        body = json.loads(row["body"])
        work = body["fields"].get("artifact")
        draft = body["kind"] == "feedback" and body["fields"].get("audience", "me") == "me"
        goes_along = body["kind"] in {"feedback", "reply"} and not draft
        if goes_along and row["space"] != homes.get(work, row["space"]):
            raise BrokenPromiseError(5, f"{row['record']} is not where {work} is")


def one_tab_leads(simulation: Simulation) -> None:
    """On the device: of the tabs of a browser one pushes and pulls."""
    for device in simulation.devices.values():
        if device.running and not device.over:
            leading = [tab for tab in device.tabs if device.dump(tab)["leads"]]
            if len(leading) > 1:
                raise BrokenPromiseError(3, f"the tabs {leading} of {device.name} lead at once")
