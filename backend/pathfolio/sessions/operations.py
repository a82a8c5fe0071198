"""Signing in, joining, signing out: what happens, without HTTP."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from typing import Any, NoReturn

from sqlalchemy import select
from sqlalchemy.orm import Session

from pathfolio import audit, db, limits, settings
from pathfolio.clock import now
from pathfolio.errors import Gone, Invalid, Problem, SignIn
from pathfolio.limits import Limit
from pathfolio.people import names
from pathfolio.people.models import Person, School
from pathfolio.sessions import Actor, codes, devices, passwords, tokens
from pathfolio.sessions.models import DeviceSession


class WrongSignIn(Problem):
    status = 403
    slug = "wrong_sign_in"
    title = "That did not work"


@dataclass(frozen=True)
class Device:
    name: str
    shared: bool


def sign_in(username: str, password: str, school: str | None, device: Device) -> dict[str, Any]:
    """Sign in with a password. Raises WrongSignIn, TooMany, Busy, Invalid."""
    with db.read() as session:
        place = school_of(session, username, school)
        person = by_username(session, place, username) if place else None
        guards = guesses(session, place, username, person)
        limits.check(session, guards)
        kept = person.password if person else None
    if not passwords.matches(password, kept) or person is None:
        refuse(guards, "The name or the password is not right. Capital letters count.")
    return begin(person.school, person.id, device)


def use_code(
    username: str, code: str, password: str, school: str | None, device: Device
) -> dict[str, Any]:
    """Sign in with a one-time code and set a new password; ends the person's other sessions."""
    with db.read() as session:
        place = school_of(session, username, school)
        person = by_username(session, place, username) if place else None
        guards = guesses(session, place, username, person)
        limits.check(session, guards)
        right = person is not None and code_fits(person, code)
    if person is None or not right:
        refuse(guards, "The name or the code is not right, or the code is too old.")
    passwords.check_new(password, username=username)
    fresh = passwords.hashed(password)

    def work(session: Session) -> None:
        found = locked(session, person.school, person.id)
        if not code_fits(found, code):  # another device was quicker
            raise WrongSignIn("This code was used already. Ask your teacher for a new one.")
        found.password, found.code, found.code_expires = fresh, None, None
        devices.end_all(session, found.school, found.id)
        audit.note(session, found.school, "password.by_code", actor=found.id)

    db.run_write(work)
    return begin(person.school, person.id, device)


def begin(school: str, person_id: str, device: Device) -> dict[str, Any]:
    """Open the session of this device; one that was open on it ends."""
    before = tokens.presented()

    def work(session: Session) -> dict[str, Any]:
        person = locked(session, school, person_id)
        tokens.check_leaver(person)
        if person.status == "deleted":
            raise Gone("This account was deleted.", slug="account_deleted")
        old = tokens.find(session, before) if before else None
        if old is not None and old.ended is None:
            devices.close(session, old)
        row = tokens.issue(session, person, device=device.name, shared=device.shared)
        audit.note(session, school, "session.begun", actor=person.id, target=row.id)
        return describe(session, person, row)

    return db.run_write(work)


def describe(session: Session, person: Person, row: DeviceSession) -> dict[str, Any]:
    """The body of `GET /api/session`."""
    school = session.get_one(School, person.school)
    found: dict[str, Any] = {
        "person": {
            "id": person.id,
            "name": person.name,
            "role": person.role,
            "status": person.status,
            "username": person.username,
        },
        "school": {"id": school.id, "slug": school.slug, "name": school.name},
        "session": row.id,
        "shared": row.shared,
    }
    if row.shared:
        found["shared_key"] = base64.b64encode(person.shared_key).decode()
    return found


def show(actor: Actor) -> dict[str, Any]:
    with db.read() as session:
        person = session.get_one(Person, (actor.school, actor.person))
        row = session.get_one(DeviceSession, (actor.school, actor.session))
        return describe(session, person, row)


def change_password(actor: Actor, old: str, new: str) -> None:
    """Set a new password; other devices must sign in again. Raises WrongSignIn, Invalid, TooMany."""
    with db.read() as session:
        person = session.get_one(Person, (actor.school, actor.person))
        guards = guesses(session, actor.school, person.username or "", person)
        limits.check(session, guards)
    passwords.check_new(new, username=person.username or "", field="new")
    if not passwords.matches(old, person.password):
        refuse(guards, "The old password is not right.")
    fresh = passwords.hashed(new)

    def work(session: Session) -> None:
        found = locked(session, actor.school, actor.person)
        found.password, found.code, found.code_expires = fresh, None, None
        devices.end_all(session, actor.school, actor.person, but=actor.session)
        audit.note(session, actor.school, "password.changed", actor=actor.person)

    db.run_write(work)


def school_of(session: Session, username: str, school: str | None) -> str | None:
    """The id of the school meant by `name@school` or `school`, or of the only one there is.

    Raises Invalid when there are several and none was named.
    """
    slug = school or (username.rpartition("@")[2] if "@" in username else None)
    if slug:
        return session.scalar(select(School.id).where(School.slug == slug.casefold().strip()))
    some = session.scalars(select(School.id).limit(2)).all()
    if len(some) > 1:
        sentence = "There are several schools here. Write your name as name@school."
        raise Invalid(sentence, errors={"username": [sentence]}, slug="which_school")
    return some[0] if some else None


def by_username(session: Session, school: str, username: str) -> Person | None:
    name = names.normal_username(username.rpartition("@")[0] if "@" in username else username)
    return session.scalar(select(Person).where(Person.school == school, Person.username == name))


def locked(session: Session, school: str, person: str) -> Person:
    """The person's row, locked. Raises SignIn when it is not there any more."""
    query = select(Person).where(Person.school == school, Person.id == person).with_for_update()
    found = session.scalar(query)
    if found is None:
        raise SignIn(tokens.AGAIN)
    return found


def code_fits(person: Person, code: str) -> bool:
    if person.code is None or person.code_expires is None or person.code_expires < now():
        return False
    return hmac.compare_digest(person.code, codes.digest(code))


def guesses(
    session: Session, school: str | None, username: str, person: Person | None
) -> list[Limit]:
    """The limits on guessing at one account.

    A device that was signed in as this person before has a count of its own and no other, so that a
    classmate who guesses on purpose cannot lock anybody out of their own phone.
    """
    found = settings.current()
    subject = f"{school}:{names.normal_username(username)}"
    token = tokens.presented()
    row = tokens.find(session, token) if token else None
    if row is not None and person is not None and row.person == person.id:
        return [Limit("sign-in", f"{subject}:{row.id}", found.sign_in_tries)]
    return [
        Limit("sign-in", subject, found.sign_in_tries),
        Limit("sign-in-address", limits.address(), found.address_tries),
    ]


def refuse(guards: list[Limit], sentence: str) -> NoReturn:
    """Count the wrong guess, then raise WrongSignIn."""
    db.run_write(lambda session: limits.wrong(session, guards))
    raise WrongSignIn(sentence)
