"""Putting a pasted class list into a class: first as a dry run, then for good."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pathfolio import audit, db
from pathfolio.people import classes, listing, names, operations, roster
from pathfolio.people.listing import Line
from pathfolio.people.models import Enrolment, Person, SchoolClass


def paste(
    school: str, class_id: str, text: str, *, dry_run: bool, by: str | None
) -> list[dict[str, Any]]:
    """What each line of the list means, and unless `dry_run` done at once; problems are left out.

    Pasting the same list again adds nobody twice. Raises NotFound, Invalid.
    """
    lines = listing.read(text)
    if dry_run:
        with db.read() as session:
            found = classes.get_class(session, school, class_id)
            return [shown for shown, _ in judge(session, found, lines)]

    def work(session: Session) -> list[dict[str, Any]]:
        roster.lock(session, school)
        found = classes.get_class(session, school, class_id)
        touched: set[str] = set()
        answer: list[dict[str, Any]] = []
        for shown, known in judge(session, found, lines):
            if shown["state"] != "problem":
                person = known or add(session, school, shown)
                classes.enrol(session, found, person)
                shown["person"] = person.id
                touched.add(person.id)
            answer.append(shown)
        audit.note(session, school, "class.pasted", actor=by, target=class_id)
        roster.publish(session, school, people=touched, classes={class_id}, by=by)
        return answer

    return db.run_write(work)


def add(session: Session, school: str, shown: dict[str, Any]) -> Person:
    person = roster.new_person(
        session, school, name=shown["name"], username=shown["username"], role="student"
    )
    shown["code"] = operations.give_code(person)
    return person


def judge(
    session: Session, found: SchoolClass, lines: list[Line]
) -> list[tuple[dict[str, Any], Person | None]]:
    """(what is shown, the person already known) for each line."""
    students = list(
        session.scalars(
            select(Person).where(
                Person.school == found.school, Person.status.in_(("active", "pending"))
            )
        )
    )
    inside = set(
        session.scalars(
            select(Enrolment.person).where(
                Enrolment.school == found.school, Enrolment.class_id == found.id
            )
        )
    )
    given: set[str] = {line.username for line in lines if line.username}
    met: set[str] = set()
    answer: list[tuple[dict[str, Any], Person | None]] = []
    for line in lines:
        known = None if line.problem else recognise(line, students, inside)
        if known is None and not line.problem:
            if line.username and names.taken(session, found.school, line.username):
                line.problem = "Somebody else has this user name."
            line.username = line.username or names.proposal(
                session, found.school, line.name, frozenset(met | given)
            )
        username = (known.username or "") if known else line.username
        if username in met and not line.problem:
            line.problem = "This person is in the list twice."
        met.add(username)
        answer.append((show(line, username, known), None if line.problem else known))
    return answer


def recognise(line: Line, students: list[Person], inside: set[str]) -> Person | None:
    """The student whom a line means: by user name, else by name, first within the class."""
    if line.username:
        same = [each for each in students if each.username == line.username]
    else:
        key = names.sort_key(line.name)
        same = [each for each in students if each.sort == key and each.role == "student"]
        same = [each for each in same if each.id in inside] or same
        same = [each for each in same if each.status == "active"] or same
    if len(same) > 1:
        line.problem = "Several students have this name: add the user name after a comma."
        return None
    if same and same[0].role != "student":
        line.problem = "This user name belongs to somebody who is not a student."
        return None
    if same and same[0].status == "pending":
        # Anybody with the class code may have typed this name.
        line.problem = "Somebody with this name asked to join: confirm or decline them first."
        return None
    return same[0] if same else None


def show(line: Line, username: str, known: Person | None) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "line": line.number,
        "name": known.name if known else line.name,
        "username": username,
        "state": "problem" if line.problem else "known" if known else "new",
    }
    if known and not line.problem:
        shown["person"] = known.id
    if line.problem:
        shown["detail"] = line.problem
    return shown
