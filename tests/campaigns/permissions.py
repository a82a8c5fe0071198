"""Random people ask for random things; rules that know nothing of the server's own table say what must come of it."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from random import Random
from typing import Any

from pathfolio import db, ids
from pathfolio.app import create_app
from pathfolio.syncing import verify
from tests.api.support_sync import place
from tests.api.world import Browser, settings
from tests.campaigns.asking import Ask, Asking
from tests.campaigns.frame import Failure, Outcome, Size
from tests.campaigns.random_school import District, Human, Piece
from tests.simulation.school import MEMORY, seeded_ids

Json = dict[str, Any]
CHAPTER = 2_000
"""Requests to one district, before another one is made."""
PULLED = 40
STEPS = 80
REFUSED = {401, 403, 404}


def run(size: Size) -> Outcome:
    outcome = Outcome()
    while not size.over(outcome.done):
        left = (size.extent.count or CHAPTER) - outcome.done
        Chapter(size.first + outcome.done, max(1, min(CHAPTER, left))).run(outcome)
    return outcome


class Chapter:
    """One district, and `count` requests to it."""

    def __init__(self, first: int, count: int) -> None:
        self.first, self.count = first, count
        self.outcome = Outcome()
        self.failures: dict[str, Failure] = {}

    def run(self, outcome: Outcome) -> None:
        self.outcome = outcome
        dice = Random(f"permissions {self.first}")
        memory = MEMORY if MEMORY.is_dir() else None
        with (
            tempfile.TemporaryDirectory(prefix="pathfolio-permissions-", dir=memory) as folder,
            ids.using(seeded_ids(f"permissions {self.first}")),
        ):
            app = create_app(settings(f"sqlite:///{folder}/school.sqlite", data=Path(folder)))
            with app.app_context():
                db.db.create_all()
            district = District(app, dice)
            district.build()
            asking = Asking(district, dice)
            self.fill(district, asking)
            district.leave()
            for said in nobody(asking):
                self.broken(self.first, "nobody", said)
            for number in range(self.first, self.first + self.count):
                if (number - self.first) % PULLED == 0:
                    self.pull(number, asking)
                else:
                    self.ask(number, asking)
            with app.app_context():
                for problem in verify.problems(media=False):
                    self.broken(self.first + self.count - 1, "verify", problem)
                db.db.engine.dispose()
        outcome.done += self.count
        outcome.failures += self.failures.values()

    def fill(self, district: District, asking: Asking) -> None:
        """Work, feedback and answers, made by those who may."""
        for human in district.people.values():
            if human.role == "student":
                for audience in ("me", "teachers"):
                    self.work(asking, human, audience)
        for ring in district.rings.values():
            owner = next(
                district.people[who] for who, role in ring.roles.items() if role == "owner"
            )
            word = "group" if ring.space[0] == "g" else "circle"
            self.work(asking, owner, f"{word}:{ring.space[2:]}")
        for _ in range(STEPS):
            ask = asking.create(district.dice.choice(list(district.people.values())))
            self.judge(self.first, ask, asking)

    def work(self, asking: Asking, human: Human, audience: str) -> None:
        """A piece with a picture."""
        district, record = asking.facts, ids.new_id()
        upload, space = district.picture(human.id), asking.rules.home(human, audience)
        photo = {
            "type": "photo", "upload": upload, "sha256": "0" * 64, "size": 10, "mime": "image/jpeg", "name": "a.jpg",
        }  # fmt: skip
        fields = {"audience": audience, "attachments": {ids.new_id(): {"v": photo, "p": place()}}}
        value = {"kind": "artifact", "fields": fields}
        asked = asking.mutation("create", record, str(space), value=value)
        piece = Piece(record, "artifact", human.id, human.school, str(space), upload=upload)
        ask = asking.push(
            human, "first work", True, asked, then=lambda: district.pieces.update({record: piece})
        )
        self.judge(self.first, ask, asking)

    # One request

    def ask(self, number: int, asking: Asking) -> None:
        self.judge(number, asking.draw(), asking)

    def judge(self, number: int, ask: Ask, asking: Asking) -> None:
        status, told = self.send(ask, asking, ask.path, ask.body)
        done = self.done(ask, status, told)
        self.outcome.add("allowed" if ask.may else "forbidden")
        if done is None:
            self.broken(number, f"{ask.what}: {status}", f"{self.named(ask)}: {status} {told}")
        elif done != ask.may:
            verb = "could" if done else "could not"
            said = (
                f"{self.named(ask)} {verb}, and should{'' if ask.may else ' not'}: {status} {told}"
            )
            self.broken(number, f"{ask.what} {verb}", said)
        if done:
            ask.then()
        elif not ask.may and ask.twin is not None:
            self.says_nothing(number, ask, asking, (status, told))

    def says_nothing(self, number: int, ask: Ask, asking: Asking, real: tuple[int, Any]) -> None:
        """What is refused is refused in the same words as something that never was."""
        assert ask.twin is not None
        path, body = ask.twin
        if ask.result == "mutations":
            body = asking.envelope(ask.who, body)
        twin = self.send(ask, asking, path, body)
        self.outcome.add("compared with something that never was")
        if bare(ask, twin) != bare(ask, real):
            said = f"{self.named(ask)} learns that it exists: {real} but {twin}"
            self.broken(number, f"{ask.what} tells", said)

    def send(self, ask: Ask, asking: Asking, path: str, body: Any) -> tuple[int, Any]:  # noqa: ANN401 - JSON
        response = asking.facts.browser(ask.who.id).open(path, method=ask.method, json=body)
        return response.status_code, response.get_json(silent=True)

    def done(self, ask: Ask, status: int, told: Any) -> bool | None:  # noqa: ANN401 - JSON
        """Whether it was done; None for an answer that is neither."""
        if status >= 500:
            return None
        if ask.result == "mutations" and status == 200:
            every = {
                each["status"] if each.get("code") != "forbidden" else "no"
                for each in told["results"]
            }
            if "rejected" in every:
                return None
            return "no" not in every
        if ask.result == "address" and status == 200:
            return "url" in told["urls"][0]
        if status in REFUSED:
            return False
        return True if status < 300 or status == 409 else None

    # What a fresh device is told

    def pull(self, number: int, asking: Asking) -> None:
        """Exactly the spaces of the rules, and in them exactly the pieces that there are."""
        facts, rules = asking.facts, asking.rules
        who = facts.dice.choice(list(facts.people.values()))
        odd = {f"p:{ids.new_id()}": [0, "0" * 16, 0]}
        others = [f"u:{each}" for each in facts.people if each != who.id][:3] + list(facts.rings)[
            :2
        ]
        named = odd | {
            space: [0, "0" * 16, 0] for space in others if rules.role(who, space) is None
        }
        body = {"client": ids.new_id(), "epoch": None, "schema": 1, "spaces": named, "limit": 2000}
        status, page = self.send(
            Ask(who, "pull", "POST", "", may=True), asking, "/api/sync/pull", body
        )
        self.outcome.add("whole pulls")
        if status != 200:
            self.broken(number, "pull", f"a pull of {who.role}: {status} {page}")
            return
        told = {each["id"] for each in page["changes"] if not each.get("gone")}
        may = {each.id for each in facts.pieces.values() if rules.sees(who, each)}
        known = told & facts.pieces.keys()
        person = f"{who.status} {who.role} {who.id}"
        if set(page["spaces"]) != rules.spaces(who):
            odd_ones = sorted(set(page["spaces"]) ^ rules.spaces(who))
            self.broken(number, "spaces", f"spaces of {person} differ: {odd_ones}")
        if known != may:
            self.broken(
                number, "pieces", f"pieces that {person} is told differ: {sorted(known ^ may)}"
            )
        if set(page["forget"]) != set(named):
            self.broken(number, "forget", f"{person} is not told to forget {sorted(named)}")

    def named(self, ask: Ask) -> str:
        return f"{ask.who.status} {ask.who.role}: {ask.what}"

    def broken(self, number: int, key: str, said: str) -> None:
        """Each kind of disagreement once; all are counted."""
        self.outcome.add("disagreements")
        again = f"python -m tests.campaigns permissions --first {self.first} --count {self.count}"
        self.failures.setdefault(key, Failure(str(number), said[:600], again))


def bare(ask: Ask, answer: tuple[int, Any]) -> str:
    """An answer without the ids of what was asked for."""
    status, told = answer
    if ask.result == "mutations" and status == 200:
        told = [[each["status"], each.get("code"), each.get("detail")] for each in told["results"]]
    if ask.result == "address" and status == 200:
        told = told["urls"][0].get("error")
    return f"{status} {json.dumps(told)}"


def nobody(asking: Asking) -> list[str]:
    """Requests that are answered without a session; there must be none."""
    browser = Browser(asking.facts.app)
    found = []
    for _ in range(PULLED):
        ask = asking.draw()
        ask.who.client, ask.who.n = "", 0  # nothing of that was sent as theirs
        status = browser.open(ask.path, method=ask.method, json=ask.body).status_code
        if status != 401:
            found.append(f"nobody: {ask.what}: {status}")
    return found
