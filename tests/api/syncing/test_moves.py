"""Moves between audiences: who loses sight, who gains it, and what stays private."""

from __future__ import annotations

from pathfolio import db, ids
from pathfolio.records import KINDS
from pathfolio.syncing import spaces
from pathfolio.syncing.models import Space
from tests.api.support_sync import Device
from tests.api.world import World


def draft(tia: Device, work: str, **fields: str) -> str:
    made = tia.creation("feedback", artifact=work, **fields) | {"space": tia.own}
    tia.must(made)
    tia.pull()
    return str(made["record"])


def publish(tia: Device, feedback: str) -> None:
    tia.must(tia.set(feedback, "audience", "published"))
    tia.pull()


def reply(ana: Device, work: str, feedback: str, words: str) -> str:
    made = ana.creation("reply", artifact=work, feedback=feedback, words=words)
    ana.must(made)
    ana.pull()
    return str(made["record"])


def test_sharing_shows_the_work_and_hiding_takes_it_back(ana: Device, tia: Device) -> None:
    work = ana.create(title="Poem", audience="me")
    tia.pull()
    assert tia.get(work) is None
    ana.must(ana.set(work, "audience", "teachers"))
    tia.pull()
    ana.pull()
    assert tia.get(work) == ana.get(work)

    ana.must(ana.set(work, "audience", "me"))
    told = tia.pull()
    assert told == [{"gone": True, "id": work, "seq": told[0]["seq"], "space": ana.portfolio}]
    assert tia.get(work) is None
    ana.pull()
    found = ana.get(work)
    assert found is not None
    assert (found["space"], found["rev"][0]) == (ana.own, 3)


def test_publishing_twice_does_nothing_more(ana: Device, tia: Device) -> None:
    work = ana.create(title="Poem", audience="me")
    ana.must(ana.set(work, "audience", "teachers"))
    ana.must(ana.set(work, "audience", "teachers"))
    tia.pull()
    assert [row["id"] for row in tia.all("artifact")] == [work]


def test_who_never_held_a_work_is_not_told_that_it_left(ana: Device, tia: Device) -> None:
    tia.pull()
    work = ana.create(title="Poem")
    ana.must(ana.set(work, "audience", "me"))
    assert tia.pull() == []
    fresh = tia.twin()
    assert all(row["id"] != work for row in fresh.pull())


def test_feedback_is_the_teachers_alone_until_it_is_published(ana: Device, tia: Device) -> None:
    work = ana.create(title="Birdhouse")
    tia.pull()
    feedback = draft(tia, work, glow="Strong roof.", grow="A wider door?")
    ana.pull()
    assert ana.get(feedback) is None
    publish(tia, feedback)
    ana.pull()
    assert ana.fields(feedback)["glow"] == "Strong roof."
    answer = reply(ana, work, feedback, "I will saw it wider.")
    tia.pull()
    assert tia.fields(answer)["words"] == "I will saw it wider."


def test_replies_and_feedback_move_along_with_their_work(ana: Device, tia: Device) -> None:
    work = ana.create(title="Birdhouse")
    tia.pull()
    feedback = draft(tia, work, glow="Strong roof.")
    publish(tia, feedback)
    seen = ids.derived_id(f"seen:{work}:{tia.person}")
    made = tia.creation("seen", seen, artifact=work) | {"space": ana.portfolio}
    tia.must(made)
    ana.pull()
    answer = reply(ana, work, feedback, "Thanks!")
    tia.pull()
    ana.must(ana.set(work, "audience", "me"))
    assert {row["id"] for row in tia.pull()} == {work, feedback, seen, answer}
    assert [tia.get(each) for each in (work, feedback, seen, answer)] == [None] * 4
    ana.pull()
    assert {row["space"] for row in map(ana.get, (work, feedback, seen, answer)) if row} == {
        ana.own
    }
    ana.must(ana.set(work, "audience", "teachers"))
    tia.pull()
    assert tia.fields(feedback)["glow"] == "Strong roof."


def test_feedback_to_work_that_was_hidden_meanwhile_is_kept_for_its_teacher(
    ana: Device, tia: Device
) -> None:
    work = ana.create(title="Birdhouse")
    tia.pull()
    feedback = draft(tia, work, glow="Strong roof.")
    ana.must(ana.set(work, "audience", "me"))
    assert tia.results(tia.set(feedback, "audience", "published")) == ["rejected forbidden"]
    tia.pull()
    assert tia.fields(feedback)["glow"] == "Strong roof."


def test_what_was_written_while_private_is_not_shown_behind_its_authors_back(
    ana: Device, tia: Device
) -> None:
    work = ana.create(title="Poem", words="First line.", audience="me")
    other = ana.twin()
    other.pull()
    secret = other.text(work, "words", "First line. Nobody may read this.")
    ana.must(ana.set(work, "audience", "teachers"))
    assert other.results(secret) == ["rejected widened"]
    tia.pull()
    assert tia.fields(work)["words"] == "First line."
    [kept] = ana.not_accepted()
    assert kept["code"] == "widened"
    assert kept["mutation"]["value"] == "First line. Nobody may read this."


def test_an_answer_to_private_work_does_not_come_out_with_it(ana: Device, tia: Device) -> None:
    work = ana.create(title="Poem", audience="me")
    other = ana.twin()
    other.pull()
    note = other.creation("reply", artifact=work, words="Note to myself.") | {"space": ana.own}
    ana.must(ana.set(work, "audience", "teachers"))
    assert other.results(note) == ["rejected widened"]
    tia.pull()
    assert tia.all("reply") == []


def test_who_published_on_this_device_goes_on_writing(ana: Device, tia: Device) -> None:
    work = ana.create(title="Poem", words="One.", audience="me")
    ana.must(
        ana.set(work, "audience", "teachers"),
        ana.text(work, "words", "One. Two.", space=ana.own),
    )
    tia.pull()
    assert tia.fields(work)["words"] == "One. Two."


def test_a_base_that_a_restored_server_does_not_know_may_have_been_private(
    ana: Device, tia: Device
) -> None:
    work = ana.create(title="Poem", audience="me")
    ana.must(ana.set(work, "audience", "teachers"))
    ana.pull()
    # Made private again, which this server has lost; then written on, on the device that had once shared it.
    lost = [9, ids.new_id()]
    private = ana.text(work, "words", "Only for me.", space=ana.own, base=lost, after=None)
    assert ana.results(private) == ["rejected widened"]
    tia.pull()
    assert "words" not in tia.fields(work)


def test_what_was_written_for_many_is_still_applied_once_the_work_is_private(ana: Device) -> None:
    work = ana.create(title="Poem")
    other = ana.twin()
    other.pull()
    edit = other.set(work, "title", "A poem")
    ana.must(ana.set(work, "audience", "me"))
    assert other.results(edit) == ["ok"]


def test_in_a_true_conflict_about_the_audience_the_narrower_wins(ana: Device) -> None:
    work = ana.create(title="Poem", audience="me")
    ana.must(ana.set(work, "audience", "teachers"))
    ana.pull()
    other = ana.twin()
    other.pull()
    narrower = other.set(work, "audience", "me")
    ana.must(ana.set(work, "audience", "teachers"))
    other.push(narrower)
    ana.pull()
    found = ana.get(work)
    assert found is not None
    assert (found["space"], found["fields"]["audience"]) == (ana.own, "me")


def test_a_superseded_private_text_stays_private_when_the_work_is_shared(
    ana: Device, tia: Device
) -> None:
    work = ana.create(title="Poem", words="Roses are red today.", audience="me")
    other = ana.twin()
    other.pull()
    mine = other.text(work, "words", "Roses are blue today.")
    ana.must(ana.text(work, "words", "Roses are green today."))
    assert other.results(mine) == ["conflict"]
    ana.pull()
    found = ana.get(work)
    assert found is not None
    assert found["flags"]
    ana.must(ana.set(work, "audience", "teachers"))
    tia.pull()
    shown = tia.get(work)
    assert shown is not None
    assert "flags" not in shown
    [kept] = ana.not_accepted()
    assert kept["code"] == "widened"
    assert {kept["mutation"]["value"], shown["fields"]["words"]} == {
        "Roses are blue today.",
        "Roses are green today.",
    }


def test_the_authors_own_list_stays_where_it_is_when_the_work_is_shared(
    ana: Device, tia: Device
) -> None:
    work = ana.create(title="Poem", audience="me")
    assert ana.results(ana.set(work, "title", "x" * 201)) == ["rejected too_large"]
    ana.must(ana.set(work, "audience", "teachers"))
    tia.pull()
    assert tia.all("not_accepted") == []
    assert len(ana.not_accepted()) == 1


def test_making_a_record_again_does_not_get_around_its_audience(ana: Device, tia: Device) -> None:
    made = ana.creation(title="Poem", audience="me")
    ana.must(made)
    ana.must(ana.set(made["record"], "audience", "teachers"))
    other = ana.twin()
    again = other.creation(record=made["record"], words="For nobody.", audience="me")
    assert other.results(again) == ["rejected widened"]
    tia.pull()
    assert tia.fields(made["record"]).get("words") is None


def test_a_creation_sent_again_with_another_audience_moves_the_work_too(
    ana: Device, tia: Device
) -> None:
    work = ana.create(title="Poem")
    tia.pull()
    ana.must(ana.creation(record=work, audience="me") | {"space": ana.portfolio})
    tia.pull()
    assert tia.get(work) is None
    ana.pull()
    found = ana.get(work)
    assert found is not None
    assert (found["space"], found["fields"]["audience"]) == (ana.own, "me")
    ana.must(ana.creation(record=work, audience="teachers"))
    tia.pull()
    assert tia.fields(work)["audience"] == "teachers"


def test_the_history_of_work_that_was_made_private_is_its_authors_alone(
    ana: Device, tia: Device
) -> None:
    work = ana.create(title="Poem", words="What I think of my brother.")
    assert tia.http.get(f"/api/records/{work}/history").status_code == 200
    ana.must(ana.set(work, "audience", "me"))
    assert tia.http.get(f"/api/records/{work}/history").status_code == 404
    assert ana.http.get(f"/api/records/{work}/history").status_code == 200


def test_history_is_shown_to_readers_of_the_space_it_was_written_in(
    ana: Device, tia: Device
) -> None:
    work = ana.create(title="Poem", words="Secret line.", audience="me")
    ana.must(ana.text(work, "words", "Open line."))
    ana.must(ana.set(work, "audience", "teachers"))
    ana.pull()
    ana.must(ana.text(work, "words", "Open line, longer."))
    told = tia.http.get(f"/api/records/{work}/history").get_data(as_text=True)
    assert "Secret" not in told
    assert "longer" in told
    whole = ana.http.get(f"/api/records/{work}/history").get_json()
    assert [entry["rev"] for entry in whole["entries"]] == [4, 3, 2, 1]
    assert whole["next"] is None


def test_home_of_every_kind() -> None:
    me = "a" * 26
    for name, audience, artifact_space, wanted in (
        ("artifact", "teachers", None, f"p:{me}"),
        ("artifact", "me", None, f"u:{me}"),
        ("artifact", "group:" + "b" * 26, None, "g:" + "b" * 26),
        ("artifact", "circle:" + "b" * 26, None, "r:" + "b" * 26),
        ("showcase", "me", None, f"u:{me}"),
        ("feedback", "me", "p:" + "c" * 26, f"u:{me}"),
        ("feedback", "published", "p:" + "c" * 26, "p:" + "c" * 26),
        ("feedback", "published", None, None),
        ("reply", None, "u:" + "c" * 26, "u:" + "c" * 26),
        ("settings", None, None, f"u:{me}"),
    ):
        assert spaces.home(KINDS[name], me, audience, artifact_space) == wanted


def test_a_space_that_nobody_made_is_not_made_by_naming_it(world: World, ana: Device) -> None:
    group = ids.new_id()
    assert ana.results(ana.creation(audience=f"group:{group}")) == ["rejected forbidden"]
    with world.app.app_context(), db.read() as session:
        assert session.get(Space, (world.id("school"), f"g:{group}")) is None
