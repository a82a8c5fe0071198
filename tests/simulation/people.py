"""What people do on their screens: one action at a time, chosen among what the device shows."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tests.simulation.device import Device
from tests.simulation.ledger import words_in
from tests.simulation.school import CAST

Json = dict[str, Any]
TEXTS = {
    "artifact": ("words",),
    "showcase": ("notes",),
    "feedback": ("glow", "grow", "question"),
    "reply": ("words",),
}
LINES = {"artifact": ("title", "where"), "showcase": ("title", "for_whom", "purpose")}
LISTS = {"artifact": "attachments", "showcase": "items"}


@dataclass(frozen=True)
class Action:
    """A call of the engine. `dropped`: words that its author takes out on purpose; None: see what goes."""

    do: str
    args: tuple[object, ...]
    record: str | None = None
    dropped: frozenset[str] | None = None

    def outdates(self, form: Json) -> bool:
        """Whether it may change what a form of the same tab holds: on a screen that is one and the same form."""
        if self.do in {"undo", "resolve", "retry"}:
            return True
        return self.do == "text" and self.args[:2] == (form["record"], form["field"])


Chooser = Callable[["Screen"], Action | None]


class Screen:
    """One look at a device, from which its person chooses what to do."""

    def __init__(self, device: Device, found: Json, chance: random.Random) -> None:
        self.device, self.chance = device, chance
        self.shown: list[Json] = found["shown"]
        self.me = device.identity
        words = {"g": "group", "r": "circle"}
        spaces = sorted(found["state"]["vector"] if found["state"] else ())
        self.shared = [f"{words[each[0]]}:{each[2:]}" for each in spaces if each[0] in words]
        """The audiences of groups and circles that this person knows."""

    def choose(self) -> Action | None:
        choosers = STUDENT if CAST[self.device.person][0] == "student" else TEACHER
        names, weights = zip(*choosers, strict=True)
        for chooser in self.chance.choices(names, weights, k=6):
            action: Action | None = chooser(self)
            if action is not None:
                return action
        return None

    # What is there

    def word(self) -> str:
        return self.device.ledger.new_word()

    def line(self) -> str:
        return " ".join(self.word() for _ in range(self.chance.randint(1, 4)))

    def pick(self, records: Iterable[Json]) -> Json | None:
        found = list(records)
        return self.chance.choice(found) if found else None

    def live(self, *kinds: str, mine: bool = True) -> list[Json]:
        return [
            record
            for record in self.shown
            if record["kind"] in kinds
            and "deleted" not in record
            and (not mine or record["by"] == self.me or self._ours(record))
        ]

    def _ours(self, record: Json) -> bool:
        """Work of a group belongs to each of its students."""
        return (
            record["space"].startswith("g:")
            and record["kind"] == "artifact"
            and CAST[self.device.person][0] == "student"
        )


# What both do


def edit_text(screen: Screen) -> Action | None:
    record = screen.pick(screen.live(*TEXTS))
    if record is None:
        return None
    field = screen.chance.choice(TEXTS[record["kind"]])
    old = record["fields"].get(field) or ""
    return Action("text", (record["id"], field, typed(screen, old)), record["id"])


def typed(screen: Screen, old: str) -> str:
    """A text after somebody went on with it: in front, at the end, in the middle, or shorter."""
    words = old.split()
    how = screen.chance.random()
    if words and how < 0.15:
        del words[screen.chance.randrange(len(words))]
    elif words and how < 0.3:
        words[screen.chance.randrange(len(words))] = screen.word()
    else:
        at = screen.chance.choice((0, len(words), screen.chance.randint(0, len(words))))
        words[at:at] = screen.line().split()
    return " ".join(words)


def open_editor(screen: Screen) -> Action | None:
    """Fill a form now; it is saved later, when more may have arrived."""
    record = screen.pick(screen.live(*TEXTS))
    if record is None:
        return None
    field = screen.chance.choice(TEXTS[record["kind"]])
    text = record["fields"].get(field) or ""
    form = {"record": record["id"], "field": field, "text": text, "rev": record["rev"]}
    screen.device.editor = form
    return None


def save_editor(screen: Screen) -> Action | None:
    form, screen.device.editor = screen.device.editor, None
    if form is None:
        return None
    record = screen.pick(each for each in screen.live(*TEXTS) if each["id"] == form["record"])
    if record is None:
        return None
    text = typed(screen, form["text"])
    dropped = frozenset(words_in(form["text"]) - words_in(text))
    args = (form["record"], form["field"], text, form["rev"])
    return Action("text", args, form["record"], dropped)


def set_line(screen: Screen) -> Action | None:
    record = screen.pick(screen.live(*LINES))
    if record is None:
        return None
    field = screen.chance.choice(LINES[record["kind"]])
    return Action("set", (record["id"], field, screen.line()), record["id"])


def throw_away(screen: Screen) -> Action | None:
    record = screen.pick(screen.live(*TEXTS))
    return Action("delete", (record["id"],), record["id"]) if record else None


def bring_back(screen: Screen) -> Action | None:
    record = screen.pick(
        each for each in screen.shown if "deleted" in each and each["by"] == screen.me
    )
    return Action("restore", (record["id"],), record["id"]) if record else None


def undo(_: Screen) -> Action:
    return Action("undo", ())


def resolve(screen: Screen) -> Action | None:
    record = screen.pick(
        each for each in screen.live(*TEXTS) if each.get("flags") and each["by"] == screen.me
    )
    if record is None:
        return None
    flag = screen.chance.choice(sorted(record["flags"]))
    keep = screen.chance.choice(("mine", "theirs", "both"))
    return Action("resolve", (record["id"], flag, keep), record["id"])


def answer_refused(screen: Screen) -> Action | None:
    record = screen.pick(screen.live("not_accepted", mine=False))
    what = screen.chance.choice(("retry", "retry", "dismiss"))
    return Action(what, (record["id"],), record["id"]) if record else None


def reply(screen: Screen) -> Action | None:
    feedback = screen.pick(screen.live("feedback", mine=False))
    if feedback is None or feedback["space"].startswith("u:"):
        return None
    fields = {
        "artifact": feedback["fields"]["artifact"],
        "feedback": feedback["id"],
        "words": screen.line(),
    }
    return Action("create", ("reply", fields))


def settings(screen: Screen) -> Action:
    """One of them is a word that the school does not know."""
    wishes = [
        ("theme", ("light", "dark", "system", "auto")),
        ("language", ("en", "es", None)),
        ("data_saver", (True, False)),
    ]
    name, values = screen.chance.choice(wishes)
    return Action("setting", (name, screen.chance.choice(values)))


def say_whether_it_helped(screen: Screen) -> Action | None:
    record = screen.pick(screen.live("reply"))
    if record is None:
        return None
    return Action("set", (record["id"], "helped", screen.chance.choice((True, False, None))))


def look_at_a_file(screen: Screen) -> Action | None:
    """A file of any work that is shown: it comes from this device, or from school."""
    entries = [
        entry["v"]["upload"]
        for record in screen.live("artifact", mine=False)
        for entry in (record["fields"].get("attachments") or {}).values()
        if "upload" in entry["v"]
    ]
    if not entries:
        return None
    return Action("mediaUrl", (screen.chance.choice(entries), "original"))


# What students do


def capture(screen: Screen) -> Action:
    word = screen.word()
    fields: Json = {"title": screen.line(), "words": screen.line()}
    if screen.chance.random() < 0.4:
        fields["audience"] = screen.chance.choice(("me", "me", "teachers", *screen.shared))
    if screen.chance.random() < 0.3:
        fields["tags"] = {word: {"text": word}}
    return Action("create", ("artifact", fields))


def publish(screen: Screen) -> Action | None:
    record = screen.pick(screen.live("artifact", "showcase"))
    if record is None:
        return None
    audience = "teachers" if record["space"].startswith("u:") else "me"
    others = [each for each in screen.shared if record["kind"] == "artifact"]
    if others and screen.chance.random() < 0.5:
        audience = screen.chance.choice(others)
    return Action("set", (record["id"], "audience", audience), record["id"])


def tag(screen: Screen) -> Action | None:
    record = screen.pick(screen.live("artifact"))
    if record is None:
        return None
    field = screen.chance.choice(("tags", "interests", "alignments"))
    keys = sorted(record["fields"].get(field) or {})
    if keys and screen.chance.random() < 0.35:
        return Action("remove", (record["id"], field, screen.chance.choice(keys)), record["id"])
    word = screen.word()
    value = {"text": word}
    if field == "alignments":
        word = screen.chance.choice(keys) if keys and screen.chance.random() < 0.5 else word
        because = {"because": screen.line(), "judgement": "growing"}
        value = {"framework": "mine", "standard": word} | because
    return Action("add", (record["id"], field, word, value), record["id"])


def make_showcase(screen: Screen) -> Action:
    return Action("create", ("showcase", {"title": screen.line(), "notes": screen.line()}))


def arrange(screen: Screen) -> Action | None:
    """Add, change, move or take out an entry of an ordered list."""
    record = screen.pick(screen.live(*LISTS))
    if record is None:
        return None
    identity, field = record["id"], LISTS[record["kind"]]
    entries = record["fields"].get(field) or {}
    keys = sorted(entries, key=lambda key: (entries[key]["p"], key))
    how = screen.chance.random()
    if len(keys) > 1 and how < 0.5:
        key, other = screen.chance.sample(keys, 2)
        after = screen.chance.choice((other, None))
        return Action("move", (identity, field, key, after), identity)
    if keys and how < 0.6:
        return Action("remove", (identity, field, screen.chance.choice(keys)), identity)
    if keys and how < 0.7:
        return Action(
            "add", (identity, field, screen.chance.choice(keys), entry(screen, field)), identity
        )
    key = "".join(screen.chance.choices("abcdefghijklmnopqrstuvwxyz234567", k=25)) + "a"
    where = [screen.chance.choice((None, *keys))] if screen.chance.random() < 0.5 else []
    return Action("add", (identity, field, key, entry(screen, field), *where), identity)


def photograph(screen: Screen) -> Action | None:
    """A file of a few parts; some are taken twice."""
    record = screen.pick(screen.live("artifact"))
    if record is None:
        return None
    size = screen.chance.choice((0, 7, 100, 101, 260))
    seed = screen.chance.choice((str(screen.chance.random()), screen.me))
    data = random.Random(f"{seed} {size}").randbytes(size)
    meta = {"type": "file", "name": "notes.bin", "caption": screen.word()}
    args = (record["id"], base64.b64encode(data).decode(), meta)
    return Action("attach", args, record["id"])


def entry(screen: Screen, field: str) -> Json:
    if field == "items":
        return {"heading": screen.word()}
    word = screen.word()
    return {"type": "link", "url": f"https://example.org/{word}", "title": word}


# What teachers do


def give_feedback(screen: Screen) -> Action | None:
    artifact = screen.pick(screen.live("artifact", mine=False))
    if artifact is None:
        return None
    audience = screen.chance.choice(("me", "published"))
    fields = {"artifact": artifact["id"], "audience": audience, "glow": screen.line()}
    return Action("create", ("feedback", fields))


def publish_feedback(screen: Screen) -> Action | None:
    record = screen.pick(screen.live("feedback"))
    if record is None:
        return None
    draft = record["fields"].get("audience", "me") == "me"
    args = (record["id"], "audience", "published" if draft else "me")
    return Action("set", args, record["id"])


def look_at(screen: Screen) -> Action | None:
    artifact = screen.pick(screen.live("artifact", mine=False))
    return Action("seen", (artifact["id"],)) if artifact else None


BOTH: list[tuple[Chooser, float]] = [
    (edit_text, 8),
    (open_editor, 2),
    (save_editor, 3),
    (undo, 1),
    (resolve, 3),
    (answer_refused, 2),
    (reply, 3),
    (settings, 0.5),
    (say_whether_it_helped, 1),
    (look_at_a_file, 1),
    (throw_away, 1.5),
    (bring_back, 1.5),
]
STUDENT: list[tuple[Chooser, float]] = [
    *BOTH,
    (capture, 4),
    (publish, 3),
    (set_line, 4),
    (tag, 4),
    (make_showcase, 1),
    (arrange, 6),
    (photograph, 2),
]
TEACHER: list[tuple[Chooser, float]] = [
    *BOTH,
    (give_feedback, 6),
    (publish_feedback, 4),
    (look_at, 2),
]
