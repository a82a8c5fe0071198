"""Reading a pasted class list: one person a line, as people really paste them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pathfolio.errors import Invalid
from pathfolio.people import names
from pathfolio.text import clean

MOST_LINES = 500
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]*\Z")
HEADINGS = {"name", "nombre", "student", "alumno", "estudiante"}


@dataclass
class Line:
    """One line: a name, a user name where one is given, and what is wrong with it."""

    number: int
    name: str
    username: str = ""
    problem: str = ""


def read(text: str) -> list[Line]:
    """The people of a pasted list. Raises Invalid when it is empty or far too long.

    Takes `Ana López`, `López, Ana`, `Ana López, ana.lopez`, and columns of a spreadsheet (tab or
    semicolon). Numbering such as `3.` in front of a name is dropped; so is a line of headings.
    """
    lines = [parse(n, raw) for n, raw in enumerate(text.splitlines(), 1) if raw.strip()]
    lines = [line for line in lines if line.name.casefold() not in HEADINGS]
    if not lines:
        raise Invalid("The list is empty. Paste one name on each line.")
    if len(lines) > MOST_LINES:
        raise Invalid(
            f"The list has {len(lines)} lines. Please paste at most {MOST_LINES} at once."
        )
    return lines


def parse(number: int, raw: str) -> Line:
    bare = re.sub(r"^\s*\d+\s*[.)]\s*", "", clean(raw))
    columns = [column.strip() for column in re.split(r"[\t;]", bare) if column.strip()]
    if len(columns) == 1:
        columns = [column.strip() for column in columns[0].split(",") if column.strip()]
        if len(columns) == 2 and USERNAME.match(columns[1]) is None and "@" not in columns[1]:
            columns = [f"{columns[1]} {columns[0]}"]  # "Last, First"
    name = " ".join(columns[0].split()) if columns else ""
    # Of an address the part before the @ is the name at school.
    username = columns[1].partition("@")[0] if len(columns) > 1 else ""
    line = Line(number, name, names.normal_username(username))
    if not name or not any(letter.isalpha() for letter in name):
        line.problem = "There is no name on this line."
    elif len(name) > 200:
        line.problem = "This name is too long; is a line break missing?"
    elif len(columns) > 2:
        line.problem = "There are too many columns: write the name and, if you like, a user name."
    elif line.username:
        try:
            names.username(line.username)
        except Invalid as error:
            line.problem = error.detail
    return line
