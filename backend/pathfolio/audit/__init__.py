"""Events that somebody may have to answer for: who did what to whom, and when; no words of anybody."""

from pathfolio.audit.models import AuditEvent
from pathfolio.audit.operations import note

__all__ = ["AuditEvent", "note"]
