"""Ids, times, texts, and what is derived from the declarations of records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from pathfolio import clock, ids
from pathfolio.records import KINDS, generate
from pathfolio.text import Text, clean


def test_what_is_derived_from_the_declarations_is_up_to_date() -> None:
    assert generate.main(["--check"]) == 0


def test_no_kind_has_a_field_whose_name_the_protocol_needs() -> None:
    for kind in KINDS.values():
        assert not {"deleted", "flags"} & kind.fields.keys()
        assert kind.default_audience is None or kind.default_audience in kind.audiences


def test_ids_are_26_characters_and_never_the_same() -> None:
    made = {ids.new_id() for _ in range(1000)}
    assert len(made) == 1000
    assert all(map(ids.is_id, made))
    assert ids.derived_id("seen:a:b") == ids.derived_id("seen:a:b") != ids.derived_id("seen:a:c")
    with ids.using(lambda: "a" * 26):
        assert ids.new_id() == "a" * 26
    assert not ids.is_id("A" * 26)
    assert not ids.is_id("a" * 26 + "\n")
    assert not ids.is_id(5)


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_survives_the_wire(moment: datetime) -> None:
    cut = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert clock.from_wire(clock.to_wire(moment)) == cut


def test_times_are_aware_and_of_one_form() -> None:
    with clock.using(lambda: datetime(2026, 11, 23, 14, 52, 11, 123999, tzinfo=UTC)):
        assert clock.to_wire(clock.now()) == "2026-11-23T14:52:11.123Z"
    east = timezone(timedelta(hours=5))
    assert clock.to_wire(datetime(2026, 1, 1, 3, tzinfo=east)) == "2025-12-31T22:00:00.000Z"
    with pytest.raises(ValueError, match="without zone"):
        clock.to_wire(datetime(2026, 1, 1))  # noqa: DTZ001 - the point
    for wrong in ("2026-11-23T14:52:11Z", "2026-11-23", "2026-13-01T00:00:00.000Z", ""):
        with pytest.raises(ValueError):  # noqa: PT011 - two sources, each with its sentence
            clock.from_wire(wrong)


def test_text_is_composed_and_holds_nothing_that_cannot_be_stored() -> None:
    assert clean("e\u0301") == "\u00e9"
    for wrong in ("\x00", "\ud800", "a\udfff"):
        with pytest.raises(ValueError, match="cannot be stored"):
            clean(wrong)
    with pytest.raises(ValidationError, match="3 characters"):
        Text(most=3).deserialize("four")
    with pytest.raises(ValidationError, match="at most"):
        Text(most_bytes=1024).deserialize("é" * 600)
