"""Planned: the deadlines of a deployment that does not run yet, from its profile and its rendered StatefulSet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.measure.recovery import Probing, Recovery

if TYPE_CHECKING:
    from redismanifests.core.object import Object
    from redismanifests.profile.model import Profile


def planned(profile: Profile, redis: Object, dns_ttl_s: float) -> Recovery:
    """What the settings of ``profile`` and the probes of the StatefulSet ``redis`` lead to."""
    return Recovery(
        down_after_s=profile.sentinel.down_after.milliseconds / 1000,
        failover_timeout_s=profile.sentinel.failover_timeout.milliseconds / 1000,
        min_replicas=profile.redis.min_replicas_to_write,
        max_lag_s=profile.redis.min_replicas_max_lag.milliseconds / 1000,
        probing=Probing.of(redis["spec"]),
        dns_ttl_s=dns_ttl_s,
        names=profile.addressing.mode == "hostname",
    )
