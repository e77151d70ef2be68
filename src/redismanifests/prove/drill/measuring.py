"""Measuring: the Job whose pod writes, reads and looks beside the deployment.

It runs the image of the deployment, so that the namespace has it, with the resources of a Sentinel, so that the
namespace admits it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from redismanifests.core.values.resources import resources_view
from redismanifests.errors import RedismanifestsError
from redismanifests.features.views import FEATURES
from redismanifests.profile.derived import credentials
from redismanifests.profile.derived.members import redis_workload, sentinel_workload
from redismanifests.render.filling import filled, text

if TYPE_CHECKING:
    from redismanifests.core.object import Manifest
    from redismanifests.profile.model import Profile
    from redismanifests.prove.drill.plan import Plan

CONTAINER = "measure"
APP = "redismanifests-drill"
WORK = "/work"
STOP = ("touch", f"{WORK}/stop")
_KEEP_S = 3600
"""Keys of a drill that was killed go by themselves."""
_TTL_S = 60
_START_S = 300
"""Beside the drill's own limit: pulling an image, and looking all writes up."""
PAUSE_S = "0.02"
"""Between two writes: some 30 a second, which times an outage to a few hundredths."""
ASK_S = "1"


class Variable(NamedTuple):
    """One variable, or one label."""

    key: str
    value: str


class DrillView(NamedTuple):
    """Facts for the Job."""

    name: str
    namespace: str
    app: str
    container: str
    labels: tuple[Variable, ...]
    away_from: str
    script: str
    environment: tuple[Variable, ...]
    deadline_seconds: int
    ttl_seconds: int
    work: str


def job(profile: Profile, chosen: Plan) -> Manifest:
    """The Job; raises where network policies let no one of this namespace in."""
    import yaml12  # noqa: PLC0415 (the command line answers at once)

    context: dict[str, object] = {f.name: f.view(profile) for f in FEATURES if f.view}
    context["container"] = _Resources(
        resources_view(profile.sentinel.resources.requests, profile.sentinel.resources.limits)
    )
    context["drill"] = DrillView(
        name=job_name(profile),
        namespace=profile.namespace,
        app=APP,
        container=CONTAINER,
        labels=_client_labels(profile),
        away_from=chosen.node,
        script=text("drill/measure.sh"),
        environment=tuple(Variable(*each) for each in _environment(profile).items()),
        deadline_seconds=int(chosen.limit_s) + _START_S,
        ttl_seconds=_TTL_S,
        work=WORK,
    )
    return cast("Manifest", yaml12.parse_yaml(filled("drill/job.yaml.j2", context)))


def job_name(profile: Profile) -> str:
    """One for each deployment, as there is one drill at a time."""
    return f"{profile.name}-drill"


class _Resources(NamedTuple):
    resources: object


def _environment(profile: Profile) -> dict[str, str]:
    redis, sentinel = redis_workload(profile), sentinel_workload(profile)
    engine = next(f for f in FEATURES if f.name == "engine")
    cli: str = engine.view(profile).cli if engine.view else ""  # type: ignore[attr-defined]
    password = ""
    if credentials.enabled(profile):
        user = credentials.logins(profile).cli
        cli = f"{cli} --user {user}"
        password = f"{credentials.SECRET_FOLDER}/{user}"
    domain = f"{profile.namespace}.svc.{profile.addressing.cluster_domain}"
    return {
        "CLI": cli,
        "PASSWORD_FILE": password,
        "MASTER": profile.sentinel.master_name,
        "REDISES": _members(redis.pods, redis.hosts),
        "REDIS_PORT": str(redis.port),
        "SENTINELS": _members(sentinel.pods, sentinel.hosts),
        "SENTINEL_PORT": str(sentinel.port),
        "READ_HOST": f"{redis.client_service}.{domain}",
        # What the account of a verification may write, where there are accounts.
        "PREFIX": f"{credentials.PROBE_KEYS.rstrip('*')}drill:",
        "KEEP_S": str(_KEEP_S),
        "PAUSE_S": PAUSE_S,
        "ASK_S": ASK_S,
        "WORK": WORK,
    }


def _members(pods: tuple[str, ...], hosts: tuple[str, ...]) -> str:
    return " ".join(f"{pod}={host}" for pod, host in zip(pods, hosts, strict=True))


def _client_labels(profile: Profile) -> tuple[Variable, ...]:
    """The labels that a pod of this namespace needs so that network policies admit it as a client."""
    policy = profile.network_policy
    if not policy.enabled:
        return ()
    for peer in policy.clients:
        ours = peer.namespace_labels in (None, {}) or peer.namespace_labels == {
            "kubernetes.io/metadata.name": profile.namespace
        }
        if ours and not peer.cidr:
            return tuple(Variable(*each) for each in sorted(peer.pod_labels.items()))
    raise RedismanifestsError(
        "the network policies let no pod of this namespace in, so a drill could not write",
        f"add a peer to networkPolicy.clients for it: podLabels {{app.kubernetes.io/name: {APP}}}",
    )
