"""What `plan` promises for data is what a server with a replica keeps, however much is overwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deployment import TOP, directives
from redismanifests.core.sources.source import source_from_text
from redismanifests.judge.review import review, review_of
from redismanifests.profile.derived import sizing
from seldom import first

from .servers import within

if TYPE_CHECKING:
    from redismanifests.judge.review import Review

    from .servers import Machine

VALUE = 98_000
"""Of the allocator's 96 KiB: a value of 100,000 bytes takes 112 KiB."""
WRITTEN = ("maxmemory", "maxmemory-policy", "repl-backlog-size")
EXAMPLES = {
    "small": "redis: {maxmemory: 48Mi, maxmemoryPolicy: allkeys-lru}",
    "laptop": "profiles/laptop.yaml",
    "small-limit": "redis: {maxmemoryPolicy: allkeys-lru, resources: {limits: {memory: 256Mi}}}",
}
"""The others (minimal, cache) have the same formula and take minutes to fill."""


def _reviewed(name: str) -> Review:
    text = EXAMPLES[name]
    if text.endswith(".yaml"):
        return review(TOP / text)
    return review_of(source_from_text("profile.yaml", f"name: redis\nnamespace: shop\n{text}\n"))


@pytest.mark.parametrize("name", first(1, EXAMPLES))
@pytest.mark.shows("RM215")
def test_a_server_keeps_as_much_data_as_is_promised(processes: Machine, name: str) -> None:
    reviewed = _reviewed(name)
    config = next(
        item.manifest["data"]["redis.conf"]
        for item in reviewed.rendering.objects
        if item.manifest["kind"] == "ConfigMap" and "redis.conf" in item.manifest["data"]
    )
    lines = [line for line in directives(config) if line.split()[0] in WRITTEN]
    assert len(lines) == len(WRITTEN)
    master = processes.server(*lines)
    processes.replica(master)
    promised = sizing.data_bytes(reviewed.profile)
    keys = promised // VALUE * 95 // 100
    for _ in range(4):
        answered = master.write(keys, VALUE)
        assert "OOM" not in answered
    within(20, lambda: int(master.field("memory", "mem_replication_backlog")) > 0)
    assert int(master.cli("DBSIZE")) == keys, "nothing is evicted, and nothing refused"
    backlog = int(master.field("memory", "mem_replication_backlog"))
    assert backlog >= reviewed.profile.redis.repl_backlog_size.bytes - sizing.MIB, (
        "the backlog is full by now"
    )


@pytest.mark.shows("RM215")
def test_a_backlog_that_reaches_maxmemory_evicts_every_key(processes: Machine) -> None:
    master = processes.server("maxmemory 24mb", "maxmemory-policy allkeys-lru", "repl-backlog-size 64mb")
    processes.replica(master)
    answered = master.write(600, VALUE)
    assert "OOM" in answered
    assert int(master.cli("DBSIZE")) < 30
