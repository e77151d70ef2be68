"""Dataset: keys of before, on a real server: what is kept, what counts as lost, and what an account may not write."""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from redis import Redis

from redismanifests.core.sources.source import source_from_text
from redismanifests.judge.review import review_of
from redismanifests.profile.derived.credentials import own_users
from redismanifests.prove.rehearse.bench.entry import LOGIN, Entry
from redismanifests.prove.rehearse.measure.dataset import KEYS, Dataset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def server(require_tool: Callable[[str, str], str], tmp_path: Path) -> Iterator[Redis]:
    """A server on a socket of its own port, empty."""
    program = require_tool("redis-server", "Debian: apt-get install redis-server")
    port = 16300 + hash(tmp_path) % 2000
    settings = ("--port", str(port), "--save", "", "--dir", str(tmp_path))
    with subprocess.Popen([program, *settings], stdout=subprocess.DEVNULL) as process:
        client = Redis(port=port, decode_responses=True)
        until = time.monotonic() + 20
        while time.monotonic() < until:
            with suppress(OSError, Exception):
                if client.ping():
                    break
            time.sleep(0.05)
        yield client
        client.close()
        process.terminate()


def loaded(server: Redis, folder: Path) -> Dataset:
    port = server.connection_pool.connection_kwargs["port"]
    dataset = Dataset(Entry(folder), lambda _: ("127.0.0.1", port))
    asyncio.run(dataset.load("redis-0"))
    return dataset


def test_every_key_is_kept_where_nothing_happens(server: Redis, tmp_path: Path) -> None:
    dataset = loaded(server, tmp_path)
    assert (dataset.keys, dataset.left_out) == (KEYS, ())
    assert server.info("keyspace").keys() == {"db0", "db1"}
    assert {
        server.type(next(server.scan_iter(f"before:{kind}:*"))) for kind in ("hash", "list", "stream")
    } == {
        "hash",
        "list",
        "stream",
    }
    assert asyncio.run(dataset.lost("redis-0")) == 0


def test_a_key_counts_as_lost_by_its_value_its_type_and_its_expiry(server: Redis, tmp_path: Path) -> None:
    dataset = loaded(server, tmp_path)
    server.set("before:string:3", "another value")
    server.persist("before:expiring:1")
    server.hdel("before:hash:7", "field2")
    server.xdel("before:stream:0", "2-1")
    server.delete("before:sorted-set:9")
    server.delete("before:list:5")
    server.set("before:list:5", "a string")
    # A list that is a string answers with an error, and then nothing of the type is believed.
    assert asyncio.run(dataset.lost("redis-0")) == KEYS
    server.delete("before:list:5")
    assert asyncio.run(dataset.lost("redis-0")) == 6


def test_an_emptied_database_is_seen_whichever_it_is(server: Redis, tmp_path: Path) -> None:
    dataset = loaded(server, tmp_path)
    other = Redis(port=server.connection_pool.connection_kwargs["port"], db=1)
    in_the_other = other.dbsize()
    other.flushdb()
    other.close()
    assert asyncio.run(dataset.lost("redis-0")) == in_the_other > 0
    server.flushall()
    assert asyncio.run(dataset.lost("redis-0")) == KEYS


def test_who_does_not_answer_has_lost_everything(server: Redis, tmp_path: Path) -> None:
    dataset = loaded(server, tmp_path)
    dataset.reach = lambda _: ("127.0.0.1", 1)
    assert asyncio.run(dataset.lost("redis-0")) == KEYS
    assert asyncio.run(dataset.lacking("redis-0", [("a", "1"), ("b", "2")])) == 2


def test_writes_that_a_replica_lacks_are_counted(server: Redis, tmp_path: Path) -> None:
    dataset = loaded(server, tmp_path)
    server.mset({"rehearsal:1": 1, "rehearsal:2": 3})
    written = [("rehearsal:1", "1"), ("rehearsal:2", "2"), ("rehearsal:3", "3")]
    assert asyncio.run(dataset.lacking("redis-0", written)) == 2


def test_an_account_that_may_only_set_strings_still_holds_as_many_keys(server: Redis, tmp_path: Path) -> None:
    text = "schemaVersion: 1\nname: redis\nnamespace: shop\nauth: {mode: acl}\n"
    profile = review_of(source_from_text("profile.yaml", text)).profile
    rights = next(user.redis for user in own_users(profile) if user.name == "verify")
    server.execute_command("ACL", "SETUSER", "verify", "on", ">secret", *rights.split())
    (tmp_path / LOGIN).write_text(json.dumps({"username": "verify", "password": "secret"}), encoding="utf-8")
    dataset = loaded(server, tmp_path)
    assert dataset.keys == KEYS
    assert [told.partition(":")[0] for told in dataset.left_out] == [
        f"keys of the type {kind}" for kind in ("expiring", "hash", "list", "sorted-set", "stream")
    ]
    assert asyncio.run(dataset.lost("redis-0")) == 0
    server.delete("redismanifests:probe:before:string:4")
    assert asyncio.run(dataset.lost("redis-0")) == 1


def test_a_server_that_lets_nobody_in_is_told_and_holds_no_keys(server: Redis, tmp_path: Path) -> None:
    server.config_set("requirepass", "secret")
    dataset = loaded(server, tmp_path)
    server.execute_command("AUTH", "secret")
    assert dataset.keys == 0
    assert f"0 of {KEYS} could be loaded" in dataset.left_out[-1]
