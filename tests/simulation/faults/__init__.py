"""What goes wrong now and then: each fault is a step of a seed's schedule, with randomness of its own."""

from __future__ import annotations

from tests.simulation.faults import devices, hostile, pages, school, storage, tabs, ties
from tests.simulation.faults.fault import Fault

FAULTS: dict[str, Fault] = (
    devices.FAULTS
    | storage.FAULTS
    | tabs.FAULTS
    | pages.FAULTS
    | school.FAULTS
    | ties.FAULTS
    | hostile.FAULTS
)
