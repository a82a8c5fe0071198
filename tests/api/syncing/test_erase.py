"""Erasure: nothing of a person stays but ids, whatever backup comes back."""

from __future__ import annotations

import pytest

from pathfolio import db
from pathfolio.syncing import erase, ledger, starting
from pathfolio.syncing.models import Client, History, Member, Record
from tests.api.support_sync import Device, Json
from tests.api.syncing.test_epochs import photograph
from tests.api.world import World

WORDS = "Words that must not stay"


def prepare(ana: Device, tia: Device) -> tuple[str, str]:
    """A work with feedback and a reply; its id and that of the feedback."""
    work = ana.create(title=WORDS)
    tia.pull()
    made = tia.creation("feedback", artifact=work, glow=f"{WORDS}, says Tia", audience="published")
    tia.must(made)
    ana.pull()
    ana.must(ana.creation("reply", artifact=work, feedback=made["record"], words=WORDS))
    ana.push(ana.set(made["record"], "glow", WORDS))
    return work, made["record"]


def erase_ana(world: World, ana: Device) -> None:
    with world.app.app_context():
        assert erase.person(world.id("school"), ana.person) > 1


def stored_words(world: World) -> list[str]:
    """Where the words still are in the tables."""
    with world.app.app_context(), db.read() as session:
        bodies = [row.body for row in session.query(Record)]
        past = [
            row.value + (row.superseded or b"") + (row.result or b"")
            for row in session.query(History)
        ]
    return [text.decode() for text in bodies + past if WORDS.encode() in text]


def test_words_history_memberships_and_devices_go_at_once(
    world: World, ana: Device, tia: Device
) -> None:
    prepare(ana, tia)
    assert stored_words(world)
    erase_ana(world, ana)
    assert stored_words(world) == []
    with world.app.app_context(), db.read() as session:
        assert session.query(Member).filter_by(person=ana.person).count() == 0
        assert session.query(Client).filter_by(person=ana.person).count() == 0


def test_other_devices_drop_base_and_ring_at_their_pull(
    world: World, ana: Device, tia: Device
) -> None:
    prepare(ana, tia)
    tia.pull()
    erase_ana(world, ana)
    tia.pull()
    assert ana.portfolio in tia.pages[-1]["forget"]
    assert tia.pages[-1]["erased"] == [ana.portfolio]
    assert tia.base.get(ana.portfolio) is None


def test_a_change_of_what_was_erased_is_refused_without_keeping_its_words(
    world: World, ana: Device, tia: Device
) -> None:
    work, feedback = prepare(ana, tia)
    tia.pull()
    late = tia.text(feedback, "glow", WORDS, space=ana.portfolio)
    about = tia.creation("feedback", artifact=work, glow=WORDS) | {"space": tia.own}
    erase_ana(world, ana)
    assert tia.results(late, about) == ["rejected erased"] * 2
    assert tia.not_accepted() == []
    assert stored_words(world) == []


def test_what_follows_a_creation_about_erased_work_is_not_kept_either(
    world: World, ana: Device, tia: Device
) -> None:
    work, _ = prepare(ana, tia)
    tia.pull()
    about = tia.creation("feedback", artifact=work, glow=WORDS) | {"space": tia.own}
    erase_ana(world, ana)
    assert tia.results(about) == ["rejected erased"]
    later = tia.text(about["record"], "glow", f"{WORDS} again", space=tia.own)
    assert tia.results(later | {"after": about["id"]}) == ["rejected erased"]
    assert tia.not_accepted() == []
    assert stored_words(world) == []


def test_a_deleted_account_is_told_so(world: World, ana: Device) -> None:
    ana.create(title=WORDS)
    erase_ana(world, ana)
    body: Json = {"client": ana.client, "epoch": None, "schema": 1, "spaces": {}}
    answer = ana.post("pull", body)
    assert (answer.status_code, answer.get_json()["slug"]) == (410, "account_deleted")


def test_a_backup_does_not_bring_anybody_back(world: World, ana: Device, tia: Device) -> None:
    prepare(ana, tia)
    restore = photograph(world)
    erase_ana(world, ana)
    restore()
    assert stored_words(world)
    with world.app.app_context():
        assert [entry.person for entry in ledger.entries()] == [ana.person]
        assert erase.reapply() > 3
        assert erase.reapply() == 0
    assert stored_words(world) == []


def test_an_older_database_put_back_without_a_word_brings_nobody_back_either(
    world: World, ana: Device, tia: Device
) -> None:
    prepare(ana, tia)
    restore = photograph(world)
    erase_ana(world, ana)
    restore()
    assert stored_words(world)
    with world.app.app_context():
        starting.check()
    assert stored_words(world) == []


def test_an_erasure_that_a_power_cut_ended_is_finished_at_the_next_start(
    world: World, ana: Device, tia: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(ana, tia)

    def power_cut(*_: object) -> int:
        raise KeyboardInterrupt

    with world.app.app_context(), monkeypatch.context() as patch:
        patch.setattr(erase, "_erase", power_cut)
        with pytest.raises(KeyboardInterrupt):
            erase.person(world.id("school"), ana.person)
    assert stored_words(world)
    with world.app.app_context():
        starting.check()
        assert erase.finish() == 0
    assert stored_words(world) == []


def test_the_ledger_survives_a_line_that_was_cut(world: World, ana: Device) -> None:
    ana.create(title=WORDS)
    erase_ana(world, ana)
    with world.app.app_context():
        with ledger.path().open("a") as file:
            file.write('{"school": "cut')
        assert len(list(ledger.entries())) == 1
