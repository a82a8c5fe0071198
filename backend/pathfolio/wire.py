"""Strict JSON from outside: no NaN, no depth bomb, no number that changes on the way, no broken text."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from flask import Flask, Request, request
from werkzeug.exceptions import UnsupportedMediaType

from pathfolio.errors import Problem
from pathfolio.text import is_clean

MOST_DEEP = 24
MOST_VALUES = 200_000
EXACT = 2**53 - 1  # the largest whole number that every JSON reader keeps exactly


class BadJson(Problem):
    status = 400
    slug = "bad_json"
    title = "The body is not JSON that this server takes"


def parse(data: bytes, *, any_text: bool = False) -> Any:  # noqa: ANN401 - JSON is anything
    """Parse `data`, UTF-8 JSON. Raises BadJson.

    `any_text` lets NUL and lone surrogates in strings through, for callers that judge each string
    themselves (a push refuses one mutation, not the whole batch).
    """
    try:
        value = json.loads(data.decode("utf-8"), parse_constant=refuse_constant)
    except UnicodeDecodeError:
        raise BadJson("The body is not UTF-8 text.") from None
    except RecursionError:
        raise BadJson("The body is nested too deeply.") from None
    except json.JSONDecodeError as error:
        raise BadJson(f"The body is not JSON: {error.msg} at character {error.pos}.") from None
    except ValueError:  # a whole number of thousands of digits
        raise BadJson("The body holds a number that is too large.") from None
    check(value, any_text=any_text)
    return value


def refuse_constant(name: str) -> NoReturn:
    raise BadJson(f"The body holds {name}, which is not JSON.")


def check(value: Any, *, any_text: bool = False) -> None:  # noqa: ANN401 - JSON is anything
    """Walk a parsed value without recursion. Raises BadJson."""
    level: list[Any] = [value]
    seen = 0
    for _ in range(MOST_DEEP):
        following: list[Any] = []
        for each in level:
            kind = type(each)  # of JSON just parsed, so exactly one of its seven
            if kind is dict:
                following.extend(each)
                following.extend(each.values())
            elif kind is list:
                following.extend(each)
            elif kind is not str or not any_text:
                check_one(each)
        seen += len(following)
        if seen > MOST_VALUES:
            raise BadJson("The body holds too many values.")
        if not following:
            return
        level = following
    raise BadJson("The body is nested too deeply.")


def check_one(value: object) -> None:
    if isinstance(value, str):
        if not is_clean(value):
            raise BadJson("The body holds a character that cannot be stored.")
    elif isinstance(value, float):
        if value in {float("inf"), float("-inf")}:
            raise BadJson("The body holds a number that is too large.")
    elif isinstance(value, int) and abs(value) > EXACT:
        raise BadJson("The body holds a number that is too large.")


class StrictRequest(Request):
    """A request whose JSON is always read by `parse`, also where a library asks for it."""

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:  # noqa: ANN401 - the framework's signature
        del cache
        if not (force or self.is_json):
            if silent:
                return None
            raise UnsupportedMediaType
        return parse(self.get_data(cache=True))

    @property
    def json(self) -> Any:  # noqa: ANN401 - the framework's signature
        return self.get_json()


def set_up(app: Flask) -> None:
    app.request_class = StrictRequest

    @app.before_request
    def clean_address() -> None:
        """What is typed into the address bar may not hold NUL or broken UTF-8 either."""
        if "\ufffd" in request.path or not is_clean(request.path):
            raise Problem("The address holds a character that cannot be read.")
        for values in request.args.listvalues():
            if not all(is_clean(value) for value in values):
                raise Problem("The address holds a character that cannot be read.")
