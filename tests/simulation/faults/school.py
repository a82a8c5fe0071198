"""What happens at school: the server's past, what goes for good, versions, and people whose account is deleted."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pathfolio import clock
from tests.simulation import acts, oracles
from tests.simulation.agenda import HOUR, MINUTE
from tests.simulation.faults import storage
from tests.simulation.faults.fault import Fault, later
from tests.simulation.ledger import BrokenPromiseError, words_in
from tests.simulation.school import CAST

if TYPE_CHECKING:
    import random

    from tests.simulation.device import Device
    from tests.simulation.run import Simulation

Json = dict[str, Any]
MONTH = 31 * 24 * HOUR
LIVE = "SELECT record, space, body FROM record WHERE NOT gone"

# Restores


def restore(simulation: Simulation, chance: random.Random) -> None:
    """An operator takes a copy now, and puts it back some time later without a word: the start notices."""
    path = simulation.school.folder / "copy"
    simulation.school.copy(path)
    _put_back(simulation, chance, "restore", lambda: simulation.school.restore(path))


def announced_restore(simulation: Simulation, chance: random.Random) -> None:
    """The same with `pathfolio restore`."""
    path = simulation.school.folder / "backup"
    simulation.school.copy(path)

    def put() -> bool:
        acts.announced(simulation.school, path)
        return True

    _put_back(simulation, chance, "announced restore", put)


def roll_back(simulation: Simulation, chance: random.Random) -> None:
    """A snapshot of the whole machine comes back: only devices can know."""
    folder = simulation.school.folder / "machine"
    query = "SELECT began FROM meta WHERE reason != 'first'"
    if simulation.school.rows(query):
        return  # on a device's word alone at most one new epoch a day begins
    acts.photograph(simulation.school, folder)
    put = lambda: acts.roll_back(simulation.school, folder)  # noqa: E731
    _put_back(simulation, chance, "machine rolled back", put)


def _put_back(
    simulation: Simulation, chance: random.Random, fault: str, put: Callable[[], bool]
) -> None:
    state, ahead = simulation.roster.copy(), simulation.school.time.ahead
    simulation.stage.note("copies the database")

    def now() -> None:
        if simulation.school.time.ahead != ahead:
            return  # nobody puts a copy of last month back: devices keep a ring of 30 days
        simulation.stage.fault(fault)
        began = put()
        storage.write_off(simulation)
        simulation.roster.back_to(state)
        simulation.stage.note("is back", "new epoch" if began else "same epoch")

    later(simulation, chance, max(MINUTE, simulation.plan.length // 2), now)


# What goes for good


def empty_trash(simulation: Simulation, chance: random.Random) -> None:
    """A month goes by at school, and what its owner threw away goes for good."""
    school = simulation.school
    school.time.ahead += MONTH
    before = clock.to_wire(school.time.now() - timedelta(days=30))
    bodies = [json.loads(row["body"]) for row in school.rows(LIVE)]
    due = {
        body["id"]: body
        for body in bodies
        if "deleted" in body
        and body["deleted"]["by"] == body["by"]
        and body["deleted"]["at"] < before
    }
    past = school.rows("SELECT id, record FROM history")
    acts.act(simulation, chance, lambda: acts.clean(school))
    left = {row["record"] for row in school.rows(LIVE)}
    if left & due.keys():
        raise BrokenPromiseError(1, f"after 30 days still in the trash: {left & due.keys()}")
    lost = {body["id"] for body in bodies} - left - due.keys()
    if lost:
        raise BrokenPromiseError(1, f"went with the trash: {lost}")
    simulation.ledger.drop(words_in(list(due.values())))
    simulation.ledger.purge(row["id"] for row in past if row["record"] in due)
    simulation.ledger.purge(each for body in due.values() for each in oracles.kept_in(body))
    simulation.stage.fault("a month passes", sorted(due))


def erase(simulation: Simulation, chance: random.Random) -> None:
    """A privacy request: everything of somebody goes at once, whatever is restored later."""
    people = [name for name, (role, _) in CAST.items() if role != "coordinator"]
    name = chance.choice([each for each in people if each not in simulation.roster.erased])
    person = simulation.school.people[name]
    going = _of(simulation, person)
    simulation.stage.fault("erase a person", name, len(going))
    acts.act(simulation, chance, lambda: acts.erase_person(simulation.school, name))
    simulation.roster.erased.add(name)
    simulation.roster.changed()
    simulation.ledger.erase(name, going)


def _of(simulation: Simulation, person: str) -> set[str]:
    """Records by a person, in their own spaces, or about those."""
    rows = [(row, json.loads(row["body"])) for row in simulation.school.rows(LIVE)]
    own = {f"u:{person}", f"p:{person}"}
    going = {
        body["id"]
        for row, body in rows
        if body["by"] == person or row["space"] in own or body["id"] == person
    }
    about = {body["id"] for _, body in rows if body["fields"].get("artifact") in going}
    listed = {
        body["id"]
        for _, body in rows
        if body["kind"] == "not_accepted" and body["fields"]["record"] in going
    }
    return going | about | listed


def told_of_deletion(simulation: Simulation, device: Device, found: Json) -> None:
    """A device hears that its account is deleted: its person takes a copy of what is unsent, then it is wiped."""
    if device.person not in simulation.roster.erased:
        raise BrokenPromiseError(6, f"{device.name} was told that its account is deleted")
    tab = device.tabs[0]
    asked = simulation.node.ask("copyOfUnsent", device.name, tab=tab)
    if device.name in simulation.node.crashed or not simulation.node.done(asked):
        return  # killed over it
    copy = json.loads(simulation.node.must(asked))
    kept = {each["id"] for each in copy["changes"]}
    missing = {row["id"] for row in found["outbox"]} - kept
    if missing:
        raise BrokenPromiseError(1, f"{device.name} offers a copy without {missing}")
    simulation.stage.note("wipes", device.name)
    pending = simulation.node.ask("wipe", device.name, tab=tab)
    device.over, device.running = True, False
    simulation.when_done(device, pending, lambda _: None)
    simulation.follow()


# Versions


def schema_bump(simulation: Simulation, chance: random.Random) -> None:
    """The server speaks another version for a while: the app's changes wait until it was updated."""
    simulation.stage.fault("schema bump")
    acts.speak(*chance.choice(((2, 2), (0, 0))))

    def updated() -> None:
        simulation.stage.note("speaks the same version again")
        acts.speak(*acts.SHIPPED)

    later(simulation, chance, max(MINUTE, simulation.plan.length // 4), updated)


FAULTS = {
    "restore": Fault(restore, 1),
    "announced restore": Fault(announced_restore, 1),
    "machine rolled back": Fault(roll_back, 1),
    "a month passes": Fault(empty_trash, 1),
    "erase a person": Fault(erase, 1),
    "schema bump": Fault(schema_bump, 1),
}
