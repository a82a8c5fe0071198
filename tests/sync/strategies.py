"""Histories that Hypothesis draws: some common past, then devices that do not hear of each other."""

from dataclasses import dataclass

from hypothesis import settings
from hypothesis import strategies as st

from pathfolio_sync import Json, Mutation, Rev
from tests.sync.world import creation, mutation

VALUES: st.SearchStrategy[Json] = st.sampled_from(
    ["a", "b", "B", 1, True, None, ["a"], "e\u0301", "é"]
)
TIMES = st.integers(0, 3)
KEYS = st.sampled_from(["x", "y", "z"])
PLACES = st.sampled_from(["a0", "a1", "a1V", "a0V", "Zz"])
TEXTS = st.sampled_from(["", "one two", "one two three", "zero one two", "three"])

Change = tuple[str, str | None, Json]


def examples(count: int) -> settings:
    """Try a property so often; less often in a profile that asks for less than the usual 100 examples."""
    usual = settings.default
    assert usual is not None
    return settings(max_examples=count * usual.max_examples // 100)


scalars: st.SearchStrategy[Change] = st.tuples(st.just("set"), st.just("title"), VALUES)
texts: st.SearchStrategy[Change] = st.tuples(st.just("text"), st.just("words"), TEXTS)
members: st.SearchStrategy[Change] = st.one_of(
    st.tuples(st.just("add"), st.just("tags"), st.fixed_dictionaries({"key": KEYS, "v": VALUES})),
    st.tuples(st.just("remove"), st.just("tags"), st.fixed_dictionaries({"key": KEYS})),
)
ordered: st.SearchStrategy[Change] = st.one_of(
    st.tuples(
        st.just("add"),
        st.just("attachments"),
        st.fixed_dictionaries({"key": KEYS, "v": VALUES, "p": PLACES}),
    ),
    st.tuples(
        st.just("add"), st.just("attachments"), st.fixed_dictionaries({"key": KEYS, "v": VALUES})
    ),
    st.tuples(
        st.just("place"), st.just("attachments"), st.fixed_dictionaries({"key": KEYS, "p": PLACES})
    ),
    st.tuples(st.just("remove"), st.just("attachments"), st.fixed_dictionaries({"key": KEYS})),
)
trash: st.SearchStrategy[Change] = st.sampled_from(
    [("delete", None, None), ("restore", None, None)]
)
anything: st.SearchStrategy[Change] = st.one_of(scalars, texts, members, ordered, trash)


@dataclass(frozen=True)
class Story:
    """What all devices know, what each did after it, and two orders in which that reaches the server."""

    past: tuple[Mutation, ...]
    branches: tuple[tuple[Mutation, ...], ...]
    orders: tuple[tuple[int, ...], tuple[int, ...]]

    def arrivals(self, order: tuple[int, ...]) -> list[tuple[int, Mutation]]:
        """(branch, mutation) as they arrive; each branch keeps its own order."""
        at = [0] * len(self.branches)
        arrived = []
        for branch in order:
            arrived.append((branch, self.branches[branch][at[branch]]))
            at[branch] += 1
        return arrived


@st.composite
def stories(draw: st.DrawFn, changes: st.SearchStrategy[Change]) -> Story:
    entries = draw(st.dictionaries(KEYS, st.tuples(VALUES, PLACES), max_size=3))
    past = [
        creation(
            title=draw(VALUES),
            words="one two three",
            tags={key: value for key, (value, _) in entries.items()},
            attachments={key: {"v": value, "p": place} for key, (value, place) in entries.items()},
        )
    ]
    for number, (op, field, value) in enumerate(draw(st.lists(changes, max_size=3))):
        base: Rev = [len(past), past[-1]["id"]]
        past.append(mutation(f"past {number}", op, field, value, base=base, at=draw(TIMES)))
    lengths = draw(st.lists(st.integers(1, 3), min_size=2, max_size=4))
    branches = []
    for device, length in enumerate(lengths):
        seen = draw(st.integers(1, len(past)))
        names = [f"device {device} change {number}" for number in range(length)]
        after = [None, *names]
        branches.append(
            tuple(
                mutation(
                    name,
                    *draw(changes),
                    base=[seen, past[seen - 1]["id"]],
                    after=after[number],
                    at=draw(TIMES),
                )
                for number, name in enumerate(names)
            )
        )
    turns = [device for device, length in enumerate(lengths) for _ in range(length)]
    first, second = draw(st.permutations(turns)), draw(st.permutations(turns))
    return Story(tuple(past), tuple(branches), (tuple(first), tuple(second)))
