"""Canonical JSON is what RFC 8785 says, by the word of a library that implements nothing else."""

import math

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from pathfolio_sync import canonical

# Every character, also those whose order differs between UTF-8 and UTF-16, and lone surrogates.
TEXTS = st.text(st.characters())
NUMBERS = st.integers() | st.floats() | st.sampled_from([2**53, 2**53 - 1, 1 - 2**53, -(2**53)])
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(TEXTS, inner)
        | st.dictionaries(st.none() | st.integers() | TEXTS, inner)
    ),
)


def by_library(value: object) -> bytes | None:
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type]  # any value, to see what it refuses
    except ValueError:
        return None


def by_us(value: object) -> bytes | None:
    try:
        return canonical(value)
    except ValueError:
        return None


@given(VALUES)
def test_every_value_has_the_text_that_the_library_gives_it(value: object) -> None:
    assert by_us(value) == by_library(value)


@pytest.mark.parametrize("value", [math.nan, math.inf, 2**53, "\ud800", {1: "one"}, object()])
@pytest.mark.parametrize(
    "inside", [lambda each: each, lambda each: [each], lambda each: {"a": each}]
)
def test_what_json_cannot_say_is_refused(value: object, inside: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical(inside(value))  # type: ignore[operator]


def test_keys_stand_in_the_order_of_utf_16() -> None:
    assert (
        canonical({"\ufb33": 1, "\U0001f600": 2, "a": 3})
        == '{"a":3,"\U0001f600":2,"\ufb33":1}'.encode()
    )
