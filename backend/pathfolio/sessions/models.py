from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from pathfolio.clock import now
from pathfolio.db import Base, Id, Key


class DeviceSession(Base):
    """One signed-in device. Tokens are kept as SHA-256 only.

    After a rotation `previous` still works: without limit until the new token was seen once (its
    response may have been lost), then until `previous_until`.
    """

    __tablename__ = "device_session"
    __table_args__ = (Index("ix_device_session_person", "school", "person"),)

    school: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    person: Mapped[str] = mapped_column(Id)
    device: Mapped[str] = mapped_column(String(100))
    shared: Mapped[bool]
    token: Mapped[str] = mapped_column(Key(64), unique=True)
    previous: Mapped[str | None] = mapped_column(Key(64), unique=True)
    previous_until: Mapped[datetime | None]
    created: Mapped[datetime] = mapped_column(default=now)
    rotated: Mapped[datetime] = mapped_column(default=now)
    last_seen: Mapped[datetime] = mapped_column(default=now)
    ended: Mapped[datetime | None]
