"""What a seed decides before anything happens: which faults occur, how often, and who has which devices."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

MINUTE = 60_000
HOUR = 60 * MINUTE

# On the way: a share of all requests.
WAY = {
    "lose request": 0.12,
    "lose answer": 0.12,
    "cut answer": 0.08,
    "stranger answers": 0.06,
    "duplicate": 0.2,
    "delay": 0.3,
}
# At the server: a share of all requests too.
SERVER = {"die in a transaction": 0.06, "die before the answer": 0.05}
# Now and then, so often in a run.
NOW_AND_THEN = {
    "flight mode": 5,
    "kill": 4,
    "kill between requests to the disk": 8,
    "power cut": 3,
    "evict the cache": 2,
    "copy of a device": 1,
    "sign out": 2,
    "clock jump": 4,
    "restore": 1,
    "class move": 4,
    "teacher leaves a class": 2,
}
ALWAYS = {"wrong clock": 0.5}

FAULTS = (*WAY, *SERVER, *NOW_AND_THEN, *ALWAYS)

# user name -> devices
DEVICES = {
    "ana": ("ana's phone", "ana's laptop"),
    "ben": ("ben's phone",),
    "tia": ("tia's laptop",),
    "tom": ("tom's laptop",),
}


@dataclass(frozen=True)
class Plan:
    """`rates` holds only the faults of this seed."""

    seed: str
    length: int
    actions: int
    rates: dict[str, float] = field(default_factory=dict)

    def rate(self, fault: str) -> float:
        return self.rates.get(fault, 0.0)


def plan_of(seed: str, only: tuple[str, ...] | None = None) -> Plan:
    """The plan of a seed; `only` names the faults that may occur instead of a random choice."""
    chance = random.Random(f"plan {seed}")
    length = chance.choice((3 * MINUTE, 12 * MINUTE, HOUR))
    share = chance.uniform(0.25, 0.6)
    rates: dict[str, float] = {}
    for name, most in (WAY | SERVER | ALWAYS).items():
        if chance.random() < share:
            rates[name] = most * chance.uniform(0.2, 1)
    for name, times in NOW_AND_THEN.items():
        if chance.random() < share:
            rates[name] = chance.randint(1, times)
    if only is not None:
        every: dict[str, float] = {**WAY, **SERVER, **ALWAYS, **NOW_AND_THEN}
        rates = {name: every[name] for name in only}
    return Plan(seed, length, chance.randint(50, 90), rates)
