"""Long text: merged word by word; where that can't be, both are kept whole; no typed word disappears."""

import time
from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pathfolio_sync import derived_id, text_merge
from tests.sync.strategies import examples
from tests.sync.world import BEN, Room, creation, mutation

WORD = st.one_of(
    st.sampled_from(
        ["the", "a", "boat", "e\u0301t\u00e9", "ma\u00f1ana", "שלום", "مرحبا", "👩‍🔬", "🏳️‍🌈", "ก็"]
    ),
    st.text(st.characters(exclude_categories=["Cs", "Z", "Cc"]), min_size=1, max_size=4).filter(
        lambda word: not any(letter.isspace() for letter in word)
    ),
)
SPACES = st.sampled_from([" ", " ", " ", "\n", "\n\n", "  "])
TEXT = st.lists(st.tuples(WORD, SPACES), max_size=12).map(
    lambda pairs: "".join(word + space for word, space in pairs).rstrip()
)


@st.composite
def edits(draw: st.DrawFn, base: str) -> str:
    """The base with some runs of words replaced, as people write."""
    words = base.split(" ")
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(words)))
        end = min(len(words), start + draw(st.integers(0, 3)))
        words[start:end] = draw(st.lists(WORD, max_size=3))
    return " ".join(words)


def typed(base: str, text: str) -> Counter[str]:
    """Words that a text holds more often than its base."""
    return Counter(text.split()) - Counter(base.split())


@examples(300)
@given(TEXT, st.data())
def test_a_merged_text_holds_every_word_that_either_typed(base: str, data: st.DataObject) -> None:
    ours, theirs = data.draw(edits(base)), data.draw(edits(base))
    merged = text_merge(base, ours, theirs)
    assume(merged is not None)
    assert merged is not None
    words = Counter(merged.split())
    for text in (ours, theirs):
        for word in typed(base, text):
            assert word in words, f"{word!r} is lost from {merged!r}"


@examples(200)
@given(TEXT, st.data())
def test_merging_gives_the_same_from_both_sides(base: str, data: st.DataObject) -> None:
    ours, theirs = data.draw(edits(base)), data.draw(edits(base))
    assert text_merge(base, ours, theirs) == text_merge(base, theirs, ours)


@examples(200)
@given(TEXT, st.data())
def test_what_only_one_side_changed_is_taken_as_it_is(base: str, data: st.DataObject) -> None:
    theirs = data.draw(edits(base))
    assert text_merge(base, base, theirs) == text_merge(base, theirs, base) == theirs
    assert text_merge(base, theirs, theirs) == theirs


@examples(200)
@given(st.data())
def test_no_typed_word_disappears_from_what_one_tap_shows(data: st.DataObject) -> None:
    base = data.draw(TEXT)
    room = Room().pushed(creation(words=base))
    rev, written = room.rev, list[list[str]]()
    for device in range(data.draw(st.integers(2, 4))):
        texts, after = [base], None
        for number in range(data.draw(st.integers(1, 2))):
            texts.append(data.draw(edits(texts[-1])))
            name, at = f"device {device} text {number}", data.draw(st.integers(0, 5))
            change = mutation(name, "text", "words", texts[-1], base=rev, after=after, at=at)
            room.push(change, by=f"person {device}")
            after = name
        written.append(texts)
    within_a_tap = " ".join([str(room["words"]), *map(str, room.flags().values())]).split()
    for device, texts in enumerate(written):
        # A word that another device wrote too may have been taken back there.
        others = {
            word
            for other in written[:device] + written[device + 1 :]
            for text in other
            for word in text.split()
        }
        for word in typed(base, texts[-1]).keys() - others:
            assert word in within_a_tap


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [
        ("one two", "one two three", "zero one two", "zero one two three"),
        ("one two three", "1 two three", "one two 3", "1 two 3"),
        ("one two three", "1 two three", "one 2 three", "1 2 three"),
        ("one two", "one, two", "one two!", "one, two!"),
        ("a\n\nb", "a\n\nnew\n\nb", "a\n\nb c", "a\n\nnew\n\nb c"),
        ("é שלום 👩‍🔬", "é שלום 👩‍🔬 🏳️‍🌈", "e\u0301 שלום 👩‍🔬", "e\u0301 שלום 👩‍🔬 🏳️‍🌈"),
        ("one two three", "one three", "one two three four", "one three four"),
        ("one two", "one 2", "one zwei", None),
        ("one", "one two", "one three", None),
        ("", "one", "two", None),
        (" one", "zero one", "two", None),
    ],
)
def test_examples(base: str, ours: str, theirs: str, merged: str | None) -> None:
    assert text_merge(base, ours, theirs) == merged


def test_long_texts_of_common_words_merge_too() -> None:
    words = [["the", "boat", "and", "we", f"w{number % 50}"][number % 5] for number in range(2000)]
    base = " ".join(words)
    ours = " ".join([*words[:300], "ours", *words[300:]])
    theirs = " ".join([*words[:1500], "theirs", *words[1500:]])
    expected = " ".join([*words[:300], "ours", *words[300:1500], "theirs", *words[1500:]])
    assert text_merge(base, ours, theirs) == expected


def test_texts_made_to_be_slow_are_kept_whole_in_bounded_time() -> None:
    start = time.process_time()
    base, ours = "a b " * 8000, "b a " * 8000
    assert text_merge(base, ours, "x" + base + "y") is None
    assert time.process_time() - start < 5


# By way of mutations


def test_edits_of_different_words_merge_and_say_so() -> None:
    room = Room().pushed(creation(words="one two three"))
    base = room.rev
    room.push(mutation("1", "text", "words", "1 two three", base=base, at=1), by=BEN)
    outcome = room.push(mutation("2", "text", "words", "one two 3", base=base, at=2))
    assert (outcome.status, room["words"], room.flags()) == ("merged", "1 two 3", {})
    assert outcome.row is not None
    assert (outcome.row.value, outcome.row.merged, outcome.row.result) == (
        "one two 3",
        True,
        "1 two 3",
    )


def test_edits_of_the_same_words_keep_both_texts_whole() -> None:
    room = Room().pushed(creation(words="one two three"))
    base = room.rev
    room.push(mutation("1", "text", "words", "one 2 three", base=base, at=1), by=BEN)
    outcome = room.push(mutation("2", "text", "words", "one zwei three", base=base, at=2))
    assert (outcome.status, room["words"]) == ("conflict", "one zwei three")
    assert room.flags() == {derived_id("1"): "one 2 three"}


def test_without_a_known_base_both_texts_are_kept_whole() -> None:
    room = Room().pushed(creation(words="one two three"))
    unknown: list[int | str] = [5, derived_id("never")]
    room.push(mutation("1", "text", "words", "one two three four", base=unknown, at=2))
    assert (room["words"], [*room.flags().values()]) == ("one two three four", ["one two three"])


def test_typing_on_offline_goes_on_from_what_was_submitted_not_from_what_was_merged() -> None:
    room = Room().pushed(creation(words="one two three"))
    base = room.rev
    room.push(mutation("other", "text", "words", "one two three other", base=base, at=1), by=BEN)
    room.push(mutation("1", "text", "words", "1 two three", base=base, at=2))
    assert room["words"] == "1 two three other"
    outcome = room.push(mutation("2", "text", "words", "1 2 three", base=base, after="1", at=3))
    assert (outcome.status, room["words"], room.flags()) == ("merged", "1 2 three other", {})


def test_typing_on_after_another_kind_of_change_is_no_conflict() -> None:
    room = Room().pushed(
        creation(words="one"),
        mutation("1", "set", "title", "t", after="create", at=1),
        mutation("2", "text", "words", "one two", after="1", at=2),
    )
    assert (room["words"], room.flags(), room.outcomes[-1].status) == ("one two", {}, "ok")


def test_a_first_text_typed_offline_after_a_wordless_create_is_no_conflict() -> None:
    room = Room().pushed(
        creation(title="t"), mutation("1", "text", "words", "hello", after="create")
    )
    assert (room["words"], room.outcomes[-1].status) == ("hello", "ok")


def test_going_on_from_a_text_that_lost_keeps_all_its_words_beside_the_shown_one() -> None:
    room = Room().pushed(creation(words="one"))
    base = room.rev
    room.push(mutation("other", "text", "words", "other", base=base, at=9), by=BEN)
    room.push(mutation("1", "text", "words", "mine", base=base, at=1))
    room.push(mutation("2", "text", "words", "mine goes on", base=base, after="1", at=2))
    assert (room["words"], room.flags()) == ("other", {derived_id("2"): "mine goes on"})
    room.push(mutation("3", "text", "words", "mine went on", base=base, after="2", at=10))
    assert (room["words"], room.flags()) == ("mine went on", {derived_id("other"): "other"})


def test_a_device_that_still_showed_its_own_text_over_a_newer_base_deletes_nothing_of_it() -> None:
    room = Room().pushed(creation(words="one"))
    room.push(mutation("1", "text", "words", "one two", base=room.rev, at=1))
    room.push(mutation("other", "text", "words", "zero one two", base=room.rev, at=2), by=BEN)
    # Pulled up to here but not confirmed: the screen still shows "one two".
    room.push(mutation("2", "text", "words", "one two three", base=room.rev, after="1", at=3))
    assert room["words"] == "zero one two three"


def test_a_device_that_showed_the_newer_base_may_delete_of_it() -> None:
    room = Room().pushed(creation(words="one"))
    room.push(mutation("1", "text", "words", "one two", base=room.rev, at=1))
    room.push(mutation("other", "text", "words", "zero one two", base=room.rev, at=2), by=BEN)
    room.push(mutation("2", "text", "words", "zero one", base=room.rev, at=3))
    assert (room["words"], room.flags()) == ("zero one", {})
