"""Work of several: equal owners, and leaving takes a copy along."""

from __future__ import annotations

from copy import deepcopy

import pytest

from pathfolio import db, ids
from pathfolio.people import operations
from pathfolio.syncing import erase, groups, write
from pathfolio.syncing.models import History
from tests.api.support_sync import Device
from tests.api.world import World


@pytest.fixture
def group(world: World, ana: Device, ben: Device, tia: Device) -> str:
    """A group that Ana and Ben own and Tia teaches."""
    name = ids.new_id()
    space = f"g:{name}"

    def work(session: object) -> None:
        with write.space_locks(session, world.id("school"), [space]) as locks:  # type: ignore[arg-type]
            for person, role in (
                (ana.person, "owner"),
                (ben.person, "owner"),
                (tia.person, "teacher"),
            ):
                write.set_member(locks, space, person, role)

    with world.app.app_context():
        db.run_write(work)
    return name


def test_every_owner_writes_and_their_teacher_reads(
    group: str, ana: Device, ben: Device, tia: Device
) -> None:
    work = ana.create(title="Our film", audience=f"group:{group}")
    ben.pull()
    ben.must(ben.text(work, "words", "We filmed in the yard."))
    tia.pull()
    assert tia.fields(work)["words"] == "We filmed in the yard."
    assert tia.results(tia.set(work, "title", "Their film")) == ["rejected forbidden"]


def test_one_owner_cannot_take_the_work_away_from_the_others(
    group: str, ana: Device, ben: Device
) -> None:
    work = ana.create(title="Our film", audience=f"group:{group}")
    ben.pull()
    for each in (ana, ben):
        each.pull()
        assert each.results(each.set(work, "audience", "me")) == ["rejected forbidden"]


def test_deleting_means_leaving_and_the_others_keep_the_work(
    group: str, ana: Device, ben: Device
) -> None:
    work = ana.create(title="Our film", words="One.", audience=f"group:{group}")
    second = ana.create(title="Our second film", audience=f"group:{group}")
    ben.pull()
    ben.must(ben.text(work, "words", "One. Two."))
    ben.pull()
    delete = ben.mutation("delete", work)
    ben.must(delete)
    ben.pull()
    assert f"g:{group}" not in ben.cursors
    copy = ben.get(groups.copy_id(work, ben.person))
    assert copy is not None
    assert copy["space"] == ben.own
    assert copy["deleted"]["by"] == ben.person
    assert "deleted" not in (ben.get(groups.copy_id(second, ben.person)) or {"deleted": 1})
    told = ben.http.get(f"/api/records/{copy['id']}/history").get_json()
    assert told["entries"][0]["value"] == "One. Two."
    other = ben.twin()
    assert other.results({**delete, "n": 1}) == ["ok"]
    ana.pull()
    assert ana.fields(work)["words"] == "One. Two."


def test_a_copy_can_be_written_on(group: str, ana: Device, ben: Device) -> None:
    work = ana.create(title="Our film", words="One.", audience=f"group:{group}")
    ben.pull()
    ben.must(ben.mutation("delete", work))
    ben.pull()
    copy = groups.copy_id(work, ben.person)
    ben.must(ben.mutation("restore", copy), ben.text(copy, "words", "One. And mine."))
    ben.pull()
    assert ben.fields(copy)["words"] == "One. And mine."


def test_the_last_owner_deletes_as_anywhere(group: str, ana: Device, ben: Device) -> None:
    work = ana.create(title="Our film", audience=f"group:{group}")
    ben.pull()
    ben.must(ben.mutation("delete", work))
    ana.must(ana.mutation("delete", work))
    ana.pull()
    found = ana.get(work)
    assert found is not None
    assert found["deleted"]["by"] == ana.person


def test_a_teacher_who_left_the_school_reads_the_groups_no_more(
    world: World, group: str, ana: Device, tia: Device
) -> None:
    work = ana.create(title="Our film", audience=f"group:{group}")
    tia.pull()
    assert tia.get(work) is not None
    with world.app.app_context():
        operations.change_person(world.id("school"), tia.person, {"active": False}, by=None)
    tia.pull()
    assert f"g:{group}" in tia.pages[-1]["forget"]
    assert f"g:{group}" not in tia.cursors


def test_feedback_for_a_piece_that_has_become_a_groups_waits_until_its_author_knows(
    group: str, ana: Device, ben: Device, tia: Device
) -> None:
    work = ana.create(title="Our film")
    tia.pull()
    ana.must(ana.set(work, "audience", f"group:{group}"))
    fields = {"artifact": work, "audience": "published", "glow": "For Ana and me"}
    written = tia.creation("feedback", **fields) | {"space": ana.portfolio}
    assert tia.results(written) == ["rejected widened"]
    ben.pull()
    assert ben.all("feedback") == []
    again = tia.creation("feedback", **fields) | {"space": f"g:{group}"}
    tia.must(again)


def test_what_is_typed_after_a_refused_wish_for_privacy_is_not_shown_to_the_group(
    group: str, ana: Device, ben: Device
) -> None:
    work = ana.create(title="Our film", audience=f"group:{group}")
    wish = ana.set(work, "audience", "me")
    # Her screen says "only me" by now: she does not know yet that work of several people stays where it is.
    diary = ana.text(work, "words", "Nobody may read this.", space=ana.own)
    assert ana.results(wish, diary) == ["rejected forbidden", "rejected widened"]
    ben.pull()
    assert "words" not in ben.fields(work)
    assert {each["code"] for each in ana.not_accepted()} == {"forbidden", "widened"}
    ana.must(ana.text(work, "words", "For all of us."))


def test_what_is_typed_after_a_refused_wish_for_a_group_stays_from_the_teachers(
    ana: Device, tia: Device
) -> None:
    work = ana.create(title="Our film")
    closed = ids.new_id()
    wish = ana.set(work, "audience", f"group:{closed}")
    words = ana.text(work, "words", "Among us.", space=f"g:{closed}")
    assert ana.results(wish, words) == ["rejected forbidden", "rejected widened"]
    tia.pull()
    assert "words" not in tia.fields(work)


def test_feedback_typed_before_its_work_went_to_a_group_is_not_shown_to_the_group(
    group: str, ana: Device, ben: Device, tia: Device
) -> None:
    work = ana.create(title="Our film")
    tia.pull()
    draft = tia.creation("feedback", artifact=work, glow="Strong.") | {"space": tia.own}
    tia.must(draft, tia.set(draft["record"], "audience", "published"))
    tia.pull()
    more = tia.text(draft["record"], "grow", "Between the two of us.")
    ana.must(ana.set(work, "audience", f"group:{group}"))
    assert tia.results(more) == ["rejected widened"]
    ben.pull()
    assert "grow" not in ben.fields(draft["record"])


def test_after_an_erasure_the_others_of_a_group_still_know_their_own_work(
    world: World, group: str, ana: Device, ben: Device
) -> None:
    work = ben.create(title="Our film", words="One.", audience=f"group:{group}")
    ana.pull()
    wood = {"key": "wood", "v": {"text": "Wood"}}
    ana.must(
        ana.text(work, "words", "One. Two."),
        ana.set(work, "where", "At home."),
        ana.mutation("add", work, field="tags", value=wood),
    )
    offline = ben.twin()
    offline.base, offline.pulled = deepcopy(ben.base), ben.pulled
    ben.pull()
    with world.app.app_context():
        erase.person(world.id("school"), ana.person)
    ben.pull()
    ben.must(
        ben.text(work, "words", "One. Two. Three."),
        ben.set(work, "where", "At school."),
    )
    ben.pull()
    assert "flags" not in (ben.get(work) or {"flags": 1})
    unknown = offline.mutation("remove", work, field="tags", value={"key": "wood"})
    assert offline.results(unknown) == ["merged"]
    ben.pull()
    assert ben.fields(work)["tags"]["wood"]["v"] == wood["v"]
    history = ben.http.get(f"/api/records/{work}/history").get_json()["entries"]
    assert {entry["by"] for entry in history} == {ben.person}
    with world.app.app_context(), db.read() as session:
        for row in session.query(History).filter_by(by=ana.person):
            said = (row.field, row.value, row.result, row.superseded, row.client, row.base)
            assert said == (None, b"null", None, None, None, None)
