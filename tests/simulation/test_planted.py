"""Bugs planted on purpose: a simulator that does not catch them proves nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pathfolio.syncing import cursors, epochs, locks, moves, paging
from tests.simulation import bundle
from tests.simulation.run import simulate
from tests.simulation.school import School

SEEDS = 30
Plant = Callable[[pytest.MonkeyPatch], None]


def caught(school: School, made: Path, faults: tuple[str, ...]) -> tuple[int, int]:
    """The promise that was found broken, and after how many seeds."""
    for seed in range(1, SEEDS + 1):
        result = simulate(f"planted {seed}", school, only=faults, made=made)
        if result.promise is not None:
            return result.promise, seed
    pytest.fail(f"{SEEDS} seeds with {faults} did not notice")


# Name: what is in the bundle, what takes its place, faults that bring it to light, promises that may be found broken.
CLIENT: dict[str, tuple[str, str, tuple[str, ...], set[int]]] = {
    "the outbox is trimmed on the push's answer": (
        "consumed.n = known;",
        "consumed.n = known; await trim(core.outbox, { client: client.id, confirmed: known, now: sent.answer.now });",
        ("lose answer", "kill"),
        {4, 6, 7},
    ),
    "what is forgotten stays": (
        "for (const space of answer.forget) {",
        "for (const space of []) {",
        ("class move", "teacher leaves a class"),
        {2},
    ),
    "nothing is kept for a restore": (
        'await tx.putAll("ring", kept);',
        "",
        ("restore",),
        {1},
    ),
    "confirmed pages may be lost in a power cut": (
        "confirmed !== void 0 && (confirmed > asked.confirmed || !asked.complete)",
        "false",
        ("power cut",),
        {4},
    ),
    "edits don't say what their author saw": (
        "base: base === void 0 || base[0] === 0 ? null : base,",
        "base: null,",
        ("flight mode",),
        {7},
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("bug", CLIENT)
def test_a_bug_in_the_engine_is_caught(
    bug: str, school: School, engine: Path, tmp_path: Path
) -> None:
    old, new, faults, promises = CLIENT[bug]
    made = bundle.planted(engine, tmp_path, old, new)
    promise, _ = caught(school, made, faults)
    assert promise in promises


def words_come_out(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(moves, "refuse_widened", lambda *_: None)


def nobody_ever_leaves(patch: pytest.MonkeyPatch) -> None:
    usual = locks.Locks.set_member

    def only_grant(self: locks.Locks, space: str, person: str, role: str | None) -> None:
        if role is not None:
            usual(self, space, person, role)

    patch.setattr(locks.Locks, "set_member", only_grant)


def restores_go_unnoticed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(epochs, "check_at_start", lambda: False)
    patch.setattr(cursors, "unusable", lambda *_: set())


def what_left_is_not_told(patch: pytest.MonkeyPatch) -> None:
    usual = paging.Feed.take

    def only_bodies(self: paging.Feed, body: bytes) -> None:
        if b'"gone":true' not in body:
            usual(self, body)

    patch.setattr(paging.Feed, "take", only_bodies)


SERVER: dict[str, tuple[Plant, tuple[str, ...], set[int]]] = {
    "what was written while private is published": (words_come_out, ("flight mode", "delay"), {5}),
    "memberships never end": (nobody_ever_leaves, ("class move", "teacher leaves a class"), {5}),
    "a restore goes unnoticed": (restores_go_unnoticed, ("restore",), {1, 2, 3, 4, 6, 7}),
    "what left a space is not told": (what_left_is_not_told, ("flight mode",), {2}),
}


@pytest.mark.slow
@pytest.mark.parametrize("bug", SERVER)
def test_a_bug_in_the_server_is_caught(
    bug: str, school: School, engine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant, faults, promises = SERVER[bug]
    plant(monkeypatch)
    promise, _ = caught(school, engine, faults)
    assert promise in promises
