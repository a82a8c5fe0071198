"""Push: in order, each at most once, none blocking another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import event
from sqlalchemy.orm import Session

from pathfolio import clock, ids
from pathfolio.syncing.writer import MOST_MERGES
from pathfolio_sync import consumed_hash
from tests.api.support_sync import Device, Json, place
from tests.api.world import World


def test_what_one_device_made_the_other_one_reads(ana: Device) -> None:
    work = ana.create(title="Birdhouse", words="From old planks.", happened="2026-11-02")
    other = ana.twin()
    other.pull()
    assert other.get(work) == ana.get(work)
    assert other.fields(work) == {
        "title": "Birdhouse",
        "words": "From old planks.",
        "happened": "2026-11-02",
    }


def test_an_answer_tells_how_far_the_client_was_consumed(ana: Device) -> None:
    first, second = ana.creation(title="One"), ana.creation(title="Two")
    answer = ana.push(first, second)
    assert answer["last_n"] == 2
    assert answer["hash"] == ana.hash
    assert [(each["id"], each["n"]) for each in answer["results"]] == [
        (first["id"], 1),
        (second["id"], 2),
    ]


def test_a_push_sent_again_changes_nothing(ana: Device) -> None:
    made = ana.creation(title="Once")
    ana.must(made)
    ana.pull()
    before = ana.get(made["record"])
    assert ana.results(made) == []
    ana.pull()
    assert ana.get(made["record"]) == before


def test_a_push_that_begins_too_late_applies_nothing_and_says_what_is_missing(ana: Device) -> None:
    first, second = ana.creation(title="One"), ana.creation(title="Two")
    answer = ana.push(second)
    assert (answer["last_n"], answer["results"]) == (0, [])
    assert ana.results(first, second) == ["ok", "ok"]


def test_a_push_that_overlaps_applies_only_what_is_new(ana: Device) -> None:
    first, second = ana.creation(title="One"), ana.creation(title="Two")
    ana.must(first)
    answer = ana.push(first, second)
    assert [each["id"] for each in answer["results"]] == [second["id"]]
    assert answer["last_n"] == 2


def test_a_cloned_device_applies_each_change_once_and_sees_that_its_hash_differs(
    ana: Device,
) -> None:
    made = ana.creation(title="Mine")
    ana.must(made)
    clone = Device(ana.http, ana.person, client=ana.client, n=1)
    assert clone.push(clone.creation(title="Other"))["hash"] != clone.hash

    renumbered = ana.twin()
    again = {**made, "n": 1}
    assert renumbered.results(again) == ["ok"]
    renumbered.pull()
    assert [row["rev"][0] for row in renumbered.all("artifact") if row["id"] == made["record"]] == [
        1
    ]


def test_the_hash_counts_rejected_changes_too(ana: Device) -> None:
    bad = ana.set(ids.new_id(), "title", "Nowhere")
    answer = ana.push(bad)
    assert answer["hash"] == consumed_hash("0" * 32, bad["id"])


def test_a_refused_change_does_not_block_those_around_it(ana: Device) -> None:
    good, bad, better = (
        ana.creation(title="Good"),
        ana.set(ids.new_id(), "title", "Nowhere"),
        ana.creation(title="Better"),
    )
    assert ana.results(good, bad, better) == ["ok", "rejected forbidden", "ok"]


def test_typing_twice_offline_is_no_conflict(ana: Device) -> None:
    work = ana.create(title="First")
    assert ana.results(
        ana.set(work, "title", "Second"),
        ana.text(work, "words", "One"),
        ana.text(work, "words", "One two"),
    ) == ["ok", "ok", "ok"]
    ana.pull()
    assert ana.fields(work) == {"title": "Second", "words": "One two"}
    found = ana.get(work)
    assert found is not None
    assert "flags" not in found


def test_of_two_titles_the_later_edit_is_shown_and_the_other_one_is_a_tap_away(
    ana: Device,
) -> None:
    work = ana.create(title="Birdhouse")
    other = ana.twin()
    other.pull()
    earlier = clock.to_wire(clock.now() - timedelta(minutes=5))
    late = other.set(work, "title", "House for birds", at=earlier, pulled=None)
    ana.must(ana.set(work, "title", "Nest"))
    assert other.results(late) == ["conflict"]
    ana.pull()
    found = ana.get(work)
    assert found is not None
    assert found["fields"]["title"] == "Nest"
    assert [flag["value"] for flag in found["flags"].values()] == ["House for birds"]

    ana.must(ana.mutation("remove", work, field="flags", value={"key": late["id"]}))
    ana.pull()
    found = ana.get(work)
    assert found is not None
    assert "flags" not in found


def test_words_changed_in_different_places_come_together(ana: Device) -> None:
    work = ana.create(words="I built a birdhouse with my uncle.")
    other = ana.twin()
    other.pull()
    first = ana.text(work, "words", "I built a big birdhouse with my uncle.")
    second = other.text(work, "words", "I built a birdhouse with my uncle in May.")
    ana.must(first)
    assert other.results(second) == ["merged"]
    ana.pull()
    assert ana.fields(work)["words"] == "I built a big birdhouse with my uncle in May."


def test_tags_and_attachments_come_and_go(ana: Device) -> None:
    work = ana.create(title="Tagged")
    link = {"type": "link", "url": "https://example.org/plan", "title": "Plan"}
    keys = [ids.new_id(), ids.new_id()]
    one, two = place(), place(place())
    ana.must(
        ana.mutation("add", work, field="tags", value={"key": "wood", "v": {"text": "Wood"}}),
        ana.mutation("add", work, field="tags", value={"key": "birds", "v": {"text": "birds"}}),
        ana.mutation("remove", work, field="tags", value={"key": "wood"}),
        ana.mutation("add", work, field="attachments", value={"key": keys[0], "v": link, "p": one}),
        ana.mutation("add", work, field="attachments", value={"key": keys[1], "v": link, "p": two}),
        ana.mutation("place", work, field="attachments", value={"key": keys[0], "p": place(two)}),
    )
    ana.pull()
    fields = ana.fields(work)
    assert list(fields["tags"]) == ["birds"]
    order = sorted(fields["attachments"], key=lambda key: fields["attachments"][key]["p"])
    assert order == [keys[1], keys[0]]


def test_a_batch_with_several_spaces_keeps_its_order(ana: Device, tia: Device) -> None:
    mine, hidden = ana.creation(title="Open"), ana.creation(title="Hidden", audience="me")
    later = ana.set(mine["record"], "title", "Still open", space=ana.portfolio)
    assert ana.results(mine, hidden, later) == ["ok", "ok", "ok"]
    tia.pull()
    assert tia.fields(mine["record"])["title"] == "Still open"
    assert tia.get(hidden["record"]) is None


def test_deleting_puts_into_the_trash_and_any_edit_or_restore_brings_back(ana: Device) -> None:
    work = ana.create(title="Old")
    ana.must(ana.mutation("delete", work))
    ana.pull()
    found = ana.get(work)
    assert found is not None
    assert found["deleted"]["by"] == ana.person
    ana.must(ana.mutation("restore", work))
    ana.pull()
    found = ana.get(work)
    assert found is not None
    assert "deleted" not in found


def test_an_edit_that_did_not_know_of_the_delete_revives_the_work(ana: Device) -> None:
    work = ana.create(title="Old")
    other = ana.twin()
    other.pull()
    edit = other.set(work, "title", "Not old at all")
    ana.must(ana.mutation("delete", work))
    other.push(edit)
    ana.pull()
    found = ana.get(work)
    assert found is not None
    assert "deleted" not in found
    assert found["fields"]["title"] == "Not old at all"


def test_the_same_record_made_twice_by_one_person_is_one_record(ana: Device) -> None:
    other = ana.twin()
    record = ids.derived_id(f"settings:{ana.person}")
    ana.must(ana.creation("settings", record, theme="dark"))
    assert other.results(other.creation("settings", record, theme="dark", data_saver=True)) == [
        "ok"
    ]
    ana.pull()
    assert ana.fields(record) == {"theme": "dark", "data_saver": True}
    assert [row["id"] for row in ana.all("settings")] == [record]


def test_a_device_with_a_wild_clock_is_never_refused(ana: Device) -> None:
    work = ana.create(title="Now")
    for at in ("1970-01-01T00:00:00.000Z", "+275760-09-13T00:00:00.000Z", "yesterday"):
        ana.must(ana.set(work, "title", at, at=at))
    answer = ana.push(ana.set(work, "title", "End"), now="not a time")
    assert [each["status"] for each in answer["results"]] == ["ok"]


def test_a_client_belongs_to_one_person(ana: Device, ben: Device) -> None:
    ana.must(ana.creation(title="Mine"))
    envelope = {"client": ana.client, "schema": 1, "now": "x", "mutations": [ben.creation()]}
    answer = ben.post("push", envelope)
    assert (answer.status_code, answer.get_json()["slug"]) == (403, "client_of_another")
    body: Json = {"client": ana.client, "epoch": None, "schema": 1, "spaces": {}}
    answer = ben.post("pull", body)
    assert (answer.status_code, answer.get_json()["slug"]) == (403, "client_of_another")


def test_merging_many_texts_lets_others_write_in_between(ana: Device, world: World) -> None:
    work = ana.create(title="Poem", words="One line.")
    lines = [ana.text(work, "words", f"One line. And {n}.") for n in range(MOST_MERGES * 2 + 1)]
    with world.app.app_context(), counted_commits() as commits:
        assert set(ana.results(*lines)) == {"ok"}
    assert len(commits) == 3
    ana.pull()
    assert ana.fields(work)["words"] == lines[-1]["value"]


@contextmanager
def counted_commits() -> Iterator[list[object]]:
    """What was written while the block ran, one entry a transaction that wrote."""
    found: list[object] = []

    def note(session: Session) -> None:
        if session.connection().get_execution_options().get("pathfolio_writes"):
            found.append(session)

    event.listen(Session, "before_commit", note)
    try:
        yield found
    finally:
        event.remove(Session, "before_commit", note)
