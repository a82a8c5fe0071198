from __future__ import annotations

from sqlalchemy.orm import Session

from pathfolio.audit.models import AuditEvent
from pathfolio.ids import new_id


def note(
    session: Session, school: str, action: str, *, actor: str | None, target: str | None = None
) -> None:
    """Write one event in the transaction that causes it; `target` is an id, never a name."""
    session.add(AuditEvent(id=new_id(), school=school, actor=actor, action=action, target=target))
