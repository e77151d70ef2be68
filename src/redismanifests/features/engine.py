"""Engine: Redis or Valkey: names of the programs, images, and the accounts that images run as.

What must not come in: settings of the server (features/redis.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from redismanifests.core.feature import Fault, Feature, rule
from redismanifests.core.findings import Severity
from redismanifests.facts.engine import IMAGES, OLDEST
from redismanifests.facts.tls import cli_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile import Profile


class EngineView(NamedTuple):
    """Names of the programs in the image; the client's with its options."""

    name: str
    server: str
    cli: str


def _view(profile: Profile) -> EngineView:
    # The scripts and probes split it at its blanks.
    cli = " ".join((f"{profile.engine}-cli", *cli_options(profile)))
    return EngineView(profile.engine, f"{profile.engine}-server", cli)


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
      image: redis:7.2.4
    ```
    Source: https://github.com/redis/redis/blob/7.0/redis.conf (shutdown-on-sigterm); measured (docs/design.md, Giving
    the role away).
    """
    for name, section in (("redis", profile.redis), ("sentinel", profile.sentinel)):
        image = section.image
        # Sentinel's default is Redis's image: one line to change, one finding.
        if "image" in section.model_fields_set and image.version is not None and image.version < OLDEST:
            yield Fault(
                path=(name, "image"),
                fact=f"{image.tag} is older than {OLDEST[0]}.{OLDEST[1]}: a SIGTERM can be refused for a minute",
                fix=f"use {IMAGES[profile.engine]}, or any image from {OLDEST[0]}.{OLDEST[1]} on",
            )


@rule("RM077", Severity.ERROR)
def image_of_another_engine(profile: Profile) -> Iterator[Fault]:
    """The engine is valkey and the image is Redis': it has no valkey-server, and the container ends at once.

    The other way round works, because Valkey's images also carry its programs under Redis' names.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    engine: valkey
    redis:
      image: redis:8.0.2
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    engine: redis
    redis:
      image: redis:8.0.2
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


FEATURE = Feature("engine", view=_view, rules=(engine_too_old, image_of_another_engine))
