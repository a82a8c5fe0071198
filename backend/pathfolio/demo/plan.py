"""What the demo school did in a year, composed from `threads.json` by one seed: people, work, feedback, showcases.

Nothing here touches the database; `load` carries the plan out.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

PICTURED = (3, 9, 14, 17, 19)  # which works of a student have a picture, the newest among them
CLASSES = ("Workshop class 8", "Studio class 9", "Open class 10")
YEAR = timedelta(days=290)

TEACHERS = (
    ("Ada Okafor", "ada"), ("Ben Lindqvist", "ben"), ("Carmen Ruiz", "carmen"),
    ("David Osei", "david"), ("Elin Sato", "elin"), ("Farid Haddad", "farid"),
)  # fmt: skip
COORDINATOR = ("Grace Moreau", "grace")
GIVEN = (
    "Amir", "Bea", "Carlos", "Dilara", "Emeka", "Freya", "Gia", "Hugo", "Ines", "Jonas", "Kaya", "Leila", "Mateo",
    "Noor", "Ola", "Paula", "Quentin", "Rosa", "Sami", "Tomas", "Uma", "Viktor", "Wren", "Ximena", "Yusuf", "Zoe",
    "Abel", "Bruna", "Cyrus", "Dora", "Elias", "Fatou", "Gabriel", "Hana", "Ivo", "Jada", "Kenji", "Lucia", "Malik",
    "Nina", "Oscar", "Pilar", "Rafael", "Sofia", "Tariq", "Ulla", "Vera", "Wassim", "Xavi", "Yara", "Zeno", "Alma",
    "Bilal", "Chiara", "Dante", "Esra", "Finn", "Greta", "Hector", "Maya",
)  # fmt: skip
FAMILY = (
    "Abara", "Brandt", "Castillo", "Demir", "Eze", "Fischer", "Garza", "Hansen", "Ibarra", "Jansen", "Kim", "Lopez",
    "Mbeki", "Novak", "Ortiz", "Park", "Quispe", "Rossi", "Silva", "Tanaka", "Ueda", "Vargas", "Weber", "Yilmaz",
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """A feedback and, perhaps, the student's reply and what the teacher says to that."""

    at: datetime
    teacher: str
    glow: str
    grow: str
    question: str
    reply: str | None
    reply_at: datetime
    thanks: str | None
    thanks_at: datetime


@dataclass
class Work:
    """One artifact to be: `picture` is (painter, seed) or None."""

    at: datetime
    title: str
    words: str
    where: str
    tags: list[str]
    interest: str
    cluster: str
    picture: tuple[str, str] | None
    because: str | None
    answer: Answer | None = None
    seen_at: datetime | None = None


@dataclass
class Student:
    name: str
    username: str
    class_number: int
    works: list[Work] = field(default_factory=list)
    showcase: list[tuple[int, str]] = field(default_factory=list)
    """Numbers of works, each with a caption."""


@dataclass
class Plan:
    students: list[Student]


def threads() -> dict[str, Any]:
    """The raw material: threads of work, doubts, feedback phrases."""
    found: dict[str, Any] = json.loads(Path(__file__).with_name("threads.json").read_text("utf-8"))
    return found


def compose(now: datetime, seed: int = 2026, students: int = 60) -> Plan:
    """A school year that ended with `now`; the same arguments give the same plan.

    Every student has a pair of threads that no other student has, so no two portfolios are alike.
    """
    random, material = Random(seed), threads()
    pairs = list(itertools.combinations(material["threads"], 2))
    random.shuffle(pairs)
    families = list(FAMILY)
    made = []
    for number, given in enumerate(GIVEN[:students]):
        if number % len(families) == 0:
            random.shuffle(families)
        name = f"{given} {families[number % len(families)]}"
        student = Student(name, given.lower(), number % len(CLASSES))
        student.works = works(random, material, pairs[number], now, number)
        student.showcase = list(
            zip(chosen(random, student.works), random.sample(material["captions"], 5), strict=True)
        )
        answer_some(random, material, student, now)
        made.append(student)
    return Plan(made)


def works(
    random: Random,
    material: dict[str, Any],
    pair: tuple[dict[str, Any], ...],
    now: datetime,
    number: int,
) -> list[Work]:
    """Twenty works of two threads over the year, each thread in its own order."""
    steps = [(thread, index) for thread in pair for index in range(len(thread["steps"]))]
    days = sorted(random.randrange(YEAR.days) + random.uniform(7, 20) / 24 for _ in steps)
    begun = (now - YEAR).replace(hour=0, minute=0)
    order = sorted(range(len(steps)), key=lambda at: (steps[at][1] + random.uniform(0, 2.5), at))
    made = []
    for number_of_work, (day, at) in enumerate(zip(days, order, strict=True)):
        thread, index = steps[at]
        title, words = thread["steps"][index]
        when = begun + timedelta(days=day)
        made.append(
            Work(
                at=when,
                title=title,
                words=f"{words}\n\n{random.choice(material['doubts'])}",
                where=random.choice(material["places"]) if random.random() < 0.5 else "",
                tags=random.sample(thread["tags"], random.randint(1, len(thread["tags"]))),
                interest=thread["interest"],
                cluster=thread["cluster"],
                picture=(thread["painter"], f"{number}/{at}")
                if number_of_work in PICTURED
                else None,
                because=random.choice(material["because"]) if random.random() < 0.6 else None,
            )
        )
    return made


def chosen(random: Random, made: list[Work]) -> list[int]:
    """Five works for a showcase: those with pictures, and what words alone can tell."""
    shown = [index for index, work in enumerate(made) if work.picture]
    told = [index for index, work in enumerate(made) if not work.picture]
    picked = random.sample(shown, min(4, len(shown)))
    return sorted(picked + random.sample(told, 5 - len(picked)))


def answer_some(random: Random, material: dict[str, Any], student: Student, now: datetime) -> None:
    """A teacher sees most works within days, and answers about a third of them."""
    team = TEACHERS[student.class_number * 2 : student.class_number * 2 + 2]
    for work in student.works:
        seen = work.at + timedelta(days=random.uniform(0.2, 11))
        if seen > now:
            continue
        work.seen_at = seen
        if random.random() > 0.34:
            continue
        replied = seen + timedelta(days=random.uniform(0.2, 4))
        thanked = replied + timedelta(days=random.uniform(0.5, 9))
        work.answer = Answer(
            at=seen + timedelta(minutes=9),
            teacher=random.choice(team)[1],
            glow=random.choice(material["glow"]),
            grow=random.choice(material["grow"]) if random.random() < 0.7 else "",
            question=random.choice(material["question"]) if random.random() < 0.6 else "",
            reply=random.choice(material["replies"])
            if random.random() < 0.6 and replied < now
            else None,
            reply_at=replied,
            thanks=random.choice(material["thanks"]) if thanked < now else None,
            thanks_at=thanked,
        )
