"""The kinds of value a field may hold. Each refuses what the next layer could not carry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from marshmallow import RAISE, Schema, ValidationError, fields

from pathfolio import ids
from pathfolio.text import Text

LONG_TEXT_BYTES = 64 * 1024
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_AUDIENCE = re.compile(r"(group|circle):([a-z2-7]{26})")
_LINK_BYTES = 2000


class TooLargeError(ValidationError):
    """The value is well formed but longer than fits."""


class LongText(Text):
    """Words of any length up to 64 KB of UTF-8."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - whatever marshmallow takes
        super().__init__(**options)

    def _deserialize(
        self,
        value: object,
        attr: str | None,
        data: Mapping[str, Any] | None,
        **options: Any,  # noqa: ANN401 - the signature is marshmallow's
    ) -> str:
        text = super()._deserialize(value, attr, data, **options)
        if len(text.encode()) > LONG_TEXT_BYTES:
            raise TooLargeError("This text is too long: at most 64 KB fit in one field.")
        return text


class Line(Text):
    """One line of words. Longer than `most` characters is too large, not wrong."""

    def __init__(
        self,
        most: int = 200,
        *,
        least: int = 0,
        **options: Any,  # noqa: ANN401 - whatever marshmallow takes
    ) -> None:
        super().__init__(metadata={"maxLength": most, "minLength": least}, **options)
        self.least, self.longest = least, most

    def _deserialize(
        self,
        value: object,
        attr: str | None,
        data: Mapping[str, Any] | None,
        **options: Any,  # noqa: ANN401 - the signature is marshmallow's
    ) -> str:
        text = super()._deserialize(value, attr, data, **options)
        if len(text) > self.longest:
            raise TooLargeError(f"Please keep this to {self.longest} characters or fewer.")
        if len(text) < self.least:
            raise ValidationError("This may not be empty.")
        return text


class _Checked(Line):
    """A line that must also satisfy `problem(text)`, which returns a sentence or None."""

    def problem(self, text: str) -> str | None:
        raise NotImplementedError

    def _deserialize(
        self,
        value: object,
        attr: str | None,
        data: Mapping[str, Any] | None,
        **options: Any,  # noqa: ANN401 - the signature is marshmallow's
    ) -> str:
        text = super()._deserialize(value, attr, data, **options)
        sentence = self.problem(text)
        if sentence is not None:
            raise ValidationError(sentence)
        return text


class RecordId(_Checked):
    def problem(self, text: str) -> str | None:
        return None if ids.is_id(text) else "This is not an id of 26 characters."


class Sha256(_Checked):
    def problem(self, text: str) -> str | None:
        return None if _SHA256.fullmatch(text) else "This is not a SHA-256 in hexadecimal."


class Day(_Checked):
    """A calendar day, `YYYY-MM-DD`."""

    def problem(self, text: str) -> str | None:
        try:
            if _DATE.fullmatch(text):
                date.fromisoformat(text)
                return None
        except ValueError:
            pass
        return "Please give a day as year-month-day, for example 2026-11-23."


class WebLink(_Checked):
    """An address that starts with http:// or https:// and names a host."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - whatever marshmallow takes
        super().__init__(_LINK_BYTES, **options)

    def problem(self, text: str) -> str | None:
        sentence = "Only addresses that start with http:// or https:// can be added."
        if any(ord(letter) < 33 or ord(letter) == 127 for letter in text):
            return "An address cannot hold spaces or control characters."
        try:
            parts = urlsplit(text)
            _ = parts.port
        except ValueError:
            return sentence
        good = parts.scheme in {"http", "https"} and bool(parts.hostname)
        return None if good else sentence


class AudienceWord(_Checked):
    """`me`, `teachers`, `published`, `group:{id}` or `circle:{id}`, of those a kind knows."""

    def __init__(self, *words: str) -> None:
        super().__init__(40)
        self.words = words

    def problem(self, text: str) -> str | None:
        found = _AUDIENCE.fullmatch(text)
        word = found[1] if found else text
        plain = word not in {"group", "circle"} or found is not None
        return None if word in self.words and plain else "This audience does not exist here."


class Choice(_Checked):
    """One of a few words."""

    def __init__(self, *choices: str, **options: Any) -> None:  # noqa: ANN401 - as above
        super().__init__(60, **options)
        self.choices = choices
        self.metadata = {"enum": list(choices)}

    def problem(self, text: str) -> str | None:
        return None if text in self.choices else f"Please choose one of: {', '.join(self.choices)}."


class Whole(fields.Field[int]):
    """A whole number; a text, a fraction and true are none. Beyond 2**53 JavaScript rounds."""

    def __init__(
        self,
        least: int = 0,
        most: int = 2**53 - 1,
        **options: Any,  # noqa: ANN401 - whatever marshmallow takes
    ) -> None:
        super().__init__(**options)
        self.least, self.most = least, most

    def _deserialize(
        self,
        value: object,
        attr: str | None,
        data: Mapping[str, Any] | None,
        **options: Any,  # noqa: ANN401 - the signature is marshmallow's
    ) -> int:
        del attr, data, options
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError("This must be a whole number.")
        if not self.least <= value <= self.most:
            raise ValidationError(f"This must be from {self.least} to {self.most}.")
        return value


class YesNo(fields.Field[bool]):
    """True or false, nothing that merely looks like it."""

    def _deserialize(
        self,
        value: object,
        attr: str | None,
        data: Mapping[str, Any] | None,
        **options: Any,  # noqa: ANN401 - the signature is marshmallow's
    ) -> bool:
        del attr, data, options
        if not isinstance(value, bool):
            raise ValidationError("This must be true or false.")
        return value


class Anything(fields.Field[object]):
    """A JSON value that the server wrote itself; `typescript` names it for the client."""

    def __init__(self, typescript: str = "unknown") -> None:
        super().__init__()
        self.typescript = typescript


class Element(Schema):
    """The value of one element of a members or ordered field; unknown keys are refused."""

    class Meta:  # noqa: D106 - marshmallow's own name for options
        unknown = RAISE
