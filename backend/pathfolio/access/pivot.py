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
    "coordinator": ("self", "coordinator", "teacher"),
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
    # Those who run the server; a coordinator answers for the school
    "GET /api/operator": row("how the server is, which devices are behind", coordinator=ACTIVE),
    "GET /api/audit": row("who did what to whom, and when", coordinator=ACTIVE),
    # People
    "GET /api/people": row("the list of people", coordinator=ACTIVE),
    "POST /api/people": row("add a person", coordinator=ACTIVE),
    "GET /api/people/<id:person>": row("one person and their classes", coordinator=ACTIVE),
    "PATCH /api/people/<id:person>": row("rename, change role, deactivate", coordinator=ACTIVE),
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
    "GET /api/pokes": row("hear at once which space one may see has moved", self=ALL),
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


@dataclass(frozen=True)
class RecordRow:
    """Who may do what to one kind of record in one state.

    Ties are to the student (or person, class, school) whose space it lives in. `create`, `change` (every
    op on fields) and `trash` (delete, restore) are further bound to the record's own author. Enforced
    in `syncing.permission` and by membership of spaces; proved from here.
    """

    kind: str
    state: str
    read: Row
    create: Row
    change: Row
    trash: Row
    note: str = ""


NOBODY = row("nobody, only the server")
OWN = row("the student", self=WORKING)
OWN_READ = row("the student", self=ALL)
SHARED_READ = row("the student and their teachers", self=ALL, teacher=ACTIVE)
TEACHER = row("a teacher of the student", teacher=ACTIVE)
BOTH = row("the student and their teachers", self=WORKING, teacher=ACTIVE)
SCHOOL = row(
    "everybody in the school",
    self=ACTIVE, teacher=ACTIVE, other_teacher=ACTIVE, other_student=ACTIVE, coordinator=ACTIVE,
)  # fmt: skip
CLASS = row("who is in the class", self=ACTIVE, teacher=ACTIVE)


def written(kind: str, state: str, read: Row, write: Row, note: str = "") -> RecordRow:
    """A row of a kind that people write themselves."""
    return RecordRow(kind, state, read, write, write, write, note)


def served(kind: str, state: str, read: Row, trash: Row = NOBODY, note: str = "") -> RecordRow:
    """A row of a kind that only the server writes."""
    return RecordRow(kind, state, read, NOBODY, NOBODY, trash, note)


RECORDS: tuple[RecordRow, ...] = (
    written("artifact", "me", OWN_READ, OWN, "only the student"),
    written("artifact", "teachers", SHARED_READ, OWN, "the default audience"),
    written("feedback", "me", TEACHER, TEACHER, "a draft: only its author reads it"),
    written("feedback", "published", SHARED_READ, TEACHER, "only its author changes it"),
    written("reply", "of a shared artifact", SHARED_READ, BOTH, "only its author changes it"),
    written("seen", "of a shared artifact", SHARED_READ, TEACHER, "only its author changes it"),
    written("showcase", "me", OWN_READ, OWN, "the default audience"),
    written("showcase", "teachers", SHARED_READ, OWN),
    written("settings", "always", OWN_READ, OWN, "each person their own"),
    served("person", "student", SHARED_READ),
    served("person", "staff", SCHOOL),
    served("class", "open", CLASS),
    served("framework", "always", SCHOOL),
    served("not_accepted", "always", OWN_READ, OWN, "each person their own"),
)

AUTHOR, ONCE, SERVER = "its author", "its author, at creation only", "the server"
# Who writes each field of each kind; a field that is missing here fails a test.
FIELDS: dict[str, dict[str, str]] = {
    "artifact": dict.fromkeys(
        (
            *("title", "words", "happened", "where", "audience", "cover"),
            *("tags", "interests", "alignments", "attachments"),
        ),
        AUTHOR,
    ),
    "feedback": {"artifact": ONCE}
    | dict.fromkeys(("audience", "glow", "grow", "question"), AUTHOR),
    "reply": {"artifact": ONCE, "feedback": ONCE, "words": AUTHOR, "helped": AUTHOR},
    "seen": {"artifact": ONCE},
    "showcase": dict.fromkeys(
        ("title", "audience", "for_whom", "purpose", "date", "notes", "items"), AUTHOR
    ),
    "settings": dict.fromkeys(("language", "theme", "data_saver"), AUTHOR),
    "person": dict.fromkeys(("name", "role", "classes", "status"), SERVER),
    "class": dict.fromkeys(("title", "teachers", "active"), SERVER),
    "framework": dict.fromkeys(("title", "sha256", "url", "items", "type"), SERVER),
    "not_accepted": dict.fromkeys(
        ("mutation", "code", "sentence", "record", "kind", "at", "followers"), SERVER
    ),
}

# Who gets an address of a picture's files, by the audience of the artifact that shows it.
MEDIA: dict[tuple[str, str], Row] = {
    ("rendition", "me"): OWN_READ,
    ("rendition", "teachers"): SHARED_READ,
    ("original", "me"): OWN_READ,
    ("original", "teachers"): OWN_READ,
}
