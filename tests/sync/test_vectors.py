"""The committed vectors are what the rules say today; the client's tests run the same file."""

import gzip
import json
from functools import reduce
from typing import Any, cast

import pytest

from pathfolio_sync import (
    Mutation,
    Record,
    canonical,
    chain_next,
    consumed_hash,
    derived_id,
    digest,
    replay,
    vector_hash,
)
from tests.sync.make_vectors import FILE, text


@pytest.fixture(scope="module")
def vectors() -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(gzip.decompress(FILE.read_bytes())))


def test_the_file_is_what_its_maker_makes() -> None:
    assert gzip.decompress(FILE.read_bytes()) == text()


def test_replaying_gives_what_the_vectors_show(vectors: dict[str, Any]) -> None:
    assert len(vectors["replay"]) >= 5000
    for index, vector in enumerate(vectors["replay"]):

        def step(
            shown: Record | None, change: Mutation, who: str = vector["person"]
        ) -> Record | None:
            return replay(shown, change, who, vectors["plans"])

        assert reduce(step, vector["mutations"], vector["record"]) == vector["shown"], index


def test_the_vectors_reach_every_op_and_what_comes_of_it(vectors: dict[str, Any]) -> None:
    changes = [change for vector in vectors["replay"] for change in vector["mutations"]]
    assert {"create", "set", "text", "add", "remove", "place", "delete", "restore", "shred"} <= {
        change["op"] for change in changes
    }
    bases = [vector["record"] for vector in vectors["replay"] if vector["record"]]
    assert sum("flags" in base for base in bases) > 100
    assert sum("deleted" in base for base in bases) > 100
    assert sum(vector["record"] == vector["shown"] for vector in vectors["replay"]) > 100
    assert sum(vector["record"] != vector["shown"] for vector in vectors["replay"]) > 3000


def test_fingerprints_are_as_in_the_vectors(vectors: dict[str, Any]) -> None:
    for value, canon in vectors["canonical"]:
        assert canonical(value).decode() == canon
    for previous, record, mutation, following in vectors["chain"]:
        assert chain_next(previous, record, mutation) == following
    for previous, mutation, following in vectors["consumed"]:
        assert consumed_hash(previous, mutation) == following
    for rows, shown in vectors["digest"]:
        assert digest(tuple(row) for row in rows) == shown
    for vector, shown in vectors["vector"]:
        assert vector_hash(vector) == shown
    for name, shown in vectors["id"]:
        assert derived_id(name) == shown


def test_fingerprints_are_what_the_protocol_says() -> None:
    # Worked out by hand with sha256sum.
    assert chain_next("0" * 16, "r", "m") == "1a474339a2fe97d3"
    assert consumed_hash("0" * 32, "m") == "20f810276e05478613b81d6683ee0a29"
    assert digest([("r", 1, 2, "m")]) == "1:051f8479ec98f2d0"
    assert derived_id("seen:a") == "hupe7dtcadlz5q6a6ko2hwpvlt"
