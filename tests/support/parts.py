"""Real parts that some tests need: what to do where one is missing.

On a person's machine the test is skipped, and the last line of the run says so. Under CI a missing part fails,
so that a green run means that everything really ran.
"""

import os
from typing import NoReturn

import pytest


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def missing(part: str, remedy: str) -> NoReturn:
    """Skips (under CI: fails) the asking test because `part` is not on this machine."""
    sentence = f"no {part} here ({remedy})"
    if in_ci():
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)
