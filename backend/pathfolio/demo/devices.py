"""The made-up people's devices: they push mutations like any client, at the plan's times."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from pathfolio import clock, ids
from pathfolio.access import Actor
from pathfolio.demo.plan import TEACHERS, Answer, Plan, Student, Work
from pathfolio.frameworks import library
from pathfolio.syncing import envelope
from pathfolio.syncing.permission import Author
from pathfolio.syncing.push import push
from pathfolio_sync import places

Mutation = dict[str, Any]
BATCH = 150


class Devices:
    """One device for each person. Each was offline all year and now sends what it holds, times and all."""

    def __init__(
        self,
        school: str,
        people: dict[str, Actor],
        pictures: dict[tuple[str, int], dict[str, object]],
    ) -> None:
        self.school = school
        self.people = people
        self.pictures = pictures
        self.outboxes: dict[str, list[Mutation]] = {username: [] for username in people}
        self.sent: dict[str, int] = {}
        self.clients = {username: ids.new_id() for username in people}
        self.standards = library.leaves()

    def carry_out(self, plan: Plan) -> None:
        """First the students' work, then what teachers say to it, then the answers."""
        artifacts = {student.username: self.make_works(student) for student in plan.students}
        self.send()
        feedback = {student.username: self.look(student, artifacts) for student in plan.students}
        self.send()
        for speak in (self.reply, self.thank):
            for student in plan.students:
                said = feedback[student.username]
                for work, artifact in zip(student.works, artifacts[student.username], strict=True):
                    if artifact in said and work.answer and work.answer.reply:
                        speak(student, work.answer, artifact, said[artifact])
            self.send()

    def save(
        self,
        username: str,
        at: datetime,
        kind: str,
        space: str,
        record: str,
        fields: dict[str, Any],
    ) -> None:
        """Puts one `create` into the person's outbox."""
        outbox = self.outboxes[username]
        outbox.append({
            "id": ids.new_id(), "n": len(outbox) + 1, "space": space, "op": "create", "record": record,
            "field": None, "value": {"kind": kind, "fields": fields},
            "base": None, "after": None, "pulled": None, "at": clock.to_wire(at),
        })  # fmt: skip

    def send(self) -> None:
        """Pushes all outboxes. Raises RuntimeError when the server does not take something."""
        for username, actor in self.people.items():
            client = self.clients[username]
            author = Author(self.school, actor.person, actor.role, client)
            for start in range(self.sent.get(username, 0), len(self.outboxes[username]), BATCH):
                batch = self.outboxes[username][start : start + BATCH]
                body = {
                    "client": client,
                    "schema": 1,
                    "now": clock.to_wire(clock.now()),
                    "mutations": batch,
                }
                for result in push(author, envelope.push(body))["results"]:
                    if result["status"] != "ok":
                        raise RuntimeError(f"The demo school could not be made: {result}")
            self.sent[username] = len(self.outboxes[username])

    def make_works(self, student: Student) -> list[str]:
        """Saves a student's works and showcase; returns the works' ids."""
        artifacts = [ids.new_id() for _ in student.works]
        for index, artifact in enumerate(artifacts):
            self.make_work(student, index, artifact)
        self.show(student, artifacts)
        return artifacts

    def look(self, student: Student, artifacts: dict[str, list[str]]) -> dict[str, str]:
        """Saves what teachers saw and said; returns artifact -> feedback."""
        said: dict[str, str] = {}
        for work, artifact in zip(student.works, artifacts[student.username], strict=True):
            if work.seen_at:
                self.see(student, work.seen_at, artifact)
            if work.answer:
                said[artifact] = ids.new_id()
                self.answer(student, work, artifact, said[artifact])
        return said

    def portfolio(self, student: Student) -> str:
        return f"p:{self.people[student.username].person}"

    def make_work(self, student: Student, index: int, artifact: str) -> None:
        work = student.works[index]
        fields: dict[str, Any] = {
            "title": work.title,
            "words": work.words,
            "where": work.where,
            "happened": work.at.date().isoformat(),
            "tags": {tag.casefold(): {"text": tag} for tag in work.tags},
            "interests": {
                work.interest.casefold(): {"text": work.interest, "cluster": work.cluster}
            },
        }
        if work.because:
            framework, standard = self.standards[hash_of(work.title) % len(self.standards)]
            fields["alignments"] = {
                standard: {
                    "framework": framework,
                    "standard": standard,
                    "because": work.because,
                    "judgement": ("starting", "growing", "confident")[hash_of(work.words) % 3],
                }
            }
        picture = self.pictures.get((student.username, index))
        if picture:
            fields["attachments"] = {ids.new_id(): {"v": picture, "p": place_row(1)[0]}}
        self.save(student.username, work.at, "artifact", self.portfolio(student), artifact, fields)

    def see(self, student: Student, at: datetime, artifact: str) -> None:
        teacher = TEACHERS[student.class_number * 2][1]
        record = ids.derived_id(f"seen:{artifact}:{self.people[teacher].person}")
        self.save(teacher, at, "seen", self.portfolio(student), record, {"artifact": artifact})

    def answer(self, student: Student, work: Work, artifact: str, feedback: str) -> None:
        if work.answer:
            given = work.answer
            fields = {"artifact": artifact, "audience": "published", "glow": given.glow}
            fields |= {"grow": given.grow, "question": given.question}
            self.save(
                given.teacher, given.at, "feedback", self.portfolio(student), feedback, fields
            )

    def reply(self, student: Student, answer: Answer, artifact: str, feedback: str) -> None:
        fields = {"artifact": artifact, "feedback": feedback, "words": answer.reply, "helped": True}
        space = self.portfolio(student)
        self.save(student.username, answer.reply_at, "reply", space, ids.new_id(), fields)

    def thank(self, student: Student, answer: Answer, artifact: str, feedback: str) -> None:
        if answer.thanks:
            fields = {"artifact": artifact, "feedback": feedback, "words": answer.thanks}
            space = self.portfolio(student)
            self.save(answer.teacher, answer.thanks_at, "reply", space, ids.new_id(), fields)

    def show(self, student: Student, artifacts: list[str]) -> None:
        """A showcase of five works that the student chose."""
        chosen = [(artifacts[index], caption) for index, caption in student.showcase]
        items = {
            artifact: {"v": {"artifact": artifact, "caption": caption}, "p": place}
            for (artifact, caption), place in zip(chosen, place_row(len(chosen)), strict=True)
        }
        first = student.works[student.showcase[0][0]]
        fields = {
            "title": f"How I work: {first.interest}",
            "audience": "teachers",
            "for_whom": "Family and neighbours",
            "purpose": "Pathway conference",
            "date": (clock.now().date() + timedelta(days=18)).isoformat(),
            "notes": "Say hello. Begin with the one that did not work.",
            "items": items,
        }
        latest = max(work.at for work in student.works)
        self.save(
            student.username, latest, "showcase", self.portfolio(student), ids.new_id(), fields
        )


def hash_of(text: str) -> int:
    """The same small number for the same text, in every process."""
    return sum(map(ord, text))


def place_row(length: int) -> list[str]:
    """Places of a row of new elements."""
    row: list[str] = []
    for number in range(length):
        row.append(places.between(row[-1] if row else None, None, Random(number)))
    return row
