"""Who may do what: `can(actor, action, target)`, read from the one table in `pivot`. Deny by default."""

from pathfolio.access.actor import Actor, Target, who
from pathfolio.access.rules import can, demand

__all__ = ["Actor", "Target", "can", "demand", "who"]
