"""What a push, a pull or an offer brings, judged before any lock is taken."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any, cast

from pathfolio import ids
from pathfolio.errors import Invalid, TooLarge, UpdateApp
from pathfolio.records.check import RefusedError, invalid
from pathfolio.syncing.spaces import is_space
from pathfolio.text import is_clean
from pathfolio_sync import Mutation, parse_time

SCHEMA = 1  # the newest this server speaks
OLDEST_SCHEMA = 1
MOST_MUTATIONS = 200
MOST_BYTES = 2 * 1024 * 1024
MUTATION_BYTES = 400 * 1024
_KEYS = {
    "id", "n", "space", "op", "record", "field", "value", "base", "after", "pulled", "at",
}  # fmt: skip
_json = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


@dataclass(frozen=True)
class Sent:
    """One mutation as it came, of `size` bytes: `mutation` when well formed, otherwise the `problem`."""

    id: str
    n: int
    size: int
    raw: dict[str, Any]
    mutation: Mutation | None
    problem: RefusedError | None


@dataclass(frozen=True)
class Push:
    client: str
    device_now: datetime | None
    mutations: list[Sent]
    schema: int


def push(data: object) -> Push:
    """Read a push; mutations must be numbered without gaps. Raises Invalid, TooLarge, UpdateApp."""
    body = mapping(data, {"client", "schema", "now", "mutations"})
    number = schema(body)
    sent = [_sent(each) for each in _list(body)]
    for first, second in pairwise(sent):
        if second.n != first.n + 1:
            raise Invalid("The mutations of one push must be numbered without gaps.")
    if sent and sent[0].n < 1:
        raise Invalid("Mutations are numbered from 1 on.")
    return Push(client_id(body), parse_time(body["now"]), sent, number)


def offer(data: object) -> tuple[str, object, list[Sent]]:
    """Client, epoch and mutations of an offer. Raises Invalid, TooLarge."""
    body = mapping(data, {"client", "epoch", "mutations"})
    return client_id(body), body["epoch"], [_unnumbered(_sent(each)) for each in _list(body)]


def _unnumbered(sent: Sent) -> Sent:
    """An offer's numbers are of no log: they are those of a client that is gone, and its successor counts anew."""
    mutation = None if sent.mutation is None else sent.mutation | {"n": 0}
    return replace(sent, n=0, mutation=mutation)


def mapping(data: object, keys: set[str]) -> dict[str, Any]:
    """The body as an object that has at least `keys`. Raises Invalid."""
    if not isinstance(data, dict) or not keys <= data.keys():
        raise Invalid(f"The body must be an object with: {', '.join(sorted(keys))}.")
    return data


def client_id(body: Mapping[str, Any]) -> str:
    if not ids.is_id(body["client"]):
        raise Invalid("The client must be an id of 26 characters.")
    return str(body["client"])


def schema(body: Mapping[str, Any]) -> int:
    """The schema the device speaks. Raises Invalid, UpdateApp."""
    number = body["schema"]
    if isinstance(number, bool) or not isinstance(number, int):
        raise Invalid("The schema must be a whole number.")
    if number < OLDEST_SCHEMA:
        raise UpdateApp("Please update the app. What you changed on this device is kept.")
    if number > SCHEMA:
        raise UpdateApp(
            "This app is newer than the school's server. What you changed on this device is kept "
            "until the server was updated."
        )
    return number


def _list(body: Mapping[str, Any]) -> list[Any]:
    found = body["mutations"]
    if not isinstance(found, list):
        raise Invalid("The mutations must be a list.")
    if len(found) > MOST_MUTATIONS:
        raise TooLarge(f"At most {MOST_MUTATIONS} mutations fit into one call.")
    return found


def _sent(raw: object) -> Sent:
    """Only what the numbering needs fails the whole call; the rest is the mutation's own fault."""
    if not isinstance(raw, dict) or not ids.is_id(raw.get("id")):
        raise Invalid("Each mutation needs an id of 26 characters.")
    n = raw.get("n")
    if isinstance(n, bool) or not isinstance(n, int) or n < 0:
        raise Invalid("Each mutation needs its number n, a whole number.")
    length = clean_size(raw)
    size = len(_json(raw)) if length is None else length
    try:
        return Sent(raw["id"], n, size, raw, _mutation(raw, length), None)
    except RefusedError as problem:
        return Sent(raw["id"], n, size, raw, None, problem)


def _mutation(raw: dict[str, Any], length: int | None) -> Mutation:
    if length is None:
        raise invalid("This text holds a character that cannot be stored.")
    if raw.keys() != _KEYS:  # after the above: the sentence is stored, and repeats the keys
        odd = ", ".join(sorted(str(key)[:40] for key in raw.keys() ^ _KEYS)[:5])
        raise invalid(f"A mutation has other keys than the protocol says: {odd}.")
    if not ids.is_id(raw["record"]):
        raise invalid("The record must be an id of 26 characters.")
    if not is_space(raw["space"]):
        raise invalid("The space must be a letter, a colon and an id.")
    if not isinstance(raw["op"], str) or not isinstance(raw["field"], str | None):
        raise invalid("The op and the field of a mutation must be words.")
    if raw["after"] is not None and not ids.is_id(raw["after"]):
        raise invalid("What a mutation comes after must be null or an id.")
    if not _is_rev(raw["base"]):
        raise invalid("The base of a mutation must be null or a number and an id.")
    if not isinstance(raw["at"], str) or not isinstance(raw["pulled"], str | None):
        raise invalid("The times of a mutation must be texts.")
    if length > MUTATION_BYTES:
        raise RefusedError("too_large", f"One change can hold {MUTATION_BYTES // 1024} KB.")
    return cast("Mutation", dict(raw))


def _is_rev(base: object) -> bool:
    if base is None:
        return True
    if not isinstance(base, list) or len(base) != 2:
        return False
    number, identity = base
    return isinstance(number, int) and not isinstance(number, bool) and ids.is_id(identity)


def size(value: object) -> int:
    """Bytes of a JSON value; the same as its canonical form but for numbers, and much quicker."""
    return len(_json(value).encode())


def clean_size(value: object) -> int | None:
    """Bytes of a JSON value; None where one of its texts holds NUL or a lone surrogate."""
    text = _json(value)
    if "\\u0000" in text and not all_clean(value):  # or a backslash and the letters u0000
        return None
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        return None


def all_clean(value: object) -> bool:
    """Whether no text in a JSON value holds NUL or a lone surrogate."""
    if isinstance(value, str):
        return is_clean(value)
    if isinstance(value, list):
        return all(map(all_clean, value))
    if isinstance(value, dict):
        return all(all_clean(key) and all_clean(each) for key, each in value.items())
    return True
