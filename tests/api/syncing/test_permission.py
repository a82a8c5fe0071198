"""Who may write what, by today's membership."""

from __future__ import annotations

import pytest

from pathfolio import ids
from tests.api.support_sync import Device
from tests.api.syncing.conftest import device
from tests.api.world import World


def test_nobody_but_the_student_changes_their_work(
    ana: Device, ben: Device, tia: Device, tom: Device
) -> None:
    work = ana.create(title="Mine")
    for other in (ben, tia, tom):
        assert (
            other.results(
                other.set(work, "title", "Yours", space=ana.portfolio),
                other.mutation("delete", work, space=ana.portfolio),
                other.set(work, "audience", "me", space=ana.portfolio),
            )
            == ["rejected forbidden"] * 3
        )
    ana.pull()
    assert ana.fields(work) == {"title": "Mine"}


def test_an_unknown_record_and_a_hidden_one_look_alike(ana: Device, ben: Device) -> None:
    hidden = ana.create(title="Hidden", audience="me")
    told = [
        ben.push(ben.set(record, "title", "?", space=ana.own))["results"][0]
        for record in (hidden, ids.new_id())
    ]
    first, second = ((each["code"], each["detail"]) for each in told)
    assert first == second


def test_students_write_no_feedback_and_no_seen(ana: Device, ben: Device) -> None:
    work = ana.create(title="Mine")
    seen = ids.derived_id(f"seen:{work}:{ana.person}")
    assert (
        ana.results(
            ana.creation("feedback", artifact=work, audience="published"),
            ana.creation("feedback", artifact=work),
            ana.creation("seen", seen, artifact=work),
        )
        == ["rejected forbidden"] * 3
    )
    assert ben.results(ben.creation("reply", artifact=work, words="Hi")) == ["rejected forbidden"]


def test_a_teacher_of_other_students_cannot_even_publish_to_them(ana: Device, tom: Device) -> None:
    work = ana.create(title="Mine")
    draft = tom.creation("feedback", artifact=work, glow="Nice") | {"space": tom.own}
    tom.must(draft)
    assert tom.results(tom.set(draft["record"], "audience", "published", space=tom.own)) == [
        "rejected forbidden"
    ]


def test_feedback_is_changed_by_its_author_only(world: World, ana: Device, tia: Device) -> None:
    work = ana.create(title="Mine")
    tia.pull()
    made = tia.creation("feedback", artifact=work, glow="Nice", audience="published")
    tia.must(made)
    ana.pull()
    assert ana.results(ana.text(made["record"], "glow", "Very nice")) == ["rejected forbidden"]
    assert tia.results(tia.text(made["record"], "glow", "Nice roof", space=ana.portfolio)) == ["ok"]
    assert ana.results(ana.mutation("delete", made["record"])) == ["rejected forbidden"]


@pytest.mark.parametrize("kind", ["person", "class", "framework", "not_accepted"])
def test_what_the_school_writes_nobody_else_writes(ana: Device, tia: Device, kind: str) -> None:
    for each in (ana, tia):
        assert each.results(each.creation(kind)) == ["rejected forbidden"]


def test_roster_records_are_read_only(world: World, ana: Device, tia: Device) -> None:
    ana.pull()
    person = ana.person
    assert ana.results(ana.set(person, "role", "coordinator")) == ["rejected forbidden"]
    assert ana.results(ana.mutation("delete", world.id("blue"))) == ["rejected forbidden"]


def test_settings_of_another_person_cannot_be_made(ana: Device, ben: Device) -> None:
    record = ids.derived_id(f"settings:{ben.person}")
    assert ana.results(ana.creation("settings", record, theme="dark")) == ["rejected invalid"]


def test_an_id_of_something_else_is_refused_and_shows_nothing(ana: Device, ben: Device) -> None:
    work = ana.create(title="Mine")
    assert ben.results(ben.creation(record=work, title="Mine too")) == ["rejected id_reused"]
    made = ana.creation(title="One")
    ana.must(made)
    assert ben.results(ben.creation() | {"id": made["id"]}) == ["rejected invalid"]


def test_somebody_who_waits_to_be_confirmed_works_alone(world: World, tia: Device) -> None:
    pia = device(world, "pia")
    work = pia.create(title="Mine already")
    tia.pull()
    assert tia.get(work) is None


def test_somebody_who_left_reads_and_what_they_still_send_is_kept(world: World) -> None:
    lou = device(world, "lou")
    settings = ids.derived_id(f"settings:{lou.person}")
    assert lou.results(lou.creation("settings", settings, theme="dark")) == ["rejected forbidden"]
    [kept] = lou.not_accepted()
    assert kept["mutation"]["value"]["fields"] == {"theme": "dark"}


def test_seen_has_the_one_id_that_every_device_derives(ana: Device, tia: Device) -> None:
    work = ana.create(title="Mine")
    record = ids.derived_id(f"seen:{work}:{tia.person}")
    assert tia.results(
        tia.creation("seen", record, artifact=work), tia.creation("seen", artifact=work)
    ) == ["ok", "rejected invalid"]
    assert tia.twin().results(tia.twin().creation("seen", record, artifact=work)) == ["ok"]


def test_what_is_said_once_cannot_change(ana: Device, tia: Device) -> None:
    work, other = ana.create(title="One"), ana.create(title="Two")
    made = tia.creation("feedback", artifact=work)
    tia.must(made)
    assert tia.results(tia.set(made["record"], "artifact", other, space=tia.own)) == [
        "rejected invalid"
    ]


def test_a_refusal_does_not_tell_whether_a_record_is_there_nor_what_it_is(
    ana: Device, ben: Device
) -> None:
    hidden = ana.create(title="Mine", audience="me")
    told = []
    for record in (hidden, ids.new_id()):
        answer = ben.push(
            ben.set(record, "title", "Yours", space=ana.own),
            ben.text(record, "glow", "Yours", space=ana.own),
            ben.mutation("explode", record, space=ana.own),
        )
        told.append([(each["code"], each["detail"]) for each in answer["results"]])
    assert told[0] == told[1]
