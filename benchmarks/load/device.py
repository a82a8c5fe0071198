"""A device as the server meets it: it pushes its outbox, waits when it is asked to, and pulls."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from benchmarks.load.line import Answer, Line
from benchmarks.load.school import Seat
from pathfolio import clock, ids

BATCH = 100
WORDS = "I measured it three times and drew it before I cut the wood, because the saw wanders. "

Mutation = dict[str, Any]


@dataclass
class Log:
    """Seconds per call that was answered, and how often one was asked to come back or got no answer."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    refused: int = 0
    broken: int = 0
    odd: list[str] = field(default_factory=list)

    def says(self) -> str:
        calls = sum(map(len, self.seconds.values()))
        return f"{calls} calls, {self.refused} asked to come back, {self.broken} broken"

    def p95(self, *kinds: str) -> float:
        found = sorted(each for kind in kinds or self.seconds for each in self.seconds[kind])
        return found[int(len(found) * 0.95)]


@dataclass
class Device:
    """One device database; `outbox` is what is waiting to be confirmed."""

    seat: Seat
    line: Line
    log: Log = field(default_factory=Log)
    chance: random.Random = field(default_factory=random.Random)
    client: str = field(default_factory=ids.new_id)
    n: int = 0
    outbox: list[Mutation] = field(default_factory=list)
    vector: dict[str, Any] = field(default_factory=dict)
    hash: str | None = None
    epoch: str | None = None

    def write(self, count: int) -> None:
        """Work on pieces for a while: of five changes two make a piece, the others edit the newest."""
        newest, last = "", None
        for at in range(count):
            kind = ("create", "create", "set", "text", "add")[at % 5]
            if kind == "create":
                newest, last = ids.new_id(), None
            last = self._mutation(kind, newest, last)

    def _mutation(self, op: str, record: str, after: str | None) -> str:
        self.n += 1
        title = f"Piece {self.n}"
        name, value = {
            "create": (None, {"kind": "artifact", "fields": {"title": title, "words": WORDS}}),
            "set": ("title", f"{title}, better"),
            "text": ("words", WORDS * 2),
            "add": ("tags", {"key": "wood", "v": {"text": "wood"}}),
        }[op]
        made: Mutation = {
            "id": ids.new_id(), "n": self.n, "space": f"p:{self.seat.person}", "op": op, "record": record,
            "field": name, "value": value, "base": None, "after": after, "pulled": None,
            "at": clock.to_wire(clock.now()),
        }  # fmt: skip
        self.outbox.append(made)
        return str(made["id"])

    async def sync(self) -> None:
        """Push all, and pull until the outbox is confirmed."""
        for batch in self._batches():
            await self._push(batch)
        await self.pull()
        if self.outbox:
            self.log.odd.append(f"{len(self.outbox)} changes were not confirmed")

    def _batches(self) -> Iterator[list[Mutation]]:
        yield from (self.outbox[at : at + BATCH] for at in range(0, len(self.outbox), BATCH))

    async def _push(self, batch: list[Mutation]) -> None:
        now = clock.to_wire(clock.now())
        body = {"client": self.client, "schema": 1, "now": now, "mutations": batch}
        told = (await self._call("push", body)).json()
        odd = [each for each in told["results"] if each["status"] != "ok"]
        if odd or told["last_n"] != batch[-1]["n"]:
            self.log.odd.append(f"push: {told['last_n']}, {odd[:2]}")

    async def pull(self) -> None:
        head = {"client": self.client, "epoch": self.epoch, "schema": 1}
        if self.hash and not self.outbox:
            answer = await self._call("look", head | {"vector": self.hash})
            if answer.status == 204:
                return
        while True:
            head["epoch"] = self.epoch
            page = (await self._call("pull", head | {"spaces": self.vector})).json()
            self.vector, self.epoch, self.hash = page["spaces"], page["epoch"], page["vector"]
            if not page["more"]:
                upto = page["confirmed"][0]
                self.outbox = [each for each in self.outbox if each["n"] > upto]
                return

    async def _call(self, kind: str, body: object) -> Answer:
        """Call until there is an answer, waiting as long as the server asks for."""
        path = "/api/sync/push" if kind == "push" else "/api/sync/pull"
        data = json.dumps(body).encode()
        while True:
            begun = time.perf_counter()
            try:
                answer = await self.line.call(path, data)
            except (OSError, EOFError, TimeoutError):
                self.log.broken += 1
                await asyncio.sleep(1 + self.chance.random())
                continue
            if answer.status in {429, 503} and answer.wait:
                self.log.refused += 1
                await asyncio.sleep(answer.wait * (1 + 0.3 * self.chance.random()))
                continue
            self.log.seconds.setdefault(kind, []).append(time.perf_counter() - begun)
            if answer.status not in {200, 204}:
                raise RuntimeError(f"{path}: {answer.status} {answer.body[:300]!r}")
            return answer
