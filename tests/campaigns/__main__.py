"""`make soak`: hunt for broken promises, print the figures, keep them as evidence.

    python -m tests.campaigns [NAME...] [--small] [--count N] [--seconds S] [--first N] [--keep [FOLDER]]

Without a name all campaigns run, one after the other, with the counts that the page of evidence asks for. A run goes on
where the last kept one ended. Exit status 1 where a promise was broken or a real part was missing.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path

from tests.campaigns import evidence
from tests.campaigns.catalog import CAMPAIGNS
from tests.campaigns.frame import Campaign, Extent, MissingPartError, Outcome, Size


def parsed(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(CAMPAIGNS))
    parser.add_argument("--small", action="store_true", help="the few cases that CI runs")
    parser.add_argument("--count", type=int, help="so many cases")
    parser.add_argument("--seconds", type=float, help="stop after so long")
    parser.add_argument("--first", type=int, help="the first case (default: after the last kept)")
    parser.add_argument("--keep", nargs="?", type=Path, const=evidence.FOLDER, metavar="FOLDER")
    chosen = parser.parse_args(words)
    if unknown := set(chosen.names) - CAMPAIGNS.keys():
        parser.error(f"no campaign {', '.join(sorted(unknown))}; known: {', '.join(CAMPAIGNS)}")
    return chosen


def size(campaign: Campaign, chosen: argparse.Namespace) -> Size:
    usual = campaign.small if chosen.small else campaign.full
    if chosen.count is not None or chosen.seconds is not None:
        usual = Extent(chosen.count, chosen.seconds)
    folder = chosen.keep or evidence.FOLDER
    first = 1 if chosen.small else evidence.next_first(campaign.name, folder)
    return Size(usual, chosen.first if chosen.first is not None else first, chosen.small)


def cpu_seconds() -> float:
    """Of this process and of its children that have ended."""
    every = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, every))


def tell(campaign: Campaign, outcome: Outcome, seconds: float) -> None:
    for failure in outcome.failures:
        print(f"BROKEN {campaign.name} {failure.case}: {failure.said}\n  again: {failure.again}")
        if failure.detail:
            print(failure.detail)
    for name, figure in outcome.figures.items():
        print(f"  {figure:>12} {name}")
    print(
        f"  {outcome.done} {campaign.unit} in {seconds:.1f} s, {len(outcome.failures)} broke a promise",
        flush=True,
    )


def one(campaign: Campaign, chosen: argparse.Namespace) -> bool:
    """Run it, print and perhaps keep what it came to; whether all was well."""
    print(f"\n== {campaign.name}: {campaign.title}", flush=True)
    wanted, begun, used = size(campaign, chosen), time.monotonic(), cpu_seconds()
    try:
        outcome = campaign.run(wanted)
    except MissingPartError as problem:
        print(f"  not run: {problem}")
        return False
    seconds = time.monotonic() - begun
    tell(campaign, outcome, seconds)
    if chosen.keep and outcome.done:
        run = evidence.campaign_run(wanted, outcome, seconds, cpu_seconds() - used)
        evidence.keep(campaign.name, run, chosen.keep)
    return not outcome.failures


def main(words: list[str]) -> int:
    chosen = parsed(words)
    good = [one(CAMPAIGNS[name], chosen) for name in chosen.names or CAMPAIGNS]
    if chosen.keep:
        print("\nKept. `make types` brings docs/evidence.md up to date.")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
