"""The school's worker: it checks files soon after they came, and does what is due now and then."""

from __future__ import annotations

import random
from contextlib import nullcontext
from typing import TYPE_CHECKING

from pathfolio.jobs import worker
from tests.simulation import acts
from tests.simulation.agenda import MINUTE, Agenda
from tests.simulation.school import School, set_port

if TYPE_CHECKING:
    from tests.simulation.run import Simulation

ROUND = 7 * MINUTE
SOON = (300, 6_000)


class Worker:
    """One process, on the agenda. It may die over a job; the next round finds it again."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._chance = random.Random(f"worker {simulation.plan.seed}")
        self._begun = self._soon = False

    @property
    def _agenda(self) -> Agenda:
        return self._simulation.agenda

    @property
    def _school(self) -> School:
        return self._simulation.school

    def begin(self) -> None:
        # A job of the simulation takes no time in which its lease could end.
        set_port(worker, "_renewing", lambda _job: nullcontext())
        self._agenda.after(ROUND, self._round)

    def soon(self) -> None:
        """Somebody has sent all of a file."""
        if not self._soon:
            self._soon = True
            self._agenda.after(self._chance.randint(*SOON), self._now)

    def _round(self) -> None:
        self._work()
        self._agenda.after(ROUND, self._round)

    def _now(self) -> None:
        self._soon = False
        self._work()

    def _work(self) -> None:
        statements = None
        if not self._simulation.healed and self._chance.random() < acts.OFTEN:
            statements = self._chance.randint(1, 30)
        begun, self._begun = self._begun, True
        acts.at_school(
            self._simulation, statements, lambda: acts.work(self._school, first=not begun)
        )
