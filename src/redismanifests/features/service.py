"""Service: how clients and members reach the pods.

Four Services as in the reference (clients and stable names, for Redis and for Sentinel), and with `addressing: service`
one more per pod. What must not come in: how members announce themselves (features/addressing.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from redismanifests.core.bounded import Whole
from redismanifests.core.feature import Fault, Feature, ObjectTemplate, rule, shared_rule
from redismanifests.core.findings import Severity
from redismanifests.core.names import ServiceName
from redismanifests.core.setting import Section, computed, section, setting
from redismanifests.facts import credentials
from redismanifests.facts.members import redis_workload, sentinel_workload

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from redismanifests.profile import Profile

ServiceType = Literal["ClusterIP", "NodePort", "LoadBalancer"]


class RedisServices(Section):
    """Services in front of the data pods."""

    name: ServiceName = computed(
        lambda profile: profile.name,
        "Client Service: any data pod, so for reads; writers ask Sentinel for the master.",
        why="the reference's name",
    )
    headless_name: ServiceName = computed(
        lambda profile: f"{profile.name}-headless",
        "Headless Service: stable names of the pods. Immutable once applied.",
        why="the reference's name",
    )
    type: ServiceType = setting(
        "ClusterIP", "Type of the client Service.", why="Redis without AUTH stays inside"
    )
    port: Whole = setting(6379, "Port of Redis.", ge=1024, le=65535, why="the registered port")


class SentinelServices(Section):
    """Services in front of the Sentinels."""

    name: ServiceName = computed(
        lambda profile: f"{profile.name}-sentinel",
        "Client Service: any Sentinel, asked for the master.",
        why="the reference's name",
    )
    headless_name: ServiceName = computed(
        lambda profile: f"{profile.name}-sentinel-headless",
        "Headless Service: stable names of the pods. Immutable once applied.",
        why="the reference's name",
    )
    type: ServiceType = setting(
        "ClusterIP", "Type of the client Service.", why="Sentinel without AUTH stays inside"
    )
    port: Whole = setting(26379, "Port of Sentinel.", ge=1024, le=65535, why="Sentinel's default")


class Services(Section):
    """Services of both workloads."""

    redis: RedisServices = section(RedisServices, "In front of the data pods.")
    sentinel: SentinelServices = section(SentinelServices, "In front of the Sentinels.")


class PodServiceView(NamedTuple):
    """The Service of one pod; it has the pod's name."""

    pod: str


def _objects(profile: Profile) -> Iterator[ObjectTemplate]:
    for workload in (redis_workload(profile), sentinel_workload(profile)):
        facts: dict[str, object] = {"workload": workload}
        yield ObjectTemplate(f"{workload.name}-service.yaml", "service/service.yaml.j2", facts)
        yield ObjectTemplate(
            f"{workload.name}-headless-service.yaml", "service/headless-service.yaml.j2", facts
        )
        if profile.addressing.mode == "service":
            for pod in workload.pods:
                facts = {"workload": workload, "service": PodServiceView(pod)}
                yield ObjectTemplate(f"{pod}-service.yaml", "service/pod-service.yaml.j2", facts)


@shared_rule("RM017", Severity.ERROR)
def objects_claimed_twice(profiles: Sequence[Profile]) -> Iterator[tuple[int, Fault]]:
    """Two deployments of one namespace make objects of the same name: the one that is applied last overwrites the
    other.

    The Sentinels of `redis` are a StatefulSet called `redis-sentinel`, which is also what a deployment of that name
    would call its data pods. With `kubectl apply` nobody is told.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    ---
    name: redis-sentinel
    namespace: shop
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    ---
    name: sessions
    namespace: shop
    ```
    Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/.
    """
    owners: dict[tuple[str, str], Profile] = {}
    for number, profile in enumerate(profiles):
        taken = [(profile.namespace, name) for name in _names(profile)]
        clash = next((key for key in taken if key in owners and owners[key].name != profile.name), None)
        if clash:
            yield (
                number,
                Fault(
                    path=("name",),
                    fact=f"{clash[1]} of this deployment and of {owners[clash].name} overwrite each other",
                    fix="give one of them another name, or another namespace",
                ),
            )
        for key in taken:
            owners.setdefault(key, profile)


def _names(profile: Profile) -> Iterator[str]:
    """Names of the workloads, their Services and their pods' Services."""
    for workload in (redis_workload(profile), sentinel_workload(profile)):
        yield from (workload.name, workload.client_service, workload.headless_service, *workload.pods)


@rule("RM043", Severity.WARNING)
def redis_open_to_the_outside(profile: Profile) -> Iterator[Fault]:
    """Redis without a password is offered outside of the cluster.

    Who reaches the port can read, change and delete everything, and make the server a replica of a machine of his own.
    And a client Service leads to any data pod: writers from outside would meet replicas.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    services:
      redis:
        type: LoadBalancer
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    services:
      redis:
        type: ClusterIP
    ```
    Source: https://redis.io/docs/latest/operate/oss_and_stack/management/security/.
    """
    kind = profile.services.redis.type
    # A network policy says who may come from outside (RM161), and without a password is judged by itself (RM163).
    if kind != "ClusterIP" and not profile.network_policy.enabled and not credentials.enabled(profile):
        yield Fault(
            path=("services", "redis", "type"),
            fact=f"{kind} lets anybody in who reaches a node: there is no password, and no network policy",
            fix="set type to ClusterIP, set auth.mode, or name the clients in networkPolicy",
        )


@rule("RM044", Severity.WARNING)
def sentinel_answers_with_inner_addresses(profile: Profile) -> Iterator[Fault]:
    """Sentinel is offered outside of the cluster, and tells clients there an address that exists only inside.

    It answers with the master's ClusterIP, or with its name in the cluster's DNS: a client outside can ask, and then
    reaches nobody. Without a password (`auth.mode`), who reaches it can also start a failover.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    services:
      sentinel:
        type: NodePort
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    services:
      sentinel:
        type: ClusterIP
    ```
    Source: https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (Sentinel, Docker, NAT);
    https://github.com/bitnami/charts/issues/9752.
    """
    kind = profile.services.sentinel.type
    if kind != "ClusterIP":
        yield Fault(
            path=("services", "sentinel", "type"),
            fact=f"clients behind a {kind} are told addresses that exist only inside of the cluster",
            fix="set type to ClusterIP, and run clients inside",
        )


FEATURE = Feature(
    "services",
    objects=_objects,
    rules=(redis_open_to_the_outside, sentinel_answers_with_inner_addresses),
    shared_rules=(objects_claimed_twice,),
)
