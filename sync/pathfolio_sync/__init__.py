"""The conflict rules of Pathfolio: pure functions, no database, no web, no clock, no randomness of their own."""

from pathfolio_sync.canonical import canonical, content_hash
from pathfolio_sync.digest import (
    CHAIN_START,
    CONSUMED_START,
    chain_next,
    consumed_hash,
    derived_id,
    digest,
    vector_hash,
)
from pathfolio_sync.edit_time import edit_time, parse_time, wire_time
from pathfolio_sync.history import ListHistory
from pathfolio_sync.merge import merge
from pathfolio_sync.places import between
from pathfolio_sync.places import origin as origin_of_place
from pathfolio_sync.places import valid as valid_place
from pathfolio_sync.replay import replay
from pathfolio_sync.text import text_merge
from pathfolio_sync.types import (
    FLAGS,
    TRASH,
    Code,
    Context,
    Deleted,
    Element,
    Event,
    Flag,
    History,
    HistoryRow,
    Json,
    MergeType,
    Mutation,
    Outcome,
    Plan,
    Record,
    Rev,
    Status,
)

__all__ = [
    "CHAIN_START",
    "CONSUMED_START",
    "FLAGS",
    "TRASH",
    "Code",
    "Context",
    "Deleted",
    "Element",
    "Event",
    "Flag",
    "History",
    "HistoryRow",
    "Json",
    "ListHistory",
    "MergeType",
    "Mutation",
    "Outcome",
    "Plan",
    "Record",
    "Rev",
    "Status",
    "between",
    "canonical",
    "chain_next",
    "consumed_hash",
    "content_hash",
    "derived_id",
    "digest",
    "edit_time",
    "merge",
    "origin_of_place",
    "parse_time",
    "replay",
    "text_merge",
    "valid_place",
    "vector_hash",
    "wire_time",
]
