"""A refused change is kept whole for its author, with a reason."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from pathfolio import clock, db, ids
from pathfolio.records.check import RefusedError
from pathfolio.syncing import apply, cleaning, refused
from pathfolio.syncing.locks import Locks
from pathfolio.syncing.models import History
from pathfolio.syncing.permission import Author
from pathfolio_sync import merge
from tests.api.support_sync import Device, Json
from tests.api.syncing.test_epochs import begin_epoch, offer, photograph
from tests.api.world import World


def test_a_refused_change_waits_in_its_authors_list_with_a_sentence(ana: Device) -> None:
    bad = ana.set(ids.new_id(), "title", "Words of mine")
    ana.push(bad)
    [kept] = ana.not_accepted()
    assert kept["mutation"] == bad
    assert (kept["code"], kept["record"]) == ("forbidden", bad["record"])
    assert kept["sentence"].endswith(".")


def test_it_is_kept_once_however_often_it_is_sent(ana: Device) -> None:
    bad = ana.set(ids.new_id(), "title", "Words of mine")
    ana.push(bad)
    other = ana.twin()
    assert other.results({**bad, "n": 1}) == ["rejected forbidden"]
    assert len(ana.not_accepted()) == 1


def test_nobody_else_sees_the_list(ana: Device, tia: Device, ben: Device) -> None:
    ana.push(ana.set(ids.new_id(), "title", "Words of mine"))
    assert tia.not_accepted() == ben.not_accepted() == []


def test_followers_of_a_refused_creation_join_its_entry(ana: Device) -> None:
    made = ana.creation(title="Mine", colour="blue")
    first = ana.text(made["record"], "words", "One", space=ana.portfolio)
    second = ana.text(made["record"], "words", "One two", space=ana.portfolio)
    assert ana.results(made, first) == ["rejected invalid"] * 2
    assert ana.results(second) == ["rejected invalid"]
    [kept] = ana.not_accepted()
    assert kept["mutation"] == made
    assert kept["followers"] == [first, second]


def test_many_followers_cost_the_school_no_more_room_than_they_take(
    ana: Device, world: World
) -> None:
    made = ana.creation(title="Mine", colour="blue")
    longer = [
        ana.text(made["record"], "words", "x" * 1000, space=ana.portfolio) for _ in range(150)
    ]
    ana.push(made, *longer)
    sent = [each["id"] for each in (made, *longer)]
    kept = ana.not_accepted()
    assert sorted(each for entry in kept for each in words_of(entry)) == sorted(sent)
    with world.app.app_context(), db.read() as session:
        rows = session.execute(select(History.value, History.superseded)).all()
    assert sum(len(value) + len(superseded or b"") for value, superseded in rows) < 400_000


def test_what_follows_a_creation_that_was_thrown_away_does_not_go_with_it(ana: Device) -> None:
    made = ana.creation(title="Mine", colour="blue")
    ana.push(made)
    ana.pull()
    [entry] = ana.all("not_accepted")
    ana.must(ana.mutation("delete", entry["id"]))
    later = ana.text(made["record"], "words", "Later words", space=ana.portfolio)
    ana.push(later)
    ana.pull()
    [kept] = [row for row in ana.all("not_accepted") if "deleted" not in row]
    assert kept["fields"]["mutation"] == later


def test_a_follower_that_was_thrown_away_for_good_blocks_nothing_when_it_comes_again(
    ana: Device, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refused, "FOLLOWERS_BYTES", 10)
    made = ana.creation(title="Mine", colour="blue")
    follower = ana.text(made["record"], "words", "Words", space=ana.portfolio)
    ana.push(made, follower)
    ana.pull()
    [entry] = [row for row in ana.all("not_accepted") if row["fields"]["mutation"] == follower]
    ana.must(ana.mutation("delete", entry["id"]))
    later = clock.now() + timedelta(days=31)
    with world.app.app_context(), clock.using(lambda: later):
        cleaning.empty_trash()
    other = ana.twin()
    again = other.creation(title="Next") | {"n": 2}
    assert other.results(follower | {"n": 1}, again) == ["rejected invalid", "ok"]


def words_of(entry: Json) -> list[str]:
    """The ids of all changes that an entry of the list keeps."""
    return [str(each["id"]) for each in (entry["mutation"], *entry["followers"])]


def test_an_entry_can_be_thrown_away_and_brought_back_but_not_changed(ana: Device) -> None:
    ana.push(ana.set(ids.new_id(), "title", "Words of mine"))
    ana.pull()
    [entry] = ana.all("not_accepted")
    assert ana.results(
        ana.set(entry["id"], "sentence", "Other"),
        ana.mutation("delete", entry["id"]),
        ana.mutation("restore", entry["id"]),
        ana.mutation("delete", entry["id"]),
    ) == ["rejected forbidden", "ok", "ok", "ok"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"op": "explode"}, "invalid"),
        ({"op": None}, "invalid"),
        ({"field": "colour"}, "invalid"),
        ({"field": 7}, "invalid"),
        ({"field": None}, "invalid"),
        ({"value": 7}, "invalid"),
        ({"value": None}, "invalid"),
        ({"value": "x" * 201}, "too_large"),
        ({"value": "half an emoji \ud83d"}, "invalid"),
        ({"value": "a\x00b"}, "invalid"),
        ({"op": "text", "field": "words", "value": "x" * (64 * 1024 + 1)}, "too_large"),
        ({"op": "text", "field": "title", "value": "x"}, "invalid"),
        ({"field": "happened", "value": "2026-02-30"}, "invalid"),
        ({"field": "audience", "value": "everybody"}, "invalid"),
        ({"field": "audience", "value": "group:"}, "invalid"),
        ({"op": "add", "field": "tags", "value": {"key": "", "v": {"text": "x"}}}, "invalid"),
        ({"op": "add", "field": "tags", "value": {"key": "x", "v": {}}}, "invalid"),
        ({"op": "add", "field": "tags", "value": {"key": "x", "v": {"text": "x", "y": 1}}}, "invalid"),
        ({"op": "remove", "field": "tags", "value": {"key": 4}}, "invalid"),
        ({"op": "place", "field": "attachments", "value": {"key": "a" * 26, "p": ""}}, "invalid"),
        ({"op": "delete"}, "invalid"),
        ({"base": [1]}, "invalid"),
        ({"base": ["1", "a" * 26]}, "invalid"),
        ({"after": "x"}, "invalid"),
        ({"at": None}, "invalid"),
        ({"pulled": 5}, "invalid"),
        ({"space": "p:me"}, "invalid"),
        ({"record": "me"}, "invalid"),
        ({"extra": True}, "invalid"),
        ({"half an emoji \ud83d": True}, "invalid"),
        ({"a\x00b": True}, "invalid"),
        ({"op": "create", "field": None, "value": {"kind": "diary", "fields": {}}}, "invalid"),
        ({"op": "create", "field": None, "value": {"kind": [], "fields": {}}}, "invalid"),
        ({"op": "create", "field": None, "value": {"kind": "artifact"}}, "invalid"),
    ],
)  # fmt: skip
def test_whatever_is_wrong_is_said_in_a_sentence_and_blocks_nothing(
    ana: Device, change: Json, code: str
) -> None:
    work = ana.create(title="Fine")
    bad = ana.set(work, "title", "Better") | change
    after = ana.set(work, "where", "Garden")
    [refused, taken] = ana.push(bad, after)["results"]
    assert (refused["status"], refused["code"], taken["status"]) == ("rejected", code, "ok")
    assert len(refused["detail"]) > 15
    assert len(ana.not_accepted()) == 1


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//example.org",
        "https://",
        "http://a b",
        "ftp://x",
    ],
)
def test_a_link_leads_to_the_web_or_nowhere(ana: Device, address: str) -> None:
    work = ana.create(title="Fine")
    value = {"key": ids.new_id(), "v": {"type": "link", "url": address}, "p": "a0"}
    assert ana.results(ana.mutation("add", work, field="attachments", value=value)) == [
        "rejected invalid"
    ]


def test_a_change_of_more_than_fits_is_kept_and_refused(ana: Device) -> None:
    work = ana.create(title="Big")
    long = {"key": "big", "v": {"text": "x" * (410 * 1024)}}
    assert ana.results(ana.mutation("add", work, field="tags", value=long)) == [
        "rejected too_large"
    ]
    assert ana.not_accepted()[0]["mutation"]["value"] == long


def test_a_change_that_makes_the_server_itself_fail_does_not_block_the_others(
    ana: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = ana.create(title="Fine")
    poison = ana.set(work, "title", "Poison")

    def failing(state: object, mutation: Json, context: object) -> object:
        if mutation["id"] == poison["id"]:
            raise KeyError("a mistake of ours")
        return merge(state, mutation, context)  # type: ignore[arg-type]

    monkeypatch.setattr(apply, "merge", failing)
    good = ana.set(work, "where", "Garden")
    assert ana.results(poison, good) == ["rejected invalid", "ok"]
    assert ana.not_accepted()[0]["mutation"] == poison


def test_a_refused_change_that_cannot_be_kept_as_it_is_stays_as_text_and_blocks_nothing(
    ana: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = ana.create(title="Fine")
    bad = ana.set(work, "colour", "Blue words")
    usual = refused.keep

    def failing(locks: Locks, author: Author, mutation: Json, problem: RefusedError) -> object:
        if mutation["id"] == bad["id"]:
            raise KeyError("a mistake of ours")
        return usual(locks, author, mutation, problem)

    monkeypatch.setattr(refused, "keep", failing)
    assert ana.results(bad, ana.set(work, "where", "Garden")) == ["rejected invalid", "ok"]
    [kept] = ana.not_accepted()
    assert json.loads(kept["mutation"]["value"]) == bad


def test_what_was_written_after_a_refused_change_knows_what_came_before_it(ana: Device) -> None:
    made = ana.creation(title="Mine", words="One", audience="me")
    twice = [ana.set(made["record"], "audience", "circle:" + "b" * 26) for _ in range(2)]
    text = ana.text(made["record"], "words", "One two")
    assert ana.results(made, *twice, text) == ["ok", *["rejected forbidden"] * 2, "ok"]
    ana.pull()
    found = ana.get(made["record"])
    assert found is not None
    assert "flags" not in found


def test_what_was_written_on_a_change_that_a_restored_server_refuses_knows_what_came_before_it(
    ana: Device,
) -> None:
    made = ana.creation(title="Mine", words="One", audience="me")
    once = ana.set(made["record"], "audience", "circle:" + "b" * 26)
    # The server before the restore took the second one, and this was written on what it gave back.
    text = ana.text(made["record"], "words", "One two", base=[2, once["id"]], after=None)
    assert ana.results(made, once, text) == ["ok", "rejected forbidden", "ok"]
    ana.pull()
    found = ana.get(made["record"])
    assert found is not None
    assert "flags" not in found


def test_an_entry_that_was_thrown_away_stays_away_when_a_restore_makes_it_anew(
    world: World, ana: Device
) -> None:
    restore = photograph(world)
    bad = ana.set(ids.new_id(), "title", "Words of mine")
    ana.push(bad)
    ana.pull()
    [entry] = ana.all("not_accepted")
    gone = ana.mutation("delete", entry["id"], space=ana.own)
    ana.must(gone)
    restore()
    begin_epoch(world)
    ana = Device(ana.http, ana.person, epoch=ana.page()["epoch"])
    offer(ana, [bad, gone])
    ana.pull()
    [back] = ana.all("not_accepted")
    assert "deleted" in back
    assert "flags" not in back


@pytest.mark.parametrize(
    ("op", "name", "came", "there"),
    [
        ("text", "words", "merged", ["Zero two three"]),
        ("set", "title", "conflict", ["One two three", "Zero"]),
    ],
)
@pytest.mark.parametrize("at_once", [True, False], ids=["in one push", "in two"])
def test_who_typed_on_over_a_change_that_was_refused_meanwhile_overwrites_nobody(
    ana: Device, op: str, name: str, came: str, there: list[str], *, at_once: bool
) -> None:
    other = ana.twin()
    record = ana.create(audience="me", **{name: "One"})
    other.pull()
    late = other.mutation(op, record, field=name, value="One two")
    ana.must(ana.mutation(op, record, field=name, value="Zero"))
    ana.must(ana.set(record, "audience", "teachers"))
    # The pull comes between: the screen still shows "One two", and nothing says that it is going to be refused.
    if at_once:
        other.pull()
        more = other.mutation(op, record, field=name, value="One two three", after=late["id"])
        assert other.results(late, more) == ["rejected widened", came]
    else:
        seen = other.twin()
        seen.pull()
        assert other.results(late) == ["rejected widened"]
        live = seen.get(record)
        assert live is not None
        after = {"after": late["id"], "base": live["rev"], "pulled": seen.pulled}
        more = other.mutation(
            op, record, field=name, value="One two three", space=other.portfolio, **after
        )
        assert other.results(more) == [came]
    ana.pull()
    found = ana.get(record)
    assert found is not None
    kept = [found["fields"][name], *(each["value"] for each in found.get("flags", {}).values())]
    assert sorted(kept) == there


def test_who_knows_that_a_change_was_refused_goes_on_from_what_is_there(ana: Device) -> None:
    other = ana.twin()
    record = ana.create(audience="me", words="One")
    other.pull()
    late = other.text(record, "words", "One two")
    ana.must(ana.text(record, "words", "Zero"))
    ana.must(ana.set(record, "audience", "teachers"))
    assert other.results(late) == ["rejected widened"]
    other.pull()
    more = other.text(record, "words", "Zero one", after=late["id"])
    assert other.results(more) == ["ok"]


def test_a_base_that_has_another_number_after_a_restore_is_known_by_its_change(ana: Device) -> None:
    """What stood before it was refused at the second time; who wrote on alone is in no conflict with themselves."""
    work = ana.create(title="Poem", words="One.")
    two = ana.text(work, "words", "One. Two.")
    ana.must(two)
    base = [3, two["id"]]
    three = ana.text(work, "words", "One. Two. Three.", base=base, after=None)
    four = ana.text(work, "words", "Two. Three.", base=base)
    ana.must(three, four)
    ana.pull()
    assert ana.fields(work)["words"] == "Two. Three."


def test_such_a_base_shows_nothing_that_its_change_did_not_know(ana: Device) -> None:
    work = ana.create(title="Poem", words="One.")
    other = ana.twin()
    other.pull()
    two = ana.text(work, "words", "Two.")
    other.must(other.text(work, "words", "Other."))
    assert ana.results(two) == ["conflict"]
    ana.push(ana.text(work, "words", "Three.", base=[2, two["id"]], after=None))
    ana.pull()
    shown = ana.get(work)
    assert shown is not None
    values = {shown["fields"]["words"], *(each["value"] for each in shown["flags"].values())}
    assert values == {"Other.", "Three."}


@pytest.mark.parametrize(("op", "field"), [("set", "where"), ("text", "words")])
@pytest.mark.parametrize("between", [False, True], ids=["its own", "what it knew"])
def test_of_such_a_base_nothing_is_taken_away_that_may_not_have_been_shown(
    ana: Device, op: str, field: str, *, between: bool
) -> None:
    """Before the restore it had lost to a change between: what its author wrote next went on from that one."""
    work = ana.create(title="Poem", **{field: "Poem one."})
    base = ana.mutation(op, work, field=field, value="Poem two.")
    ana.must(base)
    if between:
        ana.pull()
        base = ana.set(work, "title", "Song")
        ana.must(base)
    more = {"value": "Other three.", "base": [7, base["id"]], "after": None}
    assert ana.results(ana.mutation(op, work, field=field, **more)) == ["conflict"]
    ana.pull()
    found = ana.get(work)
    assert found is not None
    values = {found["fields"][field], *(each["value"] for each in found["flags"].values())}
    assert values == {"Poem two.", "Other three."}


def test_such_a_base_that_followed_its_own_at_once_was_shown(ana: Device) -> None:
    """It was made right on what its author knew: only then does its number tell that nothing came between."""
    work = ana.create(title="Poem")
    other = ana.twin()
    other.pull()
    mine = ana.set(work, "where", "Here.")
    other.must(other.set(work, "title", "Song"))
    ana.must(mine)
    ana.must(ana.set(work, "where", "There.", base=[2, mine["id"]], after=None))
    ana.pull()
    assert ana.fields(work)["where"] == "There."
    assert ana.fields(work)["title"] == "Song"
