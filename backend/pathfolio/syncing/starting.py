"""What every process of the server looks after before it begins."""

from __future__ import annotations

from sqlalchemy import inspect

from pathfolio import db
from pathfolio.people.models import Person
from pathfolio.syncing import epochs, erase


def check() -> bool:
    """Begin a new epoch where the database is behind, and finish what was being erased; whether one began.

    Needs an application context.
    """
    began = epochs.check_at_start()
    if inspect(db.db.engine).has_table(Person.__tablename__):
        erase.finish()
    return began
