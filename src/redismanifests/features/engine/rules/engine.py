"""Engine: Redis or Valkey: names of the programs, images, and the accounts that images run as."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity
from redismanifests.profile.formulas.engine import IMAGES, LRM_SINCE, OLDEST, is_too_old, knows_lrm, line_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile


@rule("RM070", Severity.ERROR, waivable=False)
def engine_too_old(profile: Profile) -> Iterator[Fault]:
    """The image's tag names a version that the start-up design cannot run on.

    Before 7.0, Redis may refuse SIGTERM while it writes its first append-only file: the pod hangs until the grace
    period ends and is killed. Before 6.2.7, Sentinel never resolves a host name again.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      image: redis:6.2.6
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      image: redis:7.2.16
    ```
    Source: https://github.com/redis/redis/blob/7.0/redis.conf (shutdown-on-sigterm); measured (docs/design.md, Giving
    the role away).
    """
    for name, section in (("redis", profile.redis), ("sentinel", profile.sentinel)):
        image = section.image
        # Sentinel's default is Redis's image: one line to change, one finding.
        if "image" in section.model_fields_set and is_too_old(image):
            yield Fault(
                path=(name, "image"),
                fact=f"{image.tag} is older than {OLDEST[0]}.{OLDEST[1]}: a SIGTERM can be refused for a minute",
                fix=f"use {IMAGES[profile.engine]}, or any image from {OLDEST[0]}.{OLDEST[1]} on",
            )


@rule("RM077", Severity.ERROR)
def image_of_another_engine(profile: Profile) -> Iterator[Fault]:
    """The engine is valkey and the image is Redis': it has no valkey-server, and the container exits at once.

    The opposite works, because Valkey's images also contain its programs under Redis' names.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    engine: valkey
    redis:
      image: redis:8.2.10
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    engine: redis
    redis:
      image: redis:8.2.10
    ```
    Source: https://github.com/docker-library/redis, https://github.com/valkey-io/valkey-container (Dockerfiles).
    """
    for name, section in (("redis", profile.redis), ("sentinel", profile.sentinel)):
        if (
            profile.engine == "valkey"
            and "image" in section.model_fields_set
            and section.image.name == "redis"
        ):
            yield Fault(
                path=(name, "image"),
                fact=f"{section.image} has no valkey-server",
                fix=f"use {IMAGES['valkey']}, or set engine to redis",
            )


@rule("RM211", Severity.ERROR, waivable=False)
def policy_newer_than_engine(profile: Profile) -> Iterator[Fault]:
    """The server does not know the eviction policy, and exits at once: no pod of the deployment starts.

    `allkeys-lrm` and `volatile-lrm` (least recently modified) came with Redis 8.6; no Valkey has them.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      image: redis:8.2.10
      maxmemoryPolicy: allkeys-lrm
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      image: redis:8.6.6
      maxmemoryPolicy: allkeys-lrm
    ```
    Source: config.c, maxmemory_policy_enum; https://github.com/redis/redis/pull/14624.
    """
    policy, image = profile.redis.maxmemory_policy, profile.redis.image
    line = line_of(profile.engine, image)
    if policy.endswith("-lrm") and line is not None and not knows_lrm(profile.engine, image):
        yield Fault(
            path=("redis", "maxmemoryPolicy"),
            fact=f"{line} does not know {policy}, and a server that does not know a policy exits",
            fix=f"set it to {policy.replace('lrm', 'lru')}, or use redis:{'.'.join(map(str, LRM_SINCE))} or newer",
        )
