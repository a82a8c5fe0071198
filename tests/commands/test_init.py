"""The first words on a new machine: `migrate` and `init`."""

from __future__ import annotations

import re

from tests.durability.remote import Remote
from tests.support.running import Running

CODE = re.compile(r"user name: (\S+)\s+one-time code: (\S+)")


def test_init_makes_a_school_whose_coordinator_can_sign_in_and_choose_a_password(
    empty_place: Running,
) -> None:
    said = empty_place.run("init", "--school", "Hilltop School", "--name", "Wren Abara")
    assert "Hilltop School is ready" in said
    found = CODE.search(said)
    assert found
    username, code = found.groups()
    empty_place.start("web")
    body = {
        "username": username, "code": code, "password": "five quiet green hills",
        "device": "A laptop", "shared": False,
    }  # fmt: skip
    told = Remote(empty_place.port).must("/api/session/code", body)
    assert told["school"]["slug"] == "hilltop-school"
    assert (told["person"]["name"], told["person"]["role"]) == ("Wren Abara", "coordinator")
    Remote(empty_place.port).sign_in(username, "five quiet green hills")
    empty_place.stop("web")
    assert "Everything holds." in empty_place.run("verify")


def test_init_asks_for_what_was_not_said(empty_place: Running) -> None:
    said = empty_place.run("init", "--slug", "hill", says="Hilltop School\nWren Abara\n")
    assert CODE.search(said)
    assert "coordinator" in empty_place.run("user", "list", "--school", "hill")


def test_a_second_school_of_the_same_short_name_is_refused(empty_place: Running) -> None:
    words = ("init", "--school", "Hilltop School", "--slug", "hill", "--name")
    empty_place.run(*words, "Wren Abara")
    assert "hill" in empty_place.refuses(*words, "Ines Kaya")
    assert "Ines" not in empty_place.run("user", "list")


def test_migrate_says_from_where_to_where_and_may_be_repeated(empty_place: Running) -> None:
    assert re.match(r"Moved from empty to \w+\.", empty_place.run("migrate"))
    assert re.match(r"The database is at version \w+\.", empty_place.run("migrate"))


def test_a_database_that_does_not_answer_is_named_in_a_sentence(empty_place: Running) -> None:
    place = Running("postgresql://nobody@127.0.0.1:9/none", empty_place.data)
    said = place.refuses("migrate")
    assert "The database did not answer" in said
    assert "PATHFOLIO_DATABASE_URL" in said


def test_a_command_before_any_table_says_what_to_do(empty_place: Running) -> None:
    for words in (("user", "list"), ("verify",), ("rebuild",), ("collect",), ("backup", "x")):
        assert "pathfolio init" in empty_place.refuses(*words), words
