"""The pivot table's records and media, asked of the running application, by sync and by addresses."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import pytest

from pathfolio import clock, db, ids
from pathfolio.access import pivot
from pathfolio.access.actor import Who
from pathfolio.access.pivot import RecordRow
from pathfolio.records.declare import Merge
from pathfolio.records.registry import KINDS
from pathfolio.syncing import write
from pathfolio.syncing.models import Record
from pathfolio.uploads.models import Upload
from tests.api.support_sync import Device, place
from tests.api.world import World

Asker = tuple[str, str, Who, str]
# How everybody is tied to Ana; a teacher who left and a student who only asked are strangers.
ABOUT_ANA: list[Asker] = [
    ("ana", "north", "self", "active"),
    ("ben", "north", "other_student", "active"),
    ("tia", "north", "teacher", "active"),
    ("tom", "north", "other_teacher", "active"),
    ("lou", "north", "other_teacher", "inactive"),
    ("cora", "north", "coordinator", "active"),
    ("pia", "north", "other_student", "pending"),
    ("lea", "north", "other_student", "inactive"),
    ("ana", "south", "foreigner", "active"),
    ("tia", "south", "foreigner", "active"),
    ("cora", "south", "foreigner", "active"),
]
# And to the class green.
ABOUT_GREEN: list[Asker] = [
    ("cai", "north", "self", "active"),
    ("ana", "north", "other_student", "active"),
    ("tom", "north", "teacher", "active"),
    ("tia", "north", "other_teacher", "active"),
    ("cora", "north", "coordinator", "active"),
    ("cai", "south", "foreigner", "active"),
    ("tom", "south", "foreigner", "active"),
]
ROWS = [pytest.param(row, id=f"{row.kind}, {row.state}") for row in pivot.RECORDS]


def test_the_table_knows_every_kind_and_every_field() -> None:
    assert {row.kind for row in pivot.RECORDS} == set(KINDS) == set(pivot.FIELDS)
    for name, kind in KINDS.items():
        assert set(pivot.FIELDS[name]) == set(kind.fields), name
        once = {field for field, writer in pivot.FIELDS[name].items() if writer == pivot.ONCE}
        assert once == {field for field, said in kind.fields.items() if said.once}, name


@dataclass
class Case:
    """A record of the row's kind and state that exists, and its proper author."""

    world: World
    row: RecordRow
    author: str = "ana"
    record: str = ""
    space: str = ""

    def device(self, name: str, school: str = "north") -> Device:
        device = Device(self.world.as_(name, school), self.world.id(name, school))
        device.pull()
        return device

    def make(self) -> None:
        """Put the record there, by its author's device or by the server."""
        if self.row.create is pivot.NOBODY:
            self.record, self.space = self.serve()
            return
        self.author = "tia" if self.row.kind in {"feedback", "seen"} else "ana"
        fields, self.space, self.record = self.proper(self.author)
        author = self.device(self.author)
        value = {"kind": self.row.kind, "fields": fields}
        author.must(author.mutation("create", self.record, space=self.space, value=value))

    def proper(self, name: str) -> tuple[dict[str, Any], str, str]:
        """Fields, space and id of a fresh record of this kind as `name` would rightly make it."""
        own, portfolio = f"u:{self.world.id(name)}", f"p:{self.world.id('ana')}"
        kind, state = self.row.kind, self.row.state
        if kind in {"artifact", "showcase"}:
            return {"audience": state}, own if state == "me" else portfolio, ids.new_id()
        if kind == "settings":
            return {}, own, ids.derived_id(f"settings:{self.world.id(name)}")
        about = self.device("ana").create(title="Work")
        if kind == "feedback":
            space = own if state == "me" else portfolio
            return {"artifact": about, "audience": state}, space, ids.new_id()
        if kind == "seen":
            record = ids.derived_id(f"seen:{about}:{self.world.id(name)}")
            return {"artifact": about}, portfolio, record
        return {"artifact": about, "feedback": None}, portfolio, ids.new_id()

    def serve(self) -> tuple[str, str]:
        """Id and space of a record that the server wrote."""
        school, ana = self.world.id("school"), self.world.id("ana")
        if self.row.kind == "person":
            staff = self.row.state == "staff"
            return (self.world.id("tom"), f"o:{school}") if staff else (ana, f"p:{ana}")
        if self.row.kind == "class":
            return self.world.id("green"), f"c:{self.world.id('green')}"
        if self.row.kind == "framework":
            return self.framework(school), f"o:{school}"
        device = self.device("ana")
        refused = device.mutation("set", ids.new_id(), field="title", value="x", space=f"p:{ana}")
        assert device.results(refused)[0].startswith("rejected")
        device.pull()
        (entry,) = device.all("not_accepted")
        return str(entry["id"]), f"u:{ana}"

    def framework(self, school: str) -> str:
        record, space = ids.new_id(), f"o:{school}"
        fields = {"title": "Own words", "type": "case", "items": 1, "sha256": "0" * 64}
        with (
            self.world.app.app_context(),
            db.write() as session,
            write.space_locks(session, school, [space]) as locks,
        ):
            write.write_server_record(locks, space, "framework", record, fields, None)
        return record

    def askers(self) -> list[Asker]:
        return ABOUT_GREEN if self.row.kind == "class" else ABOUT_ANA


@pytest.mark.parametrize("row", ROWS)
def test_everybody_may_what_the_table_says_and_nothing_more(world: World, row: RecordRow) -> None:
    """Reading, then every op on every field, then the trash, then making another one there."""
    case = Case(world, row)
    case.make()
    for name, school, tie, state in case.askers():
        device = case.device(name, school)
        author = (name, school) == (case.author, "north")
        check_reading(case, device, may=state in row.read.states(tie))
        check_changing(case, device, may=author and state in row.change.states(tie))
        check_trash(case, device, may=author and state in row.trash.states(tie))
        check_creating(case, device, name, school, may=state in row.create.states(tie))


def check_reading(case: Case, device: Device, *, may: bool) -> None:
    """Who may not read it receives nothing, neither by pull nor as history."""
    assert (device.get(case.record) is not None) == may
    history = device.http.get(f"/api/records/{case.record}/history").status_code
    assert history == (200 if may else 404)


def check_changing(case: Case, device: Device, *, may: bool) -> None:
    """Only its author changes it, and each field only as the table says."""
    changes = [
        (field, mutation)
        for field in KINDS[case.row.kind].fields
        for mutation in edits(device, case, field)
    ]
    results = device.results(*(sent for _, sent in changes))
    for (field, sent), result in zip(changes, results, strict=True):
        wanted = may and pivot.FIELDS[case.row.kind][field] == pivot.AUTHOR
        assert (result in {"ok", "merged"}) == wanted, (field, sent["op"], result)
        assert wanted or result.startswith("rejected"), (field, sent["op"], result)


def check_trash(case: Case, device: Device, *, may: bool) -> None:
    sent = [device.mutation(op, case.record, space=case.space) for op in ("delete", "restore")]
    assert device.results(*sent) == (["ok"] if may else ["rejected forbidden"]) * 2


def check_creating(case: Case, device: Device, name: str, school: str, *, may: bool) -> None:
    """Whatever somebody sends, it comes to lie in this space only if the table lets them."""
    fields: dict[str, Any] = {}
    record = ids.new_id()
    if case.row.create is not pivot.NOBODY:
        fields, _, record = case.proper(name if school == "north" else "ana")
    if case.row.kind in {"seen", "settings"} and name == case.author and school == "north":
        record = case.record  # there is one of these only: making it again merges
    value = {"kind": case.row.kind, "fields": fields}
    device.results(device.mutation("create", record, space=case.space, value=value))
    with case.world.app.app_context(), db.read() as session:
        key = (case.world.id("school", school), case.space, record)
        assert (session.get(Record, key) is not None) == may, (name, school)


def edits(device: Device, case: Case, field: str) -> list[dict[str, Any]]:
    """One mutation of every op that fits the field."""
    merge, value = KINDS[case.row.kind].fields[field].merge, VALUES.get(field, "changed")
    where = {"field": field, "space": case.space}
    if merge is Merge.SCALAR:
        if field == "audience":
            value = case.row.state  # leaving it as it is is a change too
        return [device.mutation("set", case.record, value=value, **where)]
    if merge is Merge.TEXT:
        return [device.mutation("text", case.record, value="changed words", **where)]
    key = ids.new_id()
    adding = {"key": key, "v": value} | ({"p": place()} if merge is Merge.ORDERED else {})
    sent = [device.mutation("add", case.record, value=adding, **where)]
    if merge is Merge.ORDERED:
        moved = {"key": key, "p": place(place())}
        sent.append(device.mutation("place", case.record, value=moved, **where))
    return [*sent, device.mutation("remove", case.record, value={"key": key}, **where)]


VALUES: dict[str, Any] = {
    "happened": "2026-11-23",
    "date": "2026-11-23",
    "cover": None,
    "tags": {"text": "wood"},
    "interests": {"text": "wood"},
    "alignments": {"framework": "f", "standard": "s", "because": "I did", "judgement": None},
    "attachments": {"type": "link", "url": "https://example.org/", "title": ""},
    "items": {"heading": "First"},
    "helped": True,
    "data_saver": True,
    "theme": "dark",
    "language": "es",
    "artifact": "a" * 26,
    "feedback": "a" * 26,
}


@pytest.mark.parametrize("audience", ["me", "teachers"])
def test_only_who_the_table_says_gets_an_address_of_a_picture(world: World, audience: str) -> None:
    upload = stored_picture(world)
    ana = Device(world.as_("ana"), world.id("ana"))
    ana.pull()
    photo = {
        "type": "photo", "upload": upload, "sha256": "0" * 64, "size": 10, "mime": "image/jpeg",
        "name": "a.jpg",
    }  # fmt: skip
    shown = {ids.new_id(): {"v": photo, "p": place()}}
    ana.create(title="With a picture", audience=audience, attachments=shown)
    for name, school, tie, state in ABOUT_ANA:
        client = world.as_(name, school)
        items = [[upload, "w320"], [upload, "original"]]
        found = client.post("/api/media/sign", json={"items": items}).get_json()["urls"]
        for what, answer in zip(("rendition", "original"), found, strict=True):
            may = state in pivot.MEDIA[what, audience].states(tie)
            assert ("url" in answer) == may, (name, school, what, answer)


def stored_picture(world: World) -> str:
    """The id of an upload of Ana's as the worker leaves it: verified, with a small rendition."""
    upload, now = ids.new_id(), clock.now()
    with world.app.app_context(), db.write() as session:
        session.add(
            Upload(
                school=world.id("school"),
                person=world.id("ana"),
                id=upload,
                state="verified",
                kind="photo",
                sha256=hashlib.sha256(b"picture").hexdigest(),
                size=10,
                mime="image/jpeg",
                place="disk",
                key=f"{world.id('school')}/2026/{upload}",
                part_bytes=10,
                created=now,
                touched=now,
                found="image/jpeg",
                width=320,
                height=200,
                sizes={"w320": [320, 200, 9]},
            )
        )
    return upload
