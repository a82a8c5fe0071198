"""How Alembic runs here: always within the caller's transaction."""

from __future__ import annotations

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from pathfolio import migrations
from pathfolio.db import Base, Id, Json, Key, UtcTime

OURS = (Id, Json, Key, UtcTime)


def render_item(kind: str, item: object, auto: AutogenContext) -> str | Literal[False]:
    """Our column types by their own names."""
    if kind != "type" or not isinstance(item, OURS):
        return False
    name = type(item).__name__
    auto.imports.add(f"from pathfolio.db import {name}")
    length = item.impl_instance.length if type(item) is Key else ""  # type: ignore[attr-defined]
    return f"{name}({length})"


migrations.load_tables()
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite alters tables by copying them
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
