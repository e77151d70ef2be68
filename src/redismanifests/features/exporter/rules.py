"""Exporter rules: settings that do not work together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity
from redismanifests.core.values.quantity import Quantity
from redismanifests.profile.formulas import exporter as served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile

KNOWS: tuple[tuple[int, tuple[int, ...]], ...] = ((7, (1, 41)), (8, (1, 65)))
"""Major version of the server, and the first exporter that supports it: README of v1.41.0 (June 2022), and the first
whose tests ran an 8 (v1.65.0, October 2024, valkey/valkey:8)."""


@rule("RM075", Severity.WARNING)
def exporter_too_old(profile: Profile) -> Iterator[Fault]:
    """The exporter is older than the engine's major version: alerts cannot use metrics that it does not have.

    v1.41 and later support version 7; v1.65 and later support version 8, the first whose own tests ran such a server.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    auth: {mode: acl}
    networkPolicy: {enabled: true}
    exporters:
      redis:
        image: oliver006/redis_exporter:v1.55.0
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    exporters:
      redis:
        image: oliver006/redis_exporter:v1.89.0
    ```
    Source: https://github.com/oliver006/redis_exporter/issues/661; README and docker-compose.yml of each version.
    """
    for name, exporter, server in (
        ("redis", profile.exporters.redis, profile.redis.image),
        ("sentinel", profile.exporters.sentinel, profile.sentinel.image),
    ):
        if (
            exporter.image.name != "redis_exporter"
            or exporter.image.version is None
            or server.version is None
        ):
            continue
        needed = max((known for major, known in KNOWS if server.version[0] >= major), default=())
        if exporter.enabled and exporter.image.version < needed:
            yield Fault(
                path=("exporters", name, "image"),
                fact=f"{exporter.image.tag} is older than version {server.version[0]} of the server in its pod",
                fix=f"use v{needed[0]}.{needed[1]}.0 or newer, such as {served.DEFAULT_IMAGE}",
            )


MIN_EXPORTER = Quantity.parse("16Mi")
"""Resident after 30 scrapes of a small Redis: 16.3 MiB, of which 7 MiB are its own (1.69.0, measured)."""


@rule("RM237", Severity.WARNING)
def exporter_memory_too_small(profile: Profile) -> Iterator[Fault]:
    """The exporter is killed repeatedly: its memory limit is below what the process needs.

    Version 1.69.0 has 16 MiB in memory after 30 scrapes of a small Redis; 7 MiB of them cannot be given back.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    exporters:
      redis:
        resources:
          requests: {memory: 8Mi}
          limits: {memory: 8Mi}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    exporters:
      redis:
        resources:
          requests: {memory: 64Mi}
          limits: {memory: 64Mi}
    ```
    Source: measured; https://github.com/oliver006/redis_exporter.
    """
    for name, exporter in (("redis", profile.exporters.redis), ("sentinel", profile.exporters.sentinel)):
        limit = exporter.resources.limits.memory
        if exporter.enabled and limit < MIN_EXPORTER:
            yield Fault(
                path=("exporters", name, "resources", "limits", "memory"),
                fact=f"an exporter has 16 MiB in memory after a few scrapes, and the limit is {limit}",
                fix=f"set limits.memory to {MIN_EXPORTER} or more",
            )


@rule("RM230", Severity.WARNING)
def exporter_serves_any_target(profile: Profile) -> Iterator[Fault]:
    """The exporter's `/scrape?target=` cannot be closed: any client of its port can make it connect to any address.

    A client can read any key that the exporter's account may read, or the answer of another address, from inside the
    pods' network. v1.83.0 is the first version that can close the path, and it is then closed. v1.52.0 is the first
    that can omit values from the answer. With `auth.mode: acl` the exporter's account reads no key. With
    `networkPolicy.enabled` only `networkPolicy.metrics` reaches the port, and the pod reaches members and DNS only.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    exporters:
      redis:
        image: oliver006/redis_exporter:v1.69.0
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    exporters:
      redis:
        image: oliver006/redis_exporter:v1.89.0
    ```
    Source: https://github.com/oliver006/redis_exporter/issues/1104; measured (tests/evidence/test_scrape.py).
    """
    for name, exporter in (("redis", profile.exporters.redis), ("sentinel", profile.exporters.sentinel)):
        image = exporter.image
        if not exporter.enabled or served.closes(image):
            continue
        policy = profile.network_policy.enabled
        who = "the pods of networkPolicy.metrics" if policy else f"any client of port {exporter.port}"
        keys = name == "redis" and profile.auth.mode != "acl"
        gives = [served.exposed(image)] if keys else []
        gives += [] if policy else ["a way to other addresses"]
        if gives:
            yield Fault(
                path=("exporters", name, "image"),
                fact=f"/scrape of {image.tag} cannot be closed: it gives {who} {' and '.join(gives)}",
                fix=f"use v{'.'.join(map(str, served.CLOSES_SINCE))}.0 or newer, such as {served.DEFAULT_IMAGE}",
            )
