"""What is measured of each server: the race, and alone on a quiet one: sending, asking for news, a fresh pull."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.peers.peer import Peer
from tests.support.cpu import cpu_of
from tests.support.race import Outcome, RefusedError, race, records

WRITERS = 8
BATCH = 25
QUIET = 3.0
PULLED = 6000
FRESH_PULLS = 5
POLLS = 200


@dataclass(frozen=True)
class Figure:
    what: str
    value: float | int
    unit: str = ""


def raced(peer: Peer, seconds: float) -> tuple[Outcome, list[Figure]]:
    """Everybody at once for so long; then quiet until the reader hears nothing new."""
    cpu: list[float] = []

    def read() -> None:
        cpu.append(cpu_of(peer.roots))

    outcome = race(
        peer.store,
        writers=WRITERS,
        seconds=seconds,
        batch=BATCH,
        quiet=QUIET,
        on_begin=read,
        on_end=read,
    )
    there = len(outcome.whole)
    return outcome, [
        Figure("race: records acknowledged", len(outcome.acknowledged)),
        Figure("race: missed by the reader", len(outcome.missed)),
        Figure("race: acknowledged, then absent", len(outcome.absent)),
        Figure("race: single records refused", len(peer.refused)),
        Figure("race: batches sent again", outcome.refused + outcome.broken),
        Figure("race: polls meanwhile", outcome.polls),
        Figure("race: records kept per second", round(there / outcome.seconds, 1)),
        Figure("race: records kept per server CPU second", round(there / (cpu[1] - cpu[0]), 1)),
    ]


def alone(peer: Peer) -> list[Figure]:
    """One client at a time."""
    reader = peer.store.reader()
    reader.poll()
    sending = filled(peer)
    reader.poll()
    polls = spent(peer, lambda: [reader.poll() for _ in range(POLLS)])
    received = reader.wire.received + reader.wire.sent
    reader.poll()
    quiet = reader.wire.received + reader.wire.sent - received
    return [
        *sending,
        Figure("asking for news, none: server CPU", round(polls / POLLS * 1e3, 2), "ms"),
        Figure("asking for news, none: on the wire", quiet, "bytes"),
        *fresh(peer),
    ]


def filled(peer: Peer) -> list[Figure]:
    """PULLED records of three students, one batch after the other."""
    writers = [peer.store.writer(number) for number in range(3)]
    before = len(peer.store.wires) - len(writers)

    def send() -> None:
        for number in range(PULLED // BATCH):
            batch, taken = records(BATCH, number), set[str]()
            while not taken:
                try:
                    taken = writers[number % 3].write(batch)
                except RefusedError:
                    continue
            if len(taken) != BATCH:
                raise RuntimeError(f"{peer.name} took only {len(taken)} of {BATCH} without a race")

    started = [(wire.sent, wire.received) for wire in peer.store.wires[before:]]
    cpu = spent(peer, send)
    ended = [(wire.sent, wire.received) for wire in peer.store.wires[before:]]
    bytes_used = sum(map(sum, ended)) - sum(map(sum, started))
    return [
        Figure("sending alone: records per server CPU second", round(PULLED / cpu, 1)),
        Figure("sending alone: on the wire, per record", round(bytes_used / PULLED), "bytes"),
    ]


def fresh(peer: Peer) -> list[Figure]:
    """A device that has nothing yet takes everything, as a browser asks (compressed where the server can)."""
    name = f"fresh pull of {PULLED:,} records"
    seconds: list[float] = []
    cpus: list[float] = []
    sizes: list[int] = []
    packed: list[int] = []
    for _ in range(FRESH_PULLS):
        reader = peer.store.reader()
        for encodings, found in ((reader.wire.encodings, packed), ("", sizes)):
            reader.wire.encodings = encodings
            took, got = reader.wire.seconds, reader.wire.received
            cpu = spent(peer, lambda reader=reader: _whole(peer, reader.everything()))  # type: ignore[misc]
            found.append(reader.wire.received - got)
            if encodings:
                cpus.append(cpu)
                seconds.append(reader.wire.seconds - took)
    return [
        Figure(f"{name}: until all is here", round(min(seconds), 3), "s"),
        Figure(f"{name}: server CPU", round(min(cpus), 3), "s"),
        Figure(f"{name}: on the wire", min(packed), "bytes"),
        Figure(f"{name}: on the wire, if nobody compresses", min(sizes), "bytes"),
    ]


def _whole(peer: Peer, found: set[str]) -> None:
    if len(found) != PULLED:
        raise RuntimeError(f"{peer.name} gave {len(found)} of {PULLED} records")


def spent(peer: Peer, work: Callable[[], object]) -> float:
    """CPU seconds of the server and its database."""
    before = cpu_of(peer.roots)
    work()
    return cpu_of(peer.roots) - before
