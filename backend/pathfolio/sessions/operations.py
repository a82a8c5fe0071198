"""Signing in, joining, signing out: what happens, without HTTP."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from typing import Any, NoReturn

from sqlalchemy import select
from sqlalchemy.orm import Session

from pathfolio import audit, db, limits, settings
from pathfolio.clock import now, to_wire
from pathfolio.errors import Gone, Invalid, NotFound, Problem, SignIn
from pathfolio.limits import HOUR, Limit
from pathfolio.people import names, roster
from pathfolio.people.models import Enrolment, Person, School, SchoolClass
from pathfolio.sessions import Actor, codes, passwords, tokens
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
        end_all(session, found.school, found.id)
        audit.note(session, found.school, "password.by_code", actor=found.id)

    db.run_write(work)
    return begin(person.school, person.id, device)


def join(code: str, name: str, username: str, password: str, device: Device) -> dict[str, Any]:
    """A new student, pending until the teacher confirms. Raises NotFound, Conflict, Invalid, TooMany."""
    found = look_up(code)
    wanted = names.username(username)
    passwords.check_new(password, username=wanted)
    fresh = passwords.hashed(password)

    def work(session: Session) -> tuple[str, str]:
        person = roster.new_person(
            session, found.school, name=name, username=wanted, role="student", status="pending"
        )
        person.password = fresh
        session.add(
            Enrolment(
                school=found.school,
                class_id=found.id,
                person=person.id,
                role="student",
                pending=True,
            )
        )
        audit.note(session, found.school, "class.asked", actor=person.id, target=found.id)
        roster.publish(session, found.school, people={person.id}, by=person.id)
        return person.school, person.id

    return begin(*db.run_write(work), device)


def look(code: str) -> dict[str, Any]:
    """Which class a code opens. Raises NotFound, TooMany."""
    found = look_up(code)
    with db.read() as session:
        school = session.get_one(School, found.school)
    return {"class_": {"title": found.title}, "school": {"name": school.name}}


def look_up(code: str) -> SchoolClass:
    """The open class of a code; a wrong guess counts for the whole server."""
    found = settings.current()
    guards = [
        Limit("class-code", "everywhere", found.code_guesses, HOUR),
        Limit("class-code", limits.address(), found.address_tries),
    ]
    with db.read() as session:
        limits.check(session, guards)
        open_class = session.scalar(
            select(SchoolClass).where(
                SchoolClass.join_code == codes.normal(code)[:16],
                SchoolClass.join_expires > now(),
                SchoolClass.active,
            )
        )
    if open_class is None:
        db.run_write(lambda session: limits.wrong(session, guards))
        raise NotFound(
            "No class is open with this code. Check each letter, or ask your teacher to open it again.",
            slug="no_such_code",
        )
    return open_class


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
            old.ended = now()
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


def listed(school: str, person: str, *, current: str | None) -> list[dict[str, Any]]:
    """The open sessions of a person, the last seen first."""
    with db.read() as session:
        rows = session.scalars(
            select(DeviceSession)
            .where(
                DeviceSession.school == school,
                DeviceSession.person == person,
                DeviceSession.ended.is_(None),
            )
            .order_by(DeviceSession.last_seen.desc(), DeviceSession.id)
        ).all()
    return [
        {
            "id": row.id,
            "device": row.device,
            "shared": row.shared,
            "created": to_wire(row.created),
            "last_seen": to_wire(row.last_seen),
            "current": row.id == current,
        }
        for row in rows
    ]


def end(school: str, person: str, session_id: str, *, by: str) -> None:
    """End one session of `person`. Raises NotFound."""

    def work(session: Session) -> None:
        row = session.get(DeviceSession, (school, session_id))
        if row is None or row.person != person:
            raise NotFound("This device is not signed in any more.")
        row.ended = row.ended or now()
        audit.note(session, school, "session.ended", actor=by, target=row.id)

    db.run_write(work)


def end_every(school: str, person: str, *, by: str) -> None:
    def work(session: Session) -> None:
        end_all(session, school, person)
        audit.note(session, school, "session.ended_all", actor=by, target=person)

    db.run_write(work)


def end_all(session: Session, school: str, person: str, *, but: str | None = None) -> None:
    """End all sessions of a person in the caller's transaction."""
    rows = session.scalars(
        select(DeviceSession).where(
            DeviceSession.school == school,
            DeviceSession.person == person,
            DeviceSession.ended.is_(None),
        )
    )
    for row in rows:
        if row.id != but:
            row.ended = now()


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
        end_all(session, actor.school, actor.person, but=actor.session)
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

    A device that was signed in as this person before has a count of its own, so that a classmate who
    guesses on purpose cannot lock anybody out of their own phone.
    """
    found = settings.current()
    subject = f"{school}:{names.normal_username(username)}"
    token = tokens.presented()
    row = tokens.find(session, token) if token else None
    if row is not None and person is not None and row.person == person.id:
        subject += f":{row.id}"
    return [
        Limit("sign-in", subject, found.sign_in_tries),
        Limit("sign-in-address", limits.address(), found.address_tries),
    ]


def refuse(guards: list[Limit], sentence: str) -> NoReturn:
    """Count the wrong guess, then raise WrongSignIn."""
    db.run_write(lambda session: limits.wrong(session, guards))
    raise WrongSignIn(sentence)
