"""Exporter: a redis_exporter beside each Redis and each Sentinel.

What must not come in: alerts and scrape configuration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from redismanifests.core.bounded import Cores, Flag, Size, Whole
from redismanifests.core.feature import Fault, Feature, rule
from redismanifests.core.findings import Severity
from redismanifests.core.image import Image
from redismanifests.core.quantity import Quantity
from redismanifests.core.resources import Amounts, ResourcesView, resources_view
from redismanifests.core.setting import Section, section, setting
from redismanifests.facts import credentials, tls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile import Profile

USER = 59000
"""User and group of the exporter's images (oliver006/redis_exporter, Dockerfile)."""

KNOWS: tuple[tuple[int, tuple[int, ...]], ...] = ((7, (1, 41)), (8, (1, 65)))
"""Major version of the server, and the first exporter that knows it: README of v1.41.0 (June 2022), and the first whose
tests ran an 8 (v1.65.0, October 2024, valkey/valkey:8)."""

WHY = "a common least amount of namespaces (100m and 128Mi in the reference's LimitRange)"


class Requests(Amounts):
    """What the scheduler sets aside for an exporter."""

    cpu: Cores | None = setting(Quantity.parse("100m"), "CPU in cores or millicores.", why=WHY)
    memory: Size = setting(Quantity.parse("128Mi"), "Memory in bytes.", why=WHY)


class Limits(Amounts):
    """What an exporter may use at the most."""

    memory: Size = setting(Quantity.parse("128Mi"), "Memory in bytes.", why="equal to the request")


class Resources(Section):
    """Requests and limits of an exporter."""

    requests: Requests = section(Requests, "What the scheduler sets aside.")
    limits: Limits = section(Limits, "What the container may use at the most.")


class Exporter(Section):
    """The exporter beside one workload."""

    enabled: Flag = setting(True, "Whether it runs.", why="what is not measured fails unseen")
    image: Image = setting(
        Image.parse("oliver006/redis_exporter:v1.69.0"),
        "Container image.",
        why="knows the metrics of Redis 8 and Valkey 8",
    )
    port: Whole = setting(9121, "Port of /metrics.", ge=1024, le=65535, why="the exporter's own default")
    resources: Resources = section(Resources, "Requests and limits of the exporter.")


class SentinelExporter(Exporter):
    """The exporter beside a Sentinel: another port, so that a scrape by port tells them apart."""

    port: Whole = setting(9355, "Port of /metrics.", ge=1024, le=65535, why="the reference's")


class Exporters(Section):
    """Prometheus exporters."""

    redis: Exporter = section(Exporter, "Beside each Redis.")
    sentinel: SentinelExporter = section(SentinelExporter, "Beside each Sentinel.")


class MountView(NamedTuple):
    """A volume that an exporter reads."""

    volume: str
    folder: str


class ExporterView(NamedTuple):
    """One exporter container."""

    name: str
    image: str
    port: int
    address: str
    arguments: tuple[str, ...]
    mounts: tuple[MountView, ...]
    user: int
    resources: ResourcesView
    scheme: str
    """HTTP or HTTPS, as probes write it."""
    scrape_port: str
    scrape_scheme: str | None
    """Where it is not the usual one."""


class ExportersView(NamedTuple):
    """The exporters beside each workload: one or none."""

    redis: tuple[ExporterView, ...]
    sentinel: tuple[ExporterView, ...]


def _view(profile: Profile) -> ExportersView:
    exporters = profile.exporters
    return ExportersView(
        redis=_exporter(profile, "redis-exporter", exporters.redis, profile.services.redis.port),
        sentinel=_exporter(profile, "sentinel-exporter", exporters.sentinel, profile.services.sentinel.port),
    )


def _exporter(profile: Profile, name: str, exporter: Exporter, target_port: int) -> tuple[ExporterView, ...]:
    if not exporter.enabled:
        return ()
    https = profile.tls.enabled and profile.tls.metrics
    address = f"{tls.scheme(profile)}://{tls.LOCAL_NAME}:{target_port}"
    arguments = [f"--redis.addr={address}", f"--web.listen-address=:{exporter.port}"]
    arguments += tls.exporter_options(profile)
    mounts = [MountView(tls.VOLUME, tls.FOLDER)] if profile.tls.enabled else []
    if credentials.enabled(profile):
        arguments += credentials.exporter_arguments(profile, exporter.image)
        mounts.append(MountView("exporter-login", credentials.EXPORTER_FOLDER))
    return (
        ExporterView(
            name=name,
            image=str(exporter.image),
            port=exporter.port,
            address=address,
            # Arguments win over the environment, where a Service's variables could stand.
            arguments=tuple(arguments),
            mounts=tuple(mounts),
            user=USER,
            resources=resources_view(exporter.resources.requests, exporter.resources.limits),
            scheme="HTTPS" if https else "HTTP",
            scrape_port=str(exporter.port),
            scrape_scheme="https" if https else None,
        ),
    )


@rule("RM075", Severity.WARNING)
def exporter_too_old(profile: Profile) -> Iterator[Fault]:
    """The exporter is older than the engine's major version: what it does not know, no alert can watch.

    Version 7 is known from v1.41 on, version 8 from v1.65 on, the first whose own tests ran a server of version 8.

    Bad:
    ```yaml
    name: redis
    namespace: shop
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
        image: oliver006/redis_exporter:v1.69.0
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
                fact=f"{exporter.image.tag} is older than version {server.version[0]} of the server beside it",
                fix=f"use v{needed[0]}.{needed[1]}.0 or newer, such as oliver006/redis_exporter:v1.69.0",
            )


FEATURE = Feature("exporters", view=_view, rules=(exporter_too_old,))
