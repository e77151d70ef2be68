"""Features: one file is one thing a user can configure. Features do not import each other.

The list is ordered as the reference documentation is.
"""

from __future__ import annotations

from redismanifests.features import (
    account,
    addressing,
    disruption,
    engine,
    exporter,
    extra_config,
    memory,
    namespace,
    network_policy,
    pod,
    probe,
    recovery,
    redis,
    sentinel,
    service,
    spread,
    startup,
    storage,
    votes,
    waiver,
)

FEATURES = (
    namespace.FEATURE,
    engine.FEATURE,
    addressing.FEATURE,
    redis.FEATURE,
    memory.FEATURE,
    extra_config.FEATURE,
    sentinel.FEATURE,
    votes.FEATURE,
    recovery.FEATURE,
    startup.FEATURE,
    exporter.FEATURE,
    probe.FEATURE,
    service.FEATURE,
    pod.FEATURE,
    spread.FEATURE,
    disruption.FEATURE,
    storage.FEATURE,
    account.FEATURE,
    network_policy.FEATURE,
    waiver.FEATURE,
)
