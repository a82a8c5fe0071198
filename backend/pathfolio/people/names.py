"""User names: short, typed on a phone, the same in every spelling of case and width."""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import select
from sqlalchemy.orm import Session

from pathfolio.errors import Conflict, Invalid
from pathfolio.people.models import Person

SHORTEST, LONGEST = 2, 40
FORM = re.compile(r"[^\W_][\w.-]*")
SENTENCE = f"Please take {SHORTEST} to {LONGEST} letters or digits, with dots, dashes or underscores between."


def normal_username(typed: str) -> str:
    """One spelling for what people type: NFKC, small letters, no spaces around."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", typed).casefold()).strip()


def username(typed: str) -> str:
    """The user name to keep. Raises Invalid."""
    name = normal_username(typed)
    if not SHORTEST <= len(name) <= LONGEST or FORM.fullmatch(name) is None:
        raise Invalid(SENTENCE, errors={"username": [SENTENCE]})
    return name


def demand_free(session: Session, school: str, name: str) -> None:
    """Raises Conflict with another proposal when somebody in the school has this user name."""
    if taken(session, school, name):
        sentence = f"Somebody has this name already. {proposal(session, school, name)} is free."
        raise Conflict(sentence, slug="name_taken", errors={"username": [sentence]})


def taken(session: Session, school: str, name: str) -> bool:
    query = select(Person.id).where(Person.school == school, Person.username == name)
    return session.scalar(query) is not None


def proposal(session: Session, school: str, name: str, also: frozenset[str] = frozenset()) -> str:
    """A free user name made from a person's name: `Ana López` becomes `ana.lopez` or `ana.lopez2`."""
    plain = unicodedata.normalize("NFKD", normal_username(name))
    plain = "".join(each for each in plain if not unicodedata.combining(each))
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", plain))
    root = ".".join(words)[: LONGEST - 4].strip(".")
    if len(root) < SHORTEST:
        root = "person"
    pattern = root.replace("_", "\\_") + "%"
    query = select(Person.username).where(
        Person.school == school, Person.username.like(pattern, escape="\\")
    )
    used = {each for each in session.scalars(query) if each} | also
    if root not in used:
        return root
    return next(f"{root}{n}" for n in range(2, len(used) + 3) if f"{root}{n}" not in used)


def slug(name: str) -> str:
    """A school's short name made from its full one: `Escuela Río Alto` becomes `escuela-rio-alto`."""
    plain = unicodedata.normalize("NFKD", normal_username(name)).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:63].strip("-") or "school"


def sort_key(name: str) -> str:
    """Orders people alike on both databases: case and accents aside."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(each for each in plain if not unicodedata.combining(each))[:200]
