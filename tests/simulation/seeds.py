"""Seeds as tests: a file of them runs so many, in pieces, and then looks at what they came to together."""

from __future__ import annotations

from tests.simulation import shrink
from tests.simulation.many import Tally
from tests.simulation.plan import FAULTS
from tests.simulation.run import Result, shortened, simulate
from tests.simulation.school import School

SEEDS, CHUNK = 100, 5
# Those that still break a promise (or of which an oracle asks too much): see docs/evidence/open.md. One that holds
# again fails until it is taken off the list, so that the list never says more than is true.
OPEN: frozenset[int] = frozenset()


def check(first: int, school: School, tally: Tally) -> None:
    """Every promise holds in these seeds."""
    for seed in range(first, first + CHUNK):
        result = simulate(seed, school)
        tally.add(result)
        if seed in OPEN:
            assert result.broken is not None, f"seed {seed} holds now: take it off the list OPEN"
        else:
            assert result.broken is None, explained(result, school)


def explained(result: Result, school: School) -> str:
    """What broke and how, and the short plan: to be put into regressions/ when it is mended."""
    plan = shortened(result, school)
    said = f"promise {result.promise} broke with seed {result.seed}"
    return f"{result.report()}\n{shrink.written(plan, said)}"


def check_together(tally: Tally) -> None:
    """Each fault fired, and each seed was as large as a seed has to be."""
    print("\n".join([tally.line(), *tally.faults()]))
    assert [name for name in FAULTS if not tally.fired[name]] == []
    assert tally.small == []
