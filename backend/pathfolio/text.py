"""Text from outside: NFC, and without what a database or JSON encoder cannot carry."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

# NUL breaks PostgreSQL, a lone surrogate breaks UTF-8 itself.
_FORBIDDEN = re.compile("[\x00\ud800-\udfff]")
# The same rule in the words of JSON Schema, so that the published description tells it too.
PATTERN = r"^[^\u0000]*$"
SENTENCE = "This text holds a character that cannot be stored. Please remove it and try again."


def is_clean(value: str) -> bool:
    return _FORBIDDEN.search(value) is None


def clean(value: str) -> str:
    """`value` in Unicode normal form C. Raises ValueError for NUL and lone surrogates."""
    if not is_clean(value):
        raise ValueError(SENTENCE)
    return unicodedata.normalize("NFC", value)


class Text(fields.String):
    """A marshmallow string that is clean and at most `most` characters or `most_bytes` bytes."""

    def __init__(
        self,
        *,
        most: int | None = None,
        most_bytes: int | None = None,
        **options: Any,  # noqa: ANN401 - whatever marshmallow takes
    ) -> None:
        length = {} if most is None else {"maxLength": most}
        metadata = {"pattern": PATTERN} | length | dict(options.pop("metadata", {}))
        super().__init__(metadata=metadata, **options)
        self.most = most
        self.most_bytes = most_bytes

    def _deserialize(
        self,
        value: object,
        attr: str | None,
        data: Mapping[str, Any] | None,
        **options: Any,  # noqa: ANN401 - the signature is marshmallow's
    ) -> str:
        text = super()._deserialize(value, attr, data, **options)
        try:
            text = clean(text)
        except ValueError as problem:
            raise ValidationError(str(problem)) from problem
        if self.most is not None and len(text) > self.most:
            raise ValidationError(f"Please keep this to {self.most} characters or fewer.")
        if self.most_bytes is not None and len(text.encode()) > self.most_bytes:
            raise ValidationError(
                f"This text is too long: at most {self.most_bytes // 1024} KB fit here."
            )
        return text
