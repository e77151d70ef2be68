"""Exporter: a redis_exporter in each Redis pod and each Sentinel pod."""

from __future__ import annotations

from redismanifests.core.setting import Section, section, setting
from redismanifests.core.values.bounded import Cores, Flag, Size, Whole
from redismanifests.core.values.image import Image
from redismanifests.core.values.quantity import Quantity
from redismanifests.core.values.resources import Amounts
from redismanifests.profile.formulas import exporter as served

WHY = "a common minimum of namespaces (100m and 128Mi in the LimitRange of the `jewelry-shop` profile)"


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
    """The exporter in the pods of one workload."""

    enabled: Flag = setting(True, "Whether it runs.", why="without metrics a failure stays unnoticed")
    image: Image = setting(
        Image.parse(served.DEFAULT_IMAGE),
        "Container image.",
        why="has the metrics of Redis 8 and Valkey 8, and scrapes no target that a caller chooses",
    )
    port: Whole = setting(9121, "Port of /metrics.", ge=1024, le=65535, why="the exporter's own default")
    resources: Resources = section(Resources, "Requests and limits of the exporter.")


class SentinelExporter(Exporter):
    """The exporter in a Sentinel pod: its own port, so that a scrape by port distinguishes the two."""

    port: Whole = setting(
        9355, "Port of /metrics.", ge=1024, le=65535, why="the port of the `jewelry-shop` deployment"
    )


class Exporters(Section):
    """Prometheus exporters."""

    redis: Exporter = section(Exporter, "In each Redis pod.")
    sentinel: SentinelExporter = section(SentinelExporter, "In each Sentinel pod.")
