"""Makes the vectors that hold the Python and the TypeScript twins together.

    .venv/bin/python -m tests.sync.make_vectors

One gzip file of JSON: `replay` (a base, waiting mutations, what is shown), and single values of `canonical`, `chain`,
`consumed`, `digest`, `vector` and `id`. The same seed gives the same vectors.
"""

import gzip
import json
from pathlib import Path
from random import Random

from pathfolio_sync import (
    CHAIN_START,
    CONSUMED_START,
    Json,
    Mutation,
    Record,
    Rev,
    between,
    canonical,
    chain_next,
    consumed_hash,
    derived_id,
    digest,
    replay,
    vector_hash,
    wire_time,
)
from tests.sync.world import PLANS, SPACE, Room, minutes

FILE = Path(__file__).parent / "vectors" / "vectors.json.gz"
SEED = 20261123
REPLAYS = 5000
PEOPLE = [derived_id(f"person {number}") for number in range(3)]
KEYS = ["x", "y", "a b", "__proto__", "constructor", "ünï", "שלום", "👩‍🔬", "0", "10", "9"]
WORDS = [
    "",
    "one",
    "two words",
    "e\u0301",
    "é",
    "a\u0000b",
    "line\nline",
    "שלום",
    "👩‍🔬 🏳️‍🌈",
    '"\\/',
    "\u2028",
    "\ud7ff",
]
JUNK: list[Json] = [
    None,
    True,
    7,
    "junk",
    [],
    {},
    {"key": 3},
    {"key": "x"},
    {"v": 1},
    {"key": "x", "p": 5},
]


class Maker:
    """Draws records and mutations as devices and servers of all moods would make them."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.count = 0

    def make(self) -> dict[str, Json]:
        return {
            "seed": SEED,
            "plans": PLANS,
            "replay": [self.replaying() for _ in range(REPLAYS)],
            "canonical": [[value, canonical(value).decode()] for value in self.values()],
            "chain": self.chains(),
            "consumed": self.consumed(),
            "digest": [self.digesting() for _ in range(100)],
            "vector": [self.vector() for _ in range(100)],
            "id": [
                [text, derived_id(text)] for text in [*WORDS, *(self.name() for _ in range(100))]
            ],
        }

    # Replay

    def replaying(self) -> dict[str, Json]:
        record = self.record() if self.random.random() < 0.85 else None
        changes = [self.change(record) for _ in range(self.random.randint(1, 4))]
        if record is None and self.random.random() < 0.8:
            changes[0] = self.creation()
        person = self.random.choice(PEOPLE)
        shown: Record | None = record
        for change in changes:
            shown = replay(shown, change, person, PLANS)
        return {"record": record, "person": person, "mutations": changes, "shown": shown}

    def record(self) -> Record:
        """A record as a server would have merged it from several devices."""
        room = Room()
        room.push(self.creation(junk=False), by=PEOPLE[0])
        for _ in range(self.random.randint(0, 6)):
            room.push(self.change(room.state, junk=False), by=self.random.choice(PEOPLE))
        record: Record = json.loads(canonical(room.record))
        record["space"], record["seq"] = SPACE, self.random.randint(1, 99)
        return record

    def creation(self, *, junk: bool = True) -> Mutation:
        fields: dict[str, Json] = {
            "title": self.random.choice(WORDS),
            "words": self.random.choice(WORDS),
            "tags": {key: self.value() for key in self.some(KEYS)},
            "attachments": {key: {"v": self.value(), "p": self.place()} for key in self.some(KEYS)},
        }
        fields = {name: fields[name] for name in self.some(list(fields))}
        value: Json = {"kind": "artifact", "fields": fields}
        if junk and self.random.random() < 0.2:
            fields[self.random.choice([*fields, "unknown", "constructor"])] = self.junk()
            value = self.random.choice([value, {"kind": "unknown", "fields": fields}, self.junk()])
        return self.mutation("create", None, value)

    def change(self, record: Record | None, *, junk: bool = True) -> Mutation:
        op, field, value = self.wish()
        if junk and self.random.random() < 0.15:
            spoiled = self.random.randrange(3)
            op = (
                self.random.choice(["create", "set", "place", "shred", "constructor"])
                if spoiled == 0
                else op
            )
            field = (
                self.random.choice([*PLANS["artifact"], "unknown", "__proto__"])
                if spoiled == 1
                else field
            )
            value = self.junk() if spoiled == 2 else value
        made = self.mutation(op, field, value)
        if record is not None:
            known = self.known(record)
            made["base"] = self.random.choice([None, record["rev"], *known])
            if junk and self.random.random() < 0.2:
                made["id"] = str(self.random.choice(known)[1])
            if field == "flags" and record.get("flags") and self.random.random() < 0.8:
                made["value"] = {"key": self.random.choice([*record["flags"]])}
        return made

    def wish(self) -> tuple[str, str | None, Json]:
        key, pick = self.random.choice(KEYS), self.random.choice
        entry = {"key": key, "v": self.value()}
        placed = {**entry, "p": self.place()}
        wishes: list[tuple[str, str | None, Json]] = [
            ("set", pick(["title", "audience"]), self.value()),
            ("text", "words", pick(WORDS)),
            ("add", "tags", entry),
            ("add", "attachments", pick([entry, placed, placed])),
            ("remove", pick(["tags", "attachments", "flags"]), {"key": key}),
            ("place", "attachments", {"key": key, "p": self.place()}),
            (pick(["delete", "restore"]), None, None),
        ]
        return pick(wishes)

    def mutation(self, op: str, field: str | None, value: Json) -> Mutation:
        self.count += 1
        return Mutation(
            id=derived_id(f"mutation {self.count}"),
            n=self.count,
            space=SPACE,
            op=op,
            record=derived_id("record"),
            field=field,
            value=value,
            base=None,
            after=None,
            pulled=None,
            at=wire_time(minutes(self.random.randint(0, 90))),
        )

    def known(self, record: Record) -> list[Rev]:
        """Revs that a record speaks of."""
        revs = [record["rev"], *record["meta"].values()]
        for entries in (record["fields"].get(name) for name in ("tags", "attachments")):
            if isinstance(entries, dict):
                revs += [
                    element[name]
                    for element in entries.values()
                    for name in ("r", "pr")
                    if name in element
                ]
        flags: list[Rev] = [[0, name] for name in record.get("flags", {})]
        return [*revs, *flags]

    def some(self, items: list[str]) -> list[str]:
        return [item for item in items if self.random.random() < 0.3]

    def place(self) -> str:
        before = self.random.choice(["a0", "a1", "Zz", None])
        return between(before, self.random.choice(["a2", None]), self.random)

    def value(self) -> Json:
        return self.random.choice(
            [*WORDS, None, True, 0, -1, 1.5, ["list"], {"text": "deep", "n": [1]}]
        )

    def junk(self) -> Json:
        return self.random.choice(JUNK)

    def name(self) -> str:
        return f"{self.random.choice(['seen', 'settings'])}:{derived_id(str(self.random.random()))}"

    # Single values

    def values(self) -> list[Json]:
        numbers: list[Json] = [
            0,
            -0.0,
            1,
            -1,
            1.0,
            0.1,
            1e21,
            1e-7,
            123456789012345.0,
            2**53 - 1,
            -(2**53) + 1,
        ]
        numbers += [
            self.random.uniform(-1, 1) * 10.0 ** self.random.randint(-12, 25) for _ in range(200)
        ]
        keys = [
            "\r",
            "1",
            "\u0080",
            "ö",
            "€",
            "\U0001f600",
            "\ufb33",
            "a",
            "A",
            "",
            "10",
            "9",
            "__proto__",
        ]
        objects: list[Json] = []
        for _ in range(200):
            self.random.shuffle(keys)
            objects.append({key: self.value() for key in keys[: self.random.randint(0, len(keys))]})
        controls = [chr(code) for code in range(0x20)] + ["\u007f", "\u2029", "</script>"]
        return [
            *numbers,
            *WORDS,
            *controls,
            *objects,
            None,
            True,
            False,
            [],
            [[]],
            {},
            [1, "a", {"b": None}],
        ]

    def chains(self) -> list[list[str]]:
        rows, chain = [], CHAIN_START
        for number in range(200):
            record, mutation = derived_id(f"r{number}"), derived_id(f"m{number}")
            rows.append([chain, record, mutation, chain := chain_next(chain, record, mutation)])
        return rows

    def consumed(self) -> list[list[str]]:
        rows, value = [], CONSUMED_START
        for number in range(200):
            mutation = derived_id(f"m{number}")
            rows.append([value, mutation, value := consumed_hash(value, mutation)])
        return rows

    def digesting(self) -> list[Json]:
        rows = [
            (
                derived_id(f"r{number}"),
                self.random.randint(1, 10**6),
                self.random.randint(1, 99),
                self.name(),
            )
            for number in range(self.random.randint(0, 12))
        ]
        self.random.shuffle(rows)
        return [rows, digest(rows)]

    def vector(self) -> list[Json]:
        spaces = [
            f"{self.random.choice('upcgro')}:{derived_id(str(number))}" for number in range(12)
        ]
        names = self.some(spaces)
        vector = {name: [self.random.randint(0, 999), CHAIN_START, 0] for name in names}
        return [vector, vector_hash(vector)]


def text() -> bytes:
    return json.dumps(Maker(SEED).make(), separators=(",", ":"), ensure_ascii=False).encode()


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_bytes(gzip.compress(text(), mtime=0))
