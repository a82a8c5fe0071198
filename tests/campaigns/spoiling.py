"""Ways to spoil a call of sync: by value, by meaning, and by its bytes. One `Random` decides everything."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from random import Random
from typing import Any

Json = dict[str, Any]

ODD: list[Any] = [
    None, True, False, 0, -1, 1.5, -0.0, 2**31, 2**53, 2**53 + 1, 2**63, -(2**70), 10**30, 1e308, 5e-324, 2.6e-42,
    "", " ", "x" * 300, "\x00", "\ud800", "a\udfffb", "\udc00\ud800", "\u202e\u0301", "e\u0301", "\ufeff", "\uffff",
    "\U0010ffff", [], {}, [[]], [None], [{}], {"": None}, {"v": 1}, [1, "a" * 26], ["1", 2], [2**53, "a" * 26],
    [-1, "a" * 26], "a" * 26, "A" * 26, "a" * 25, "p:" + "a" * 26, "u:", "p:*", "../../etc", "'; drop table record",
    "2026-11-23T14:52:11.123Z", "9999-99-99T99:99:99.999Z", "0000-01-01T00:00:00.000Z", "2026-02-30T00:00:00.000Z",
    "9999-12-31T23:59:59.999Z", "2026-11-23T14:52:11.123+02:00", "me", "teachers", "published", "group:", "circle:x",
    "create", "set", "text", "add", "remove", "place", "delete", "restore", "flags", "audience", "deleted",
    "attachments", "words", {"key": "x", "v": {"text": "y"}}, {"kind": "artifact", "fields": {}},
    {"kind": "person", "fields": {"name": "x"}}, {"kind": "not_accepted", "fields": {}}, {"key": "x"},
    {"key": "\x00", "v": None}, {"key": "x", "p": "zz"}, {"key": "x", "v": {}, "p": "a" * 500},
]  # fmt: skip
KEYS = (
    "extra",
    "\x00",
    "\ud800",
    "op",
    "__proto__",
    "constructor",
    "limit",
    "mismatch",
    "vector",
    "spaces",
    "",
)
SCRAPS = (
    b"",
    b"\xc3",
    b"NaN",
    b"-Infinity",
    b"\\u0000",
    b"\\ud800",
    b"1e400",
    b"//",
    b"'",
    b",",
    b"\x00",
    b"\xed\xa0\x80",
)
HEADS = ("client", "schema", "mutations", "epoch", "n", "id")


class Spoiler:
    """Spoils what is given to it. `words` are values of real calls by key: what else could stand there."""

    def __init__(self, dice: Random, words: dict[str, list[Any]]) -> None:
        self.dice, self.words = dice, words

    # By value

    def values(self, body: Any, times: int) -> Any:  # noqa: ANN401 - JSON
        for _ in range(times):
            body = self._one(body)
        return body

    def _one(self, value: Any) -> Any:  # noqa: ANN401 - JSON
        """Change one place somewhere inside."""
        dice = self.dice
        if isinstance(value, dict) and value and dice.random() < 0.85:
            return self._object(value)
        if isinstance(value, list) and value and dice.random() < 0.85:
            return self._list(value)
        if isinstance(value, str) and dice.random() < 0.3:
            return self._letters(value)
        if type(value) is int and dice.random() < 0.4:
            return value + dice.choice((-1, 1, -value, 2**31, -(2**31)))
        return self._deep() if dice.random() < 0.03 else dice.choice(ODD)

    def _object(self, value: Json) -> Json:
        key = self.dice.choice(list(value))
        match self.dice.randrange(12):
            case 0:
                return {name: each for name, each in value.items() if name != key}
            case 1:
                return value | {self.dice.choice(KEYS): self.dice.choice(ODD)}
            case 2:
                other = self.dice.choice(list(value))
                return value | {key: value[other], other: value[key]}
            case 3 | 4 if key in self.words:
                return value | {key: self.dice.choice(self.words[key])}
            case _:
                return value | {key: self._one(value[key])}

    def _list(self, value: list[Any]) -> list[Any]:
        at = self.dice.randrange(len(value))
        match self.dice.randrange(10):
            case 0:
                return value + value
            case 1:
                return value[::-1]
            case 2:
                return [*value[:at], *value[at + 1 :]]
            case _:
                return [*value[:at], self._one(value[at]), *value[at + 1 :]]

    def _letters(self, value: str) -> str:
        at = self.dice.randrange(len(value) + 1)
        match self.dice.randrange(7):
            case 0:
                return value[:at]
            case 1:
                return (
                    value[:at]
                    + self.dice.choice(("\x00", "\ud800", "\u202e", "\r\n", "\U0001f600"))
                    + value[at:]
                )
            case 2:
                return value.upper()
            case 3:
                return value * self.dice.choice((2, 50, 3000))
            case 4:
                return value[::-1]
            case _:
                return value[:at] + chr(self.dice.randrange(32, 0x2FFF)) + value[at + 1 :]

    def _deep(self) -> Any:  # noqa: ANN401 - JSON
        deep: Any = "bottom"
        for _ in range(self.dice.choice((10, 22, 23, 24, 40, 600))):
            deep = [deep] if self.dice.random() < 0.5 else {"v": deep}
        return deep

    # By meaning: each part is one that a real device sent, the whole is not

    def graft(self, mutations: list[Json]) -> None:
        """Put parts of other real changes into these."""
        for each in mutations:
            for _ in range(self.dice.choice((1, 1, 2, 3))):
                key = self.dice.choice(
                    ("record", "space", "field", "value", "op", "base", "after", "pulled", "at")
                )
                each[key] = self.dice.choice(self.words[key])

    # By its bytes

    def written(self, body: Any) -> bytes:  # noqa: ANN401 - JSON
        """JSON text as some odd writer would write it."""
        match self.dice.randrange(12):
            case 0:
                text = json.dumps(body, ensure_ascii=False, indent=1)
                return text.encode("utf-8", "surrogatepass")
            case 1:
                return json.dumps(body, separators=(",", ":")).encode("ascii")
            case _:
                return json.dumps(body).encode("ascii")

    def text(self, data: bytes) -> bytes:
        """Spoil the text itself."""
        dice = self.dice
        at = dice.randrange(len(data) + 1)
        tricks: list[Callable[[], bytes]] = [
            lambda: data[:at],
            lambda: data[at:],
            lambda: data[:at] + dice.choice(SCRAPS) + data[at + dice.randrange(3) :],
            lambda: data[:at] + dice.randbytes(dice.choice((1, 4, 64))) + data[at:],
            lambda: data + data,
            lambda: self._doubled(data),
            lambda: b"\xef\xbb\xbf" + data,
            lambda: data.decode("ascii", "replace").encode("utf-16"),
            lambda: b"[" * 5000 + data + b"]" * 5000,
            lambda: data.replace(b": 1", b": " + b"9" * dice.choice((20, 400, 5000)), 1),
            lambda: data.replace(b'"', b"'"),
            lambda: data.replace(b": ", b": NaN, ", 1),
            lambda: b"\x00" * dice.randrange(1, 40) + data,
            lambda: gzip.compress(data),
            lambda: zlib.compress(data),
        ]
        return dice.choice(tricks)()

    def _doubled(self, data: bytes) -> bytes:
        """A key twice in one object: which of them counts?"""
        key = self.dice.choice(HEADS).encode()
        other = json.dumps(self.dice.choice(ODD)).encode("ascii")
        return data.replace(
            b'"' + key + b'":', b'"' + key + b'": ' + other + b', "' + key + b'":', 1
        )

    def headers(self, data: bytes) -> tuple[bytes, dict[str, str]]:
        """Bytes and headers that do not belong together (keys as WSGI has them)."""

        def bomb() -> bytes:  # made only when chosen
            return gzip.compress(b" " * 3_000_000)

        dice = self.dice
        tricks: list[Callable[[], tuple[bytes, dict[str, str]]]] = [
            lambda: (bomb(), {"HTTP_CONTENT_ENCODING": "gzip"}),
            lambda: (gzip.compress(data), {"HTTP_CONTENT_ENCODING": "gzip"}),
            lambda: (data, {"HTTP_CONTENT_ENCODING": dice.choice(("zstd", "br", "identity", "x"))}),
            lambda: (
                data,
                {"CONTENT_LENGTH": dice.choice(("", "-1", "x", "1e3", str(len(data) // 2)))},
            ),
            lambda: (
                data,
                {
                    "CONTENT_TYPE": dice.choice(
                        ("", "text/plain", "multipart/form-data", "application/json; x=")
                    )
                },
            ),
            lambda: (data + b" " * 2_200_000, {"CONTENT_LENGTH": str(len(data) + 2_200_000)}),
            lambda: (data, {"HTTP_PATHFOLIO_PERSON": dice.choice(("a" * 26, "\xff", "x" * 9000))}),
            lambda: (
                data,
                {
                    "HTTP_ACCEPT_ENCODING": dice.choice(
                        ("zstd;q=x", "gzip;q=-1", "*" * 5000, "br,,,")
                    )
                },
            ),
        ]
        return dice.choice(tricks)()
