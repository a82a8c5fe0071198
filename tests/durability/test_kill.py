"""kill -9 of web server and worker in the middle of pushes: what was acknowledged stays, whole and once."""

from __future__ import annotations

import secrets
from contextlib import ExitStack
from random import Random

import pytest

from tests.durability.endings import everything_is_as_it_was_left, finish, kill_somewhere
from tests.durability.remote import Remote
from tests.durability.writers import Photographer, Promises, Pulse, Writer, stored_mutations
from tests.support.running import Running

KILLS = 20
DEVICES = ("maya", "maya", "noor", "leo")
# A worker that was killed holds its job for half a minute more.
VERIFIED_SECONDS = 150


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_kill_in_mid_push_loses_halves_or_doubles_anything(server: Running) -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    random, pulse, kept = Random(seed), Pulse(), Promises()
    people = {name: Remote(server.port).sign_in(name) for name in set(DEVICES)}
    shared = {
        name: remote.device().create(title="Of all devices") for name, remote in people.items()
    }
    with ExitStack() as ending:
        writers = [
            Writer(people[name], shared[name], random.randrange(2**32), pulse, kept)
            for name in DEVICES
        ]
        photographer = Photographer(people["noor"], random.randrange(2**32), kept)
        for each in (*writers, photographer):
            each.start()
            ending.callback(each.enough.set)
        for number in range(KILLS):
            photographer.another()
            kill_somewhere(server, random, pulse, number)
            kept.check(stored_mutations(server.url))
            server.start()
        finish(writers, photographer)
    retries = sum(writer.retries for writer in writers)
    print(
        f"{len(kept.acknowledged)} mutations, {retries} tries failed, {len(photographer.photos)} photos"
    )
    assert retries > 0, "no push was ever hit"
    kept.check(stored_mutations(server.url))
    assert [line for remote in people.values() for line in remote.failures] == []
    everything_is_as_it_was_left(people, writers, shared)
    people["noor"].wait_until_verified(list(photographer.photos), VERIFIED_SECONDS)
    for upload, data in photographer.photos.items():
        assert people["noor"].fetch(upload) == data
    for name in ("web", "worker"):
        server.stop(name)
    assert "Everything holds." in server.run("verify")


def test_the_check_finds_what_is_missing_and_what_is_there_by_half() -> None:
    kept = Promises(batches=[["a", "b"], ["c", "d"]], acknowledged={"a", "b"})
    kept.check({"a", "b"})
    with pytest.raises(AssertionError, match="2 acknowledged mutations are gone"):
        kept.check(set())
    with pytest.raises(AssertionError, match="1 batches are there by half"):
        kept.check({"a", "b", "c"})
