"""Addressing: by what Redis and Sentinel know each other."""

from __future__ import annotations

from pathlib import Path

from yaml12 import parse_yaml

from sabotage.sabotage import MINIMAL, Found, Objects, Rehearsed, in_objects

_REDIS, _SENTINEL = "redis-config", "redis-sentinel-config"
_NAMES = {**MINIMAL, "addressing": {"mode": "hostname"}}
_HAND_BUILT = Path(__file__).parent.parent / "handbuilt"


@in_objects(
    Found("RM131"),
    Found("RM135"),
    Found("RM138"),
    Found("RM144"),
    Rehearsed("apply", "Sentinel knows 0 of 2 replicas"),
    seen="the deployment that this project comes from (reference-deployment.md): it passed its 26 checks",
)
def the_hand_built_deployment(objects: Objects) -> None:
    """Other manifests altogether: Redis announces host names, and Sentinel has resolve-hostnames off."""
    files = sorted(_HAND_BUILT.glob("*.yaml"))
    objects.items = [o for file in files for o in parse_yaml(file.read_text(encoding="utf-8"), multi=True)]


@in_objects(
    Rehearsed("apply", "Can't resolve instance hostname"),
    seen="the hand-built deployment (reference-deployment.md); CP's Deployment mode (3.8)",
    base=_NAMES,
)
def resolve_hostnames_off(objects: Objects) -> None:
    """Redis announces host names, and Sentinel does not resolve them."""
    objects.edit(_SENTINEL, "sentinel-start.sh", "resolve-hostnames %s\\n", "resolve-hostnames no\\n")
    objects.edit(_SENTINEL, "sentinel-start.sh", '"$_names" "$_names"', '"$_names"')


@in_objects(
    Rehearsed("apply", "announce-hostnames of this Sentinel is not yes"),
    seen="peers.md 2.0: OT announces pod addresses, CP's Deployment mode",
    base=_NAMES,
)
def announce_hostnames_off(objects: Objects) -> None:
    """Sentinel resolves names, and hands out addresses."""
    objects.edit(_SENTINEL, "sentinel-start.sh", "announce-hostnames %s\\n", "announce-hostnames no\\n")
    objects.edit(_SENTINEL, "sentinel-start.sh", '"$_names" "$_names"', '"$_names"')


@in_objects(
    Rehearsed("apply", "announces no address"),
    seen="CloudPirates-io/helm-charts#595, FW, OT: a dead address after a reschedule",
)
def redis_announces_nothing(objects: Objects) -> None:
    """Redis is known by its pod's address, which changes with the pod."""
    objects.edit(
        _REDIS,
        "redis-start.sh",
        '    printf \'replica-announce-ip %s\\nreplica-announce-port %s\\n\' "$ME" "$REDIS_PORT"\n',
        "",
    )
