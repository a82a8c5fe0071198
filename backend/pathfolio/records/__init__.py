"""What each kind of record is, said once per kind; everything else is derived from here."""

from pathfolio.records.declare import Audience, Field, Kind, Merge, Writer
from pathfolio.records.registry import KINDS, kind_named

__all__ = ["KINDS", "Audience", "Field", "Kind", "Merge", "Writer", "kind_named"]
