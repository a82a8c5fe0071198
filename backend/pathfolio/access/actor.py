"""Who asks, what it is about, and how the two are tied today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Who = Literal[
    "nobody", "self", "teacher", "coordinator", "other_teacher", "other_student", "foreigner"
]
State = Literal["active", "pending", "inactive"]


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person on one device; `status` is active, pending or inactive."""

    person: str
    school: str
    role: str
    status: str
    session: str
    shared: bool = False
    client: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """What an action is about: a person or a class of `school`, and who teaches it today.

    `missing`: the sentence of the 404 for those who may not know whether it is there.
    """

    school: str
    person: str | None = None
    teachers: frozenset[str] = frozenset()
    missing: str = ""


def who(actor: Actor | None, target: Target) -> Who:
    """How `actor` is tied to `target`. A coordinator's own things are still their own."""
    if actor is None:
        return "nobody"
    if actor.school != target.school:
        return "foreigner"
    if target.person is not None and actor.person == target.person:
        return "self"
    if actor.role == "coordinator":
        return "coordinator"
    if actor.role == "teacher":
        return "teacher" if actor.person in target.teachers else "other_teacher"
    return "other_student"
