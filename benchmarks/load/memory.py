"""Memory of the web server and the worker while a class works for an hour."""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from pathlib import Path
from typing import Any

from benchmarks.load.device import Device
from benchmarks.load.run import Load, loaded, measured, row, told

SECONDS = 3600.0
WARM = 600.0  # caches fill, threads come to be
SAMPLE_EVERY = 10.0
DEVICES = 60
PAUSE = 0.5  # seconds between two devices that sync
PAGE = os.sysconf("SC_PAGE_SIZE")
MEGABYTE = 1e6


def run() -> list[dict[str, Any]]:
    """Raises RuntimeError when a program ended meanwhile."""
    seconds = float(os.environ.get("SOAK_SECONDS", SECONDS))
    with loaded(DEVICES) as load:
        samples: dict[str, list[tuple[float, float]]] = {name: [] for name in load.server.programs}

        async def work() -> None:
            end = time.monotonic() + seconds
            sampling = asyncio.create_task(_sample(load, samples, min(SAMPLE_EVERY, seconds / 20)))
            people = [*load.seats.students, *load.seats.teachers]
            devices = [load.device(seat) for seat in people]
            at = 0
            while time.monotonic() < end:
                await _turn(load, devices, at)
                at += 1
                await asyncio.sleep(PAUSE)
            sampling.cancel()

        took, cpu = measured(load, work)
        changes = load.changes()
    note = f"{changes:,} changes in {took / 60:.0f} minutes, {cpu:.0f} s of server CPU"
    return [each for name, found in samples.items() for each in _rows(name, found, note)]


async def _turn(load: Load, devices: list[Device], at: int) -> None:
    """One device syncs, students with something new; now and then one is new and reads everything."""
    device = devices[at % len(devices)]
    if at % len(devices) < len(load.seats.students):
        device.write(load.chance.randrange(8))
    if at % 50 == 0:
        device.line.close()
        fresh = load.device(device.seat)
        await fresh.pull()
        fresh.line.close()
    await device.sync()


async def _sample(load: Load, samples: dict[str, list[tuple[float, float]]], every: float) -> None:
    begun = time.monotonic()
    while True:
        for name, program in load.server.programs.items():
            samples[name].append((time.monotonic() - begun, resident(program.pid)))
        await asyncio.sleep(every)


def resident(root: int) -> float:
    """Megabytes in memory of a process and its children, what they share counted once for each."""
    try:
        pages = int(Path(f"/proc/{root}/statm").read_text().split()[1])
    except (OSError, IndexError) as error:
        raise RuntimeError("a program of the server has ended") from error
    children = Path(f"/proc/{root}/task/{root}/children").read_text().split()
    return pages * PAGE / MEGABYTE + sum(resident(int(child)) for child in children)


def _rows(name: str, found: list[tuple[float, float]], note: str) -> list[dict[str, Any]]:
    warm = [each for each in found if each[0] >= min(WARM, found[-1][0] / 2)]
    times, sizes = [each[0] for each in warm], [each[1] for each in warm]
    slope = statistics.linear_regression(times, sizes).slope * 3600
    between = f"from {sizes[0]:.0f} MB to {sizes[-1]:.0f} MB, after {warm[0][0] / 60:.0f} minutes"
    found_row = row(f"Memory of the {name}", slope, "MB more in an hour", "below 10 MB", slope < 10)
    return told(found_row | {"note": f"{between}; {note}"})
