"""The versions of the database: up, down, and equal to what the models say, with data in them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import func, inspect, select

from pathfolio import db, migrations
from pathfolio.app import create_app
from pathfolio.people import operations
from pathfolio.people.models import Person
from pathfolio.syncing import verify
from pathfolio.syncing.models import Record
from tests.api.world import settings


@pytest.fixture
def empty(database_url: str) -> Iterator[Flask]:
    """The application on a database without tables."""
    app = create_app(settings(database_url))
    with app.app_context():
        yield app
        db.db.engine.dispose()


def tables() -> set[str]:
    return set(inspect(db.db.engine).get_table_names()) - {"alembic_version"}


def test_an_empty_database_gets_every_table_once(empty: Flask) -> None:
    assert migrations.upgrade() == (None, "0001")
    assert tables() == set(db.Base.metadata.tables)
    assert migrations.upgrade() == ("0001", "0001")


def test_the_versions_say_what_the_models_say(empty: Flask) -> None:
    migrations.upgrade()
    with db.db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.Base.metadata) == []


def test_a_school_with_data_works_on_migrated_tables_and_leaves_nothing_behind(
    empty: Flask,
) -> None:
    migrations.upgrade()
    school = operations.create_school("north", "North School")
    operations.add_person(school.id, name="Ana", role="student", by=None)
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 1
        assert session.scalar(select(func.count()).select_from(Record)) == 3
    assert verify.problems() == []
    assert migrations.downgrade("base") == ("0001", None)
    assert tables() == set()
    assert migrations.upgrade() == (None, "0001")


def test_a_step_that_fails_leaves_the_database_as_it_was(empty: Flask) -> None:
    with db.db.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE tombstone (id int)")
    with pytest.raises(Exception, match="tombstone"):
        migrations.upgrade()
    assert tables() == {"tombstone"}
