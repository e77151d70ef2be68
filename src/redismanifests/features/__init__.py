"""Features: one file is one thing a user can configure. Features do not import each other.

The list is ordered as the reference documentation is.
"""

from __future__ import annotations

from redismanifests.features import (
    account,
    addressing,
    disruption,
    durability,
    engine,
    exporter,
    extra_config,
    extra_effect,
    image,
    memory,
    namespace,
    network_policy,
    pod,
    probe,
    recovery,
    redis,
    replication,
    requirement,
    sentinel,
    service,
    shutdown,
    spread,
    startup,
    storage,
    votes,
    waiver,
)

FEATURES = (
    namespace.FEATURE,
    engine.FEATURE,
    image.FEATURE,
    addressing.FEATURE,
    redis.FEATURE,
    memory.FEATURE,
    durability.FEATURE,
    replication.FEATURE,
    extra_config.FEATURE,
    extra_effect.FEATURE,
    sentinel.FEATURE,
    votes.FEATURE,
    recovery.FEATURE,
    startup.FEATURE,
    shutdown.FEATURE,
    exporter.FEATURE,
    probe.FEATURE,
    service.FEATURE,
    pod.FEATURE,
    spread.FEATURE,
    disruption.FEATURE,
    storage.FEATURE,
    account.FEATURE,
    network_policy.FEATURE,
    requirement.FEATURE,
    waiver.FEATURE,
)
