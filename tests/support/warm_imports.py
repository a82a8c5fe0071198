"""Everything that a program of Pathfolio imports, for `warm`."""

from importlib import import_module

import granian.server  # noqa: F401 - imported for its being imported

import pathfolio.app
import pathfolio.cli
from pathfolio.jobs import worker
from pathfolio.migrations import upgrade  # noqa: F401 - the same

for _name in pathfolio.app.VIEWS:
    import_module(f"pathfolio.{_name}")
for _name in worker.MODULES:
    import_module(_name)
for _name in pathfolio.cli.COMMANDS:
    import_module(f"pathfolio.commands.{_name}")
for _name in ("verify", "erase", "rebuild"):
    import_module(f"pathfolio.syncing.{_name}")
for _name in ("psycopg", "sqlalchemy.dialects.postgresql.psycopg", "sqlalchemy.dialects.sqlite"):
    import_module(_name)
for _name in ("operations", "snapshot", "personal"):
    import_module(f"pathfolio.backup.{_name}")
