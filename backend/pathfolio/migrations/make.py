"""Write the next version from what the models say: `python -m pathfolio.migrations.make 0002 "message"`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from flask import Flask

from pathfolio import db, migrations


def make(message: str, revision: str) -> None:
    """Compare the models with a database at the newest version, and write the difference."""
    with tempfile.TemporaryDirectory() as folder:
        app = Flask("pathfolio")
        db.set_up(app, f"sqlite:///{Path(folder) / 'empty.sqlite'}")
        with app.app_context():
            migrations.upgrade()
            with db.db.engine.begin() as connection:
                chosen = migrations.config(connection)
                command.revision(chosen, message, autogenerate=True, rev_id=revision)
            db.db.engine.dispose()


if __name__ == "__main__":
    make(sys.argv[2], sys.argv[1])
