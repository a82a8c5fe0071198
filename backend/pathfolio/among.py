"""`column IN (many names)` as one statement with one parameter, however many names there are.

An IN of a list has another text for each length: its parameters are set anew each time, which costs more than the
query itself.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Dialect, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeDecorator, TypeEngine


class Names(TypeDecorator[Collection[str]]):
    """The type of the parameter: an array on PostgreSQL, a JSON text on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(Text()) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Collection[str] | None, dialect: Dialect) -> Any:  # noqa: ANN401 - as the driver wants it
        names = list(value or ())
        return names if dialect.name == "postgresql" else json.dumps(names)


class among(FunctionElement[bool]):  # noqa: N801 - reads as the operator it is
    """Whether `column` is one of the names of a parameter of type `Names`."""

    inherit_cache = True
    type = Boolean()

    def __init__(self, column: ColumnElement[str], names: ColumnElement[Any]) -> None:
        super().__init__(column, names)

    def self_group(self, against: OperatorType | None = None) -> among:
        """As it stands: SQLAlchemy would ask SQLite whether it `= 1`, which no index answers."""
        del against
        return self


@compiles(among, "sqlite")
def _sqlite(element: among, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - the library's signature
    column, names = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({names}))"  # noqa: S608 - a column and a parameter


@compiles(among, "postgresql")
def _postgresql(element: among, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - as above
    column, names = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} = ANY ({names})"
