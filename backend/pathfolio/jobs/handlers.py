"""What each kind of job does, by name. The modules that register handlers are listed in `worker`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

Apply = Callable[[Session], None]


@dataclass(frozen=True)
class Job:
    """One claimed job. `attempts` counts this one; `token` is what its result will be checked against."""

    id: str
    kind: str
    payload: dict[str, Any]
    attempts: int
    token: int


@dataclass(frozen=True)
class Handler:
    """`work` does the slow part outside of any transaction and returns what to write at the end.

    It may run more than once, so whatever it does besides must be repeatable. `give_up` tells what to write
    after the last attempt has failed.
    """

    work: Callable[[Job], Apply]
    give_up: Callable[[Job], Apply] | None
    attempts: int


HANDLERS: dict[str, Handler] = {}


def handler(
    kind: str, *, attempts: int = 5, give_up: Callable[[Job], Apply] | None = None
) -> Callable[[Callable[[Job], Apply]], Callable[[Job], Apply]]:
    """Registers the decorated function as the work of jobs of this kind."""

    def register(work: Callable[[Job], Apply]) -> Callable[[Job], Apply]:
        HANDLERS[kind] = Handler(work, give_up, attempts)
        return work

    return register


def nothing(_session: Session) -> None:
    """The result of a job that finds its work done."""
