"""Puts a bug into the server of this process, and into a copy of the engine's bundle."""

from __future__ import annotations

import ast
import importlib
import inspect
import textwrap
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import reduce
from itertools import groupby
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from tests.simulation import bundle
from tests.simulation.planted.bug import Bug, Change

FAILED = "_planted_code_failed"
WATCH = f"""
try: ...
except (AttributeError, NameError, TypeError) as {FAILED}_with:
    {FAILED}({FAILED}_with)
    raise
"""


@contextmanager
def planted(bug: Bug, engine: Path, folder: Path) -> Iterator[Path]:
    """The server has the bug as long as this lasts; gives the bundle that has it.

    Raises DoesNotFitError, and BadPlantError at the end.
    """
    failed: list[BaseException] = []
    with ExitStack() as stack:
        for where, changes in groupby(bug.at(engine=False), key=lambda change: change.where):
            stack.enter_context(_in_server(where, changes, failed))
        yield in_bundle(bug, engine, folder)
    if failed:
        raise BadPlantError(f"{bug.name}: the planted code itself fails: {failed[0]!r}")


class DoesNotFitError(Exception):
    """What was to be replaced is not there exactly once: the source went on, and the patch must follow."""


class BadPlantError(Exception):
    """The planted code speaks of what is not there: noticing that it crashes would prove nothing."""


def replaced(text: str, change: Change) -> str:
    """The text with the change. Raises DoesNotFitError."""
    times = text.count(change.old)
    if times != 1:
        raise DoesNotFitError(f"{change.where} holds {times} times: {change.old}")
    return text.replace(change.old, change.new)


def in_bundle(bug: Bug, engine: Path, folder: Path) -> Path:
    """A copy of the bundle with the bug, or the bundle itself where the bug is the server's alone."""
    changes = list(bug.at(engine=True))
    if not changes:
        return engine
    path = folder / bundle.NAME
    path.write_text(reduce(replaced, changes, engine.read_text()))
    return path


@contextmanager
def _in_server(
    where: str, changes: Iterable[Change], failed: list[BaseException]
) -> Iterator[None]:
    """Give a function other code: whoever imported it by name gets that too."""
    function = _function(where)
    before = function.__code__
    function.__code__ = _code(function, reduce(replaced, changes, _source(function)))
    function.__globals__[FAILED] = failed.append
    try:
        yield
    finally:
        function.__code__ = before
        function.__globals__.pop(FAILED, None)


def _function(where: str) -> FunctionType:
    module, _, path = where.partition(":")
    found: Any = importlib.import_module(module)
    for name in path.split("."):
        found = inspect.getattr_static(found, name)
    if isinstance(found, property):
        found = found.fget
    found = inspect.unwrap(found)
    if not isinstance(found, FunctionType):
        raise DoesNotFitError(f"{where} is not a function")
    return found


def _source(function: FunctionType) -> str:
    return textwrap.dedent(inspect.getsource(function))


def _code(function: FunctionType, source: str) -> CodeType:
    """The code of the function as this source has it. Raises DoesNotFitError where it closes over something."""
    tree = ast.parse("from __future__ import annotations\n" + source)
    (made,) = (node for node in tree.body if isinstance(node, ast.FunctionDef))
    made.decorator_list = []
    made.body = _watched(made.body)
    place: dict[str, Any] = {}
    exec(compile(tree, function.__code__.co_filename, "exec"), function.__globals__, place)  # noqa: S102
    code: CodeType = place[made.name].__code__
    if code.co_freevars != function.__code__.co_freevars:
        raise DoesNotFitError(f"{function.__qualname__} closes over other names than its patch")
    return code


def _watched(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements, telling of errors that only a bad plant makes, whoever catches them further up."""
    (watch,) = ast.parse(WATCH).body
    assert isinstance(watch, ast.Try)
    watch.body = body
    return [ast.fix_missing_locations(watch)]
