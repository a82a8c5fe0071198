"""The promises of the design, checked on devices at work and, when all is quiet, on everything there is."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from pathfolio_sync import canonical
from tests.simulation import judge
from tests.simulation.ledger import WORD, BrokenPromiseError, words_in

if TYPE_CHECKING:
    from tests.simulation.device import Device
    from tests.simulation.run import Simulation

Json = dict[str, Any]


def waiting(found: Json) -> list[Json]:
    """Rows of the outbox that the base does not hold."""
    state, client = found["state"], found["client"]
    same = state is not None and state["client"] == client["id"]
    confirmed = state["confirmed"] if same else 0
    return [row for row in found["outbox"] if row["n"] > confirmed]


# At work


def readable(device: Device, found: Json, typed: set[str]) -> None:
    """Promise 4: what was just saved is shown."""
    missing = typed - words_in(found["shown"])
    if missing:
        raise BrokenPromiseError(4, f"{device.name} does not show what was saved: {missing}")


def same_after_reload(device: Device, before: list[Json], now: list[Json]) -> None:
    """Promise 4: a reload changes nothing."""
    old = {record["id"]: canonical(record) for record in before}
    new = {record["id"]: canonical(record) for record in now}
    for record in sorted(old.keys() | new.keys()):
        if old.get(record) != new.get(record):
            raise BrokenPromiseError(
                4,
                f"{device.name} shows the record {record} otherwise after a reload:"
                f"\n{old.get(record)!r}\n{new.get(record)!r}",
            )


def own_words_stayed(device: Device, own: set[str], found: Json) -> None:
    """Promise 4, after a power cut: one's own writes are shown, or wait until what they changed is back."""
    missing = own - words_in([found["shown"], waiting(found)])
    if missing:
        raise BrokenPromiseError(4, f"{device.name} shows its own words no more: {missing}")


def waiting_is_shown(device: Device, found: Json) -> None:
    """Promise 4: what waits in the outbox is in the state that the screens show."""
    latest: dict[tuple[str, str], Json] = {}
    # A device that becomes a new client writes its rows anew, in any order.
    for row in sorted(waiting(found), key=lambda row: row["n"]):
        if row["op"] == "text":
            latest[row["record"], row["field"]] = row
    shown = {record["id"]: record for record in found["shown"]}
    for (record, field), row in latest.items():
        body = shown.get(record)
        if body is not None and body["fields"].get(field) != row["value"]:
            raise BrokenPromiseError(4, f"{device.name} does not show {row['id']}, which waits")


# When all is quiet


def unquiet(simulation: Simulation) -> BrokenPromiseError | None:
    """What is still not as it must become: outboxes (promise 6), then views (promise 2)."""
    for device in living(simulation):
        if not device.running:
            return BrokenPromiseError(6, f"{device.name} does not run")
        found = device.peek()
        left = waiting(found)
        if left:
            return BrokenPromiseError(
                6, f"{device.name} still holds {len(left)} mutations, first {left[0]}"
            )
        difference = _difference(simulation, device, found["base"])
        if difference is not None:
            return BrokenPromiseError(2, f"{device.name}: {difference}")
        files = simulation.stage.custody.unquiet(device)
        if files is not None:
            return BrokenPromiseError(6, f"{device.name}: {files}")
    return None


def living(simulation: Simulation) -> list[Device]:
    """The devices whose person was not erased."""
    return [device for device in simulation.devices.values() if not device.over]


def _difference(simulation: Simulation, device: Device, base: list[Json]) -> str | None:
    held = {(body["space"], body["id"]): canonical(body) for body in base}
    spaces = simulation.roster.spaces(device.person)
    rows = simulation.school.rows("SELECT space, record, body FROM record WHERE NOT gone")
    there = {(row["space"], row["record"]): row["body"] for row in rows if row["space"] in spaces}
    for place in sorted(held.keys() | there.keys()):
        if held.get(place) != there.get(place):
            return f"{place}: here {held.get(place)!r}, at school {there.get(place)!r}"
    return None


def final(simulation: Simulation) -> None:
    """All promises, once everything is quiet."""
    for device in living(simulation):
        found = device.dump()
        shown = sorted(map(canonical, found["shown"]))
        if shown != sorted(map(canonical, found["base"])):
            raise BrokenPromiseError(2, f"{device.name} shows something else than it holds")
        simulation.stage.custody.final(device)
    everything_kept(simulation)
    applied_once(simulation)
    no_word_lost(simulation)
    no_conflict_with_oneself(simulation)
    erased_words_are_nowhere(simulation)
    judge.dated_rightly(simulation)
    judge.thrown_away_knowingly(simulation)
    judge.narrower_audience_stays(simulation)
    judge.answers_are_with_their_work(simulation)
    judge.one_tab_leads(simulation)
    problems = simulation.school.problems()
    if problems:
        raise BrokenPromiseError(1, f"the server's own check: {problems}")


def everything_kept(simulation: Simulation) -> None:
    """Promise 1: each saved mutation is in history, or in its author's list."""
    history = {
        row["id"]: row["value"] for row in simulation.school.rows("SELECT id, value FROM history")
    }
    for identity, saved in simulation.ledger.due():
        author = simulation.school.people[saved.person]
        if identity in history:
            if saved.mutation["op"] in {"set", "text"}:
                value = json.loads(history[identity])
                if value != saved.mutation["value"]:
                    raise BrokenPromiseError(1, f"history changed the value of {identity}")
        elif identity not in _listed(simulation, author):
            raise BrokenPromiseError(
                1, f"{identity} of {saved.person} is nowhere: {saved.mutation}"
            )


def _listed(simulation: Simulation, author: str) -> set[str]:
    """Mutations in somebody's own list of what was not accepted."""
    rows = simulation.school.rows(
        "SELECT body FROM record WHERE NOT gone AND kind = 'not_accepted' AND space = ?",
        f"u:{author}",
    )
    listed: set[str] = set()
    for row in rows:
        listed |= kept_in(json.loads(row["body"]))
    return listed


def kept_in(body: Json) -> set[str]:
    """The refused mutations that a record keeps: those of an entry of the list."""
    if body["kind"] != "not_accepted":
        return set()
    fields = body["fields"]
    return {fields["mutation"]["id"], *(each["id"] for each in fields.get("followers") or [])}


def applied_once(simulation: Simulation) -> None:
    """Promise 3: no mutation moved a space's log twice for the same record."""
    rows = simulation.school.rows("SELECT space, record, mutation FROM space_chain")
    times = Counter((row["space"], row["record"], row["mutation"]) for row in rows)
    for place, count in times.items():
        if count > 1:
            raise BrokenPromiseError(3, f"{place} was applied {count} times")


def no_word_lost(simulation: Simulation) -> None:
    """Promise 7: each word that nobody took out is shown, set aside in its record, or in a list."""
    rows = simulation.school.rows("SELECT body FROM record WHERE NOT gone")
    there = words_in([json.loads(row["body"]) for row in rows])
    due = {identity for identity, _ in simulation.ledger.due()}
    for text, word in simulation.ledger.words.items():
        kept = word.person not in simulation.ledger.erased and word.carriers & due
        if kept and not word.dropped and text not in there:
            raise BrokenPromiseError(
                7, f"{text} of {word.person} in {word.record} is nowhere to be seen"
            )


def erased_words_are_nowhere(simulation: Simulation) -> None:
    """Erasure: what somebody wrote is in no table and on no device of others, but where others took it up."""
    ledger = simulation.ledger
    if not ledger.erased:
        return
    gone = {text for text, word in ledger.words.items() if word.person in ledger.erased}
    gone -= simulation.stage.sight.joint()
    for place, text in simulation.school.texts():
        words = gone.intersection(WORD.findall(text))
        if words:
            raise BrokenPromiseError(5, f"erased words {sorted(words)} are in {place}")
    for device in living(simulation):
        found = device.dump()
        held = words_in([found[name] for name in ("base", "ring", "outbox", "shown")])
        if held & gone:
            raise BrokenPromiseError(5, f"{device.name} holds erased words {sorted(held & gone)}")


def no_conflict_with_oneself(simulation: Simulation) -> None:
    """Merge rules: who changes a thing alone, on one device, is never told of a conflict.

    Unless a restored server and a device that lost its storage have together forgotten what was known; or a restored
    server took what had been refused: that was not on its author's screen any more when they went on.
    """
    editors: dict[str, set[str]] = {}
    for saved in simulation.ledger.saved.values():
        editors.setdefault(saved.mutation["record"], set()).add(saved.device)
    for identity in simulation.ledger.alone:
        editors.pop(simulation.ledger.saved[identity].mutation["record"], None)
    for record in simulation.ledger.meddled:
        editors.pop(record, None)
    for row in simulation.school.rows("SELECT id, record FROM history"):
        if row["id"] in simulation.stage.refused:
            editors.pop(row["record"], None)
    rows = simulation.school.rows("SELECT record, body FROM record WHERE NOT gone")
    for row in rows:
        flags = json.loads(row["body"]).get("flags")
        if flags and len(editors.get(row["record"], ())) == 1:
            raise BrokenPromiseError(7, f"{row['record']} is in conflict with itself: {flags}")
