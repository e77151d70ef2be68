"""Index: all probes in the order in which they are told.

What must not come in: a probe itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.probes import memory, persistence, pods, replication, sentinel, settings, votes, writes
from redismanifests.probes.probe import Probe

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType


def _of(module: ModuleType) -> Iterable[Probe]:
    return (value for value in vars(module).values() if isinstance(value, Probe))


PROBES: tuple[Probe, ...] = tuple(
    sorted(
        each
        for module in (pods, replication, sentinel, votes, persistence, memory, writes, settings)
        for each in _of(module)
    )
)
TOPOLOGY: tuple[Probe, ...] = (
    replication.redis_answers,
    sentinel.sentinel_answers,
    replication.one_master,
    replication.replicas_are_attached,
    replication.links_are_up,
    replication.replicas_follow_the_master,
    sentinel.sentinels_name_the_master,
    sentinel.sentinels_trust_the_master,
    sentinel.sentinels_know_the_replicas,
    sentinel.sentinels_know_each_other,
)
"""What can be wrong for a while after a fault, and what a deployment must have come back to."""
