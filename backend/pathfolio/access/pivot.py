"""The one table: who x what x state of the account.

It decides requests (`rules.can`), it is the documentation (`docs/access.md` is generated from it) and
it is the test matrix (`tests/api/access`). A route that is missing here is refused and fails a test.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pathfolio.access.actor import Who

A, P, L = "active", "pending", "inactive"
# How somebody with a role may be tied to a target of their own school.
TIES: dict[str, tuple[Who, ...]] = {
    "student": ("self", "other_student"),
    "teacher": ("self", "teacher", "other_teacher"),
    "coordinator": ("self", "coordinator"),
}


@dataclass(frozen=True)
class Row:
    """Which states of an account may do it, for each tie; `open`: everybody, without a session."""

    note: str
    cells: dict[Who, frozenset[str]] = field(default_factory=dict)
    open: bool = False

    def states(self, tie: Who) -> frozenset[str]:
        return self.cells.get(tie, frozenset())


def row(note: str, **cells: tuple[str, ...]) -> Row:
    """A row whose keywords are ties and whose values are the states that may."""
    return Row(note, {tie: frozenset(states) for tie, states in cells.items()})  # type: ignore[misc]


def anybody(note: str) -> Row:
    return Row(note, open=True)


ALL, WORKING, ACTIVE = (A, P, L), (A, P), (A,)

ROUTES: dict[str, Row] = {
    # The app itself
    "GET /api/health": anybody("says that the server answers, nothing else"),
    "GET /api/openapi.json": anybody("the description of the API"),
    "GET /": anybody("the client"),
    "GET /<file:name>": anybody("the client's files"),
    # Sessions
    "POST /api/session": anybody("sign in with a password; tries are limited"),
    "POST /api/session/code": anybody("sign in with a one-time code; tries are limited"),
    "POST /api/join": anybody("join with a class code; guesses are limited; starts pending"),
    "POST /api/join/look": anybody("which class a code opens; guesses are limited"),
    "GET /api/session": row("who is signed in here", self=ALL),
    "DELETE /api/session": row("sign out", self=ALL),
    "GET /api/sessions": row("one's own devices", self=ALL),
    "DELETE /api/sessions/<id:session>": row("end a session of one's own", self=ALL),
    "POST /api/password": row("change one's own password", self=WORKING),
    # People
    "GET /api/people": row("the list of people", coordinator=ACTIVE),
    "POST /api/people": row("add a person", coordinator=ACTIVE),
    "GET /api/people/<id:person>": row("one person and their classes", coordinator=ACTIVE),
    "PATCH /api/people/<id:person>": row(
        "rename, change role, deactivate; not oneself", coordinator=ACTIVE
    ),
    "POST /api/people/<id:person>/code": row(
        "a one-time code, also for a pending student", coordinator=ACTIVE, teacher=ACTIVE
    ),
    "GET /api/people/<id:person>/devices": row("devices of a person", coordinator=ACTIVE, self=ALL),
    "DELETE /api/people/<id:person>/devices/<session>": row(
        "end sessions of a person", coordinator=ACTIVE, self=ALL
    ),
    # Classes
    "GET /api/classes": row("classes: a coordinator all, a teacher their own", self=ACTIVE),
    "POST /api/classes": row("add a class", coordinator=ACTIVE),
    "PATCH /api/classes/<id:class_>": row("rename or close a class", coordinator=ACTIVE),
    "PUT /api/classes/<id:class_>/people/<id:person>": row(
        "put a person into a class", coordinator=ACTIVE
    ),
    "DELETE /api/classes/<id:class_>/people/<id:person>": row(
        "take a person out of a class", coordinator=ACTIVE
    ),
    "POST /api/classes/<id:class_>/list": row("paste a class list", coordinator=ACTIVE),
    "POST /api/classes/<id:class_>/join-code": row("open a class code", teacher=ACTIVE),
    "GET /api/classes/<id:class_>/join-code": row("see the open class code", teacher=ACTIVE),
    "DELETE /api/classes/<id:class_>/join-code": row("close the class code", teacher=ACTIVE),
    "GET /api/classes/<id:class_>/pending": row("who asked to join", teacher=ACTIVE),
    "POST /api/classes/<id:class_>/pending/<id:person>": row(
        "confirm or decline who asked to join", teacher=ACTIVE
    ),
    # Sync: what each person may read and write is decided per record, see RECORDS
    "POST /api/sync/push": row("send changes", self=ALL),
    "POST /api/sync/pull": row("receive what one may see today", self=ALL),
    "POST /api/sync/offer": row("offer changes after a restore", self=ALL),
    "GET /api/sync/ping": row("whether the server is in reach", self=ALL),
    "GET /api/records/<id:record>/history": row("history of a record that one may see", self=ALL),
    "GET /api/frameworks/<sha256>": row("a framework file", self=ALL),
    # Media: whose upload it is, and who may see a record that shows it, is decided per upload
    "POST /api/uploads": row("announce a file of one's own", self=WORKING),
    "GET /api/uploads": row("state of one's own files", self=ALL),
    "POST /api/uploads/<id:upload>/parts": row("addresses for parts", self=WORKING),
    "POST /api/uploads/<id:upload>/complete": row("all parts are there", self=WORKING),
    "POST /api/media/sign": row("addresses of media that one may see", self=ALL),
    "PUT /media/parts/<path:key>/<int:n>": anybody(
        "a signed address, 15 minutes, for these bytes only"
    ),
    "GET /media/files/<path:key>": anybody("a signed address, an hour or a little more"),
}
