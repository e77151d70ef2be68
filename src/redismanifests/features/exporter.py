"""Exporter: a redis_exporter beside each Redis and each Sentinel.

What must not come in: alerts and scrape configuration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from redismanifests.core.bounded import Cores, Flag, Size, Whole
from redismanifests.core.feature import Feature
from redismanifests.core.image import Image
from redismanifests.core.quantity import Quantity
from redismanifests.core.resources import Amounts, ResourcesView, resources_view
from redismanifests.core.setting import Section, section, setting

if TYPE_CHECKING:
    from redismanifests.profile import Profile

USER = 59000
"""User and group of the exporter's images (oliver006/redis_exporter, Dockerfile)."""

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


class ExporterView(NamedTuple):
    """One exporter container."""

    name: str
    image: str
    port: int
    address_argument: str
    listen_argument: str
    user: int
    resources: ResourcesView
    scrape_port: str


class ExportersView(NamedTuple):
    """The exporters beside each workload: one or none."""

    redis: tuple[ExporterView, ...]
    sentinel: tuple[ExporterView, ...]


def _view(profile: Profile) -> ExportersView:
    exporters = profile.exporters
    return ExportersView(
        redis=_exporter("redis-exporter", exporters.redis, profile.services.redis.port),
        sentinel=_exporter("sentinel-exporter", exporters.sentinel, profile.services.sentinel.port),
    )


def _exporter(name: str, exporter: Exporter, target_port: int) -> tuple[ExporterView, ...]:
    if not exporter.enabled:
        return ()
    return (
        ExporterView(
            name=name,
            image=str(exporter.image),
            port=exporter.port,
            # Arguments win over the environment, where a Service's variables could stand.
            address_argument=f"--redis.addr=redis://localhost:{target_port}",
            listen_argument=f"--web.listen-address=:{exporter.port}",
            user=USER,
            resources=resources_view(exporter.resources.requests, exporter.resources.limits),
            scrape_port=str(exporter.port),
        ),
    )


FEATURE = Feature("exporters", view=_view)
