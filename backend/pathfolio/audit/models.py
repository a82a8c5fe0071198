from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from pathfolio.clock import now
from pathfolio.db import Base, Id, Key


class AuditEvent(Base):
    """`action` is a code word such as `person.deactivated`; `actor` is empty for the command line."""

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_school_at", "school", "at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    school: Mapped[str] = mapped_column(Id)
    at: Mapped[datetime] = mapped_column(default=now)
    actor: Mapped[str | None] = mapped_column(Id)
    action: Mapped[str] = mapped_column(Key(40))
    target: Mapped[str | None] = mapped_column(Key(64))
