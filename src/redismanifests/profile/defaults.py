"""Defaults: what a setting is where it is not written and follows from others.

One row for each setting that is declared with `computed`; tests/core/test_defaults.py compares the two, and the types.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.setting import complete
from redismanifests.core.values.image import Image
from redismanifests.profile.derived import sizing
from redismanifests.profile.derived.backup import job
from redismanifests.profile.formulas import startup
from redismanifests.profile.formulas.engine import IMAGES, group
from redismanifests.profile.formulas.votes import majority

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from redismanifests.core.setting import Attributes
    from redismanifests.features.probe.settings import Startup
    from redismanifests.profile.model import Profile

DEFAULTS: Mapping[Attributes, Callable[[Profile], object]] = {
    ("services", "redis", "name"): lambda profile: profile.name,
    ("services", "redis", "headless_name"): lambda profile: f"{profile.name}-headless",
    ("services", "sentinel", "name"): lambda profile: f"{profile.name}-sentinel",
    ("services", "sentinel", "headless_name"): lambda profile: f"{profile.name}-sentinel-headless",
    ("redis", "image"): lambda profile: Image.parse(IMAGES[profile.engine]),
    ("redis", "group"): lambda profile: group(profile.redis.image),
    ("redis", "resources", "requests", "memory"): lambda profile: profile.redis.resources.limits.memory,
    ("redis", "repl_backlog_size"): sizing.backlog,
    ("redis", "replica_output_buffer"): sizing.output_buffer,
    ("redis", "maxmemory"): sizing.maxmemory,
    ("redis", "min_replicas_to_write"): lambda profile: 1 if profile.redis.replicas >= 3 else 0,
    ("redis", "termination_grace_period"): sizing.grace,
    ("sentinel", "quorum"): lambda profile: majority(profile.sentinel.replicas),
    ("sentinel", "master_name"): lambda profile: f"{profile.namespace}-{profile.name}",
    ("sentinel", "image"): lambda profile: profile.redis.image,
    ("sentinel", "resources", "requests", "memory"): (
        lambda profile: profile.sentinel.resources.limits.memory
    ),
    ("probes", "redis", "startup", "failures"): (
        lambda profile: _failures(startup.REDIS_BUDGET_SECONDS, profile.probes.redis.startup)
    ),
    ("probes", "sentinel", "startup", "failures"): (
        lambda profile: _failures(startup.SENTINEL_BUDGET_SECONDS, profile.probes.sentinel.startup)
    ),
    ("disruption", "sentinel", "max_unavailable"): (
        lambda profile: max(1, profile.sentinel.replicas - majority(profile.sentinel.replicas))
    ),
    ("auth", "secret_name"): lambda profile: f"{profile.name}-auth",
    ("auth", "default_user"): lambda profile: profile.auth.mode == "password",
    ("tls", "secret_name"): lambda profile: f"{profile.name}-tls",
    ("backup", "size_limit"): job.size_limit,
    ("backup", "timeout"): job.timeout,
    ("restore", "size_limit"): job.restored_size_limit,
}
"""By setting, in the order in which they are decided: one that needs another comes after it."""


def completed(profile: Profile) -> Profile:
    """``profile`` with every default that follows from others."""
    return complete(profile, DEFAULTS)


def _failures(budget_seconds: int, times: Startup) -> int:
    return -(-budget_seconds // times.period.whole_seconds)
