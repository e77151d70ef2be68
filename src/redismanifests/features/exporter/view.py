"""Exporter view: facts for the templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Feature
from redismanifests.core.named import NamedTuple
from redismanifests.core.values.resources import ResourcesView, resources_view
from redismanifests.profile.derived import credentials, tls
from redismanifests.profile.formulas.scrape import exporter_timeout_s

if TYPE_CHECKING:
    from redismanifests.features.exporter.settings import Exporter
    from redismanifests.profile.model import Profile

USER = 59000
"""User and group of the exporter's images (oliver006/redis_exporter, Dockerfile)."""


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
    """The exporter of each workload: one or none."""

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
    arguments = [f"--redis.addr={_dialled(profile, address)}", f"--web.listen-address=:{exporter.port}"]
    arguments += tls.exporter_options(profile)
    if profile.monitoring.enabled:
        arguments.append(f"--connection-timeout={exporter_timeout_s(profile.monitoring.interval)}s")
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
            # Arguments override the environment, which could have a Service's variables.
            arguments=tuple(arguments),
            mounts=tuple(mounts),
            user=USER,
            resources=resources_view(exporter.resources.requests, exporter.resources.limits),
            scheme="HTTPS" if https else "HTTP",
            scrape_port=str(exporter.port),
            scrape_scheme="https" if https else None,
        ),
    )


def _dialled(profile: Profile, address: str) -> str:
    """The address as an argument: alerts read the error of a refused login, and with a scheme it is another one.

    Such an address is dialled a second time, as a network of that name. Without a scheme there is no TLS.
    Source: connectToRedis in its exporter/redis.go; measured (tests/monitoring/test_refused_login.py).
    """
    bare = profile.monitoring.enabled and not profile.tls.enabled
    return address.partition("://")[2] if bare else address


FEATURE = Feature("exporters", view=_view)
