"""The table of jobs that wait, run, or were given up. A job that ended well leaves no row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from pathfolio.db import Base, Id, Json, Key

WAITING, RUNNING, FAILED = "waiting", "running", "failed"


class JobRow(Base):
    """`token` rises at every claim: who holds an older one has lost the job and may change nothing."""

    __tablename__ = "job"
    __table_args__ = (
        Index("uq_job_kind_key", "kind", "key", unique=True),
        Index("ix_job_state_due", "state", "due"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(Key(60))
    key: Mapped[str] = mapped_column(Key(120))
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    state: Mapped[str] = mapped_column(Key(10), default=WAITING)
    due: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    token: Mapped[int] = mapped_column(default=0)
    again: Mapped[bool] = mapped_column(default=False)
    created: Mapped[datetime]
    trouble: Mapped[str | None] = mapped_column(String(200))
