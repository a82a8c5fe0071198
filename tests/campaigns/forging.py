"""Makes spoiled calls out of real ones: whose session, which device, which trick."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.campaigns.judging import Secrets
from tests.campaigns.spoiling import Spoiler
from tests.campaigns.traffic import Said, Stage, body
from tests.simulation.school import seeded_ids

Json = dict[str, Any]
PUSH, PULL, OFFER = "/api/sync/push", "/api/sync/pull", "/api/sync/offer"
OVER_HTTP = 0.25
# trick: how often
TRICKS = {
    "values": 44,
    "graft": 26,
    "bytes": 14,
    "headers": 3,
    "replay": 6,
    "theft": 6.5,
    "flood": 0.5,
}


@dataclass(frozen=True)
class Envelope:
    """What is sent, in whose session; `heard` is told what came back."""

    person: str
    path: str
    data: bytes
    trick: str
    headers: dict[str, str] = field(default_factory=dict)
    over_http: bool = False
    heard: Callable[[int, bytes], None] = lambda *_: None


class Forger:
    """Knows all that was really said that day, and how far its own devices were consumed."""

    def __init__(self, dice: Random, said: list[Said], stage: Stage, secrets: Secrets) -> None:
        self.dice, self.stage, self.secrets = dice, stage, secrets
        self.names = [name for name in stage.tokens if any(each.person == name for each in said)]
        self.new_id = seeded_ids(f"forged {dice.random()}")
        self.pushed = [each for each in said if each.path == PUSH]
        self.pushes = [body(each) for each in self.pushed]
        self.mutations = [each for push in self.pushes for each in push["mutations"]]
        self.clients: dict[str, tuple[str, int]] = {}
        self.spaces: dict[str, Json] = {}
        self.epoch = stage.school.rows("SELECT epoch FROM meta")[0]["epoch"]
        self.words: dict[str, list[Any]] = {}
        for each in (
            *self.pushes,
            *(body(one) for one in said if one.path == PULL),
            *self.mutations,
        ):
            for key, value in each.items():
                if key != "mutations":
                    self.words.setdefault(key, []).append(value)
        people, rooms = stage.school.people.values(), stage.school.rooms.values()
        spaces = [f"{letter}:{each}" for each in people for letter in "up"]
        spaces += [*(f"c:{each}" for each in rooms), f"o:{stage.school.id}", f"g:{self.new_id()}"]
        self.words["space"] += spaces
        self.words["value"] += ["me", "teachers", "published", f"group:{self.new_id()}", None]
        self.words["record"] += [*people, *rooms]

    def forge(self, said: Said) -> Envelope:
        """A spoiled copy of a call."""
        dice = self.dice
        (trick,) = dice.choices(list(TRICKS), list(TRICKS.values()))
        person = dice.choice(self.names) if trick == "theft" else said.person
        path, call = said.path, body(said)
        if path == PULL and trick not in {"replay", "theft"} and dice.random() < 0.6:
            # Devices ask far more often than they tell, and telling is what can do damage.
            path, call = PUSH, body(dice.choice(self.pushed))
        if path == PULL:
            self._fresh_pull(person, call)
        elif trick not in {"replay", "theft"}:
            path, call = self._fresh_push(person, call)
        words = self.words | {"record": self.words["record"] + self.secrets.of_others(person)}
        spoiler = Spoiler(dice, words)
        headers: dict[str, str] = {}
        if trick == "values":
            call = spoiler.values(call, dice.choice((1, 1, 1, 2, 3)))
        elif trick == "graft" and path != PULL:
            spoiler.graft(call["mutations"])
        elif trick == "flood":
            self._flood(call)
        data = spoiler.written(call)
        if trick == "bytes":
            data = spoiler.text(data)
        elif trick == "headers":
            data, headers = spoiler.headers(data)
        http = trick == "headers" or dice.random() < OVER_HTTP
        return Envelope(person, path, data, trick, headers, http, self._heard(person, path, call))

    def _fresh_pull(self, person: str, call: Json) -> None:
        """As a device would ask now, most of the time."""
        if call["epoch"] is not None:
            call["epoch"] = self.epoch
        if self.dice.random() < 0.6:
            call.pop("vector", None)
            call["spaces"] = dict(self.spaces.get(person, {}))

    def _fresh_push(self, person: str, call: Json) -> tuple[str, Json]:
        """From a device of this person that goes on counting, with one or several real changes; or an offer of them."""
        dice = self.dice
        client, last = self.clients.setdefault(person, (self.new_id(), 0))
        own = list(call["mutations"])
        if dice.random() < 0.3:
            own += [dict(each) for each in dice.choices(self.mutations, k=dice.randint(1, 8))]
        for n, each in enumerate(own, last + 1):
            each["n"] = n
            if dice.random() < 0.85:
                each["id"] = self.new_id()
            if each["op"] == "create" and dice.random() < 0.5:
                each["record"] = self.new_id()
        if dice.random() < 0.15:
            return OFFER, {"client": client, "epoch": self.epoch, "mutations": own}
        return PUSH, call | {"client": client, "mutations": own}

    def _flood(self, call: Json) -> None:
        """Too many, or too long."""
        if "mutations" not in call:
            call["spaces"] = {f"p:{self.new_id()}": [1, "0" * 16, 0] for _ in range(6000)}
        elif self.dice.random() < 0.5:
            call["mutations"] = call["mutations"] * 300
        else:
            call["mutations"][-1]["value"] = "x" * self.dice.choice((70_000, 500_000, 2_200_000))

    def _heard(self, person: str, path: str, call: Any) -> Callable[[int, bytes], None]:  # noqa: ANN401 - JSON
        client = call.get("client") if isinstance(call, dict) else None

        def heard(status: int, text: bytes) -> None:
            if status != 200:
                return
            told = json.loads(text)
            if path == PUSH:
                self.epoch = told["epoch"]
                if self.clients.get(person, ("", 0))[0] == client:
                    last = int(told["last_n"])
                    # A new device now and then, so that first pushes are seen as well.
                    self.clients[person] = (self.new_id(), 0) if last > 400 else (str(client), last)
            elif path == PULL and told.get("spaces"):
                self.spaces[person] = told["spaces"]

        return heard
