"""What a seed decides before anything happens: who does something when, which faults occur, and how often.

A plan can be written as JSON and replayed without some of its parts; that is how a failure is made short.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Self

from tests.simulation.agenda import HOUR, MINUTE
from tests.simulation.faults import FAULTS as NOW_AND_THEN

# On the way: a share of all requests.
WAY = {
    "lose request": 0.12,
    "lose answer": 0.12,
    "cut answer": 0.08,
    "stranger answers": 0.06,
    "another school answers": 0.03,
    "duplicate": 0.2,
    "old request comes late": 0.1,
    "delay": 0.3,
}
# At the server: a share of all requests too.
SERVER = {"die in a transaction": 0.06, "die before the answer": 0.05}

FAULTS = (*WAY, *SERVER, *NOW_AND_THEN)
ACT = "act"
SITTINGS, IN_A_ROW = (28, 36), 6

# user name -> devices
DEVICES = {
    "ana": ("ana's phone", "ana's laptop"),
    "ben": ("ben's phone",),
    "tia": ("tia's laptop",),
    "tom": ("tom's laptop",),
}
# What a plan grows by, and the faults in it.
MORE = 3 * MINUTE
LIGHT = ("flight mode", "kill", "kill at an await")
LENGTHS = (3 * MINUTE, 12 * MINUTE, HOUR)

Json = dict[str, Any]


class Step(NamedTuple):
    """Something that happens `at` so many milliseconds after the beginning; `key` decides all that is random in it."""

    at: int
    what: str
    key: int

    def chance(self, seed: str) -> random.Random:
        return random.Random(f"{seed} {self.what} {self.key}")

    def sitting(self, seed: str) -> random.Random:
        """What is the same for all that somebody does in a row."""
        return random.Random(f"{seed} sits {self.key // IN_A_ROW}")


class Hit(NamedTuple):
    """A fault of one request: the so-many-th that a device sends."""

    device: str
    request: int
    fault: str


@dataclass(frozen=True)
class Plan:
    """`rates`: how often requests are hit; `hits`: those that are, in a plan that is replayed.

    `may_grow`: it goes on until it is as large as a seed has to be.
    """

    seed: str
    length: int
    steps: tuple[Step, ...]
    rates: dict[str, float] = field(default_factory=dict)
    hits: frozenset[Hit] | None = None
    may_grow: bool = False

    def grown(self) -> Plan:
        """More of the same at its end."""
        chance = random.Random(f"more {self.seed} {len(self.steps)}")
        later = self.length + MORE
        faults = [Step(chance.randint(self.length, later), name, len(self.steps)) for name in LIGHT]
        acts = _acts(chance, self.length, MORE, 4, first=len(self.steps))
        return replace(self, length=later, steps=self.steps + tuple(sorted([*acts, *faults])))

    def hit(self, which: Hit, draw: float) -> bool:
        """Whether a request is hit by a fault; `draw` is its random number, at least 0 and below 1."""
        if self.hits is not None:
            return which in self.hits
        return draw < self.rates.get(which.fault, 0.0)

    def as_json(self) -> Json:
        """With `hits`, whatever else the plan had."""
        return {
            "seed": self.seed,
            "length": self.length,
            "steps": [list(step) for step in self.steps],
            "hits": [list(hit) for hit in sorted(self.hits or ())],
        }

    @classmethod
    def from_json(cls, told: Json) -> Self:
        steps = tuple(Step(*each) for each in told["steps"])
        hits = frozenset(Hit(*each) for each in told["hits"])
        return cls(told["seed"], told["length"], steps, hits=hits)


def plan_of(seed: str, only: tuple[str, ...] | None = None) -> Plan:
    """The plan of a seed; `only` names the faults that may occur instead of a random choice."""
    chance = random.Random(f"plan {seed}")
    length = chance.choice(LENGTHS)
    share = chance.uniform(0.25, 0.6)
    steps = _acts(chance, 0, length, chance.randint(*SITTINGS))
    rates: dict[str, float] = {}
    for name in FAULTS:
        # Of its own, so that a fault more does not change what a seed does with the others.
        chance = random.Random(f"plan {seed} {name}")
        often = chance.random() < share if only is None else name in only
        if not often:
            continue
        full = only is not None
        if name in NOW_AND_THEN:
            steps += _steps(chance, name, length, full=full)
        else:
            rates[name] = (WAY | SERVER)[name] * (1 if full else chance.uniform(0.2, 1))
    return Plan(seed, length, tuple(sorted(steps)), rates, may_grow=only is None)


def _acts(
    chance: random.Random, begin: int, length: int, sittings: int, first: int = 0
) -> list[Step]:
    """People come now and then and do a few things in a row: a tenth of a second, or some, from each to the next."""
    steps: list[Step] = []
    for sitting in range(first, first + sittings):
        at = begin + chance.randint(0, length)
        for number in range(chance.randint(1, IN_A_ROW)):
            steps.append(Step(min(at, begin + length), ACT, sitting * IN_A_ROW + number))
            at += chance.choice((100, 1_000, 7_000))
    return steps


def _steps(chance: random.Random, name: str, length: int, *, full: bool) -> list[Step]:
    fault = NOW_AND_THEN[name]
    times = fault.most if full else chance.randint(1, fault.most)
    return [
        Step(0 if fault.first else chance.randint(0, length), name, key) for key in range(times)
    ]
