"""Service rules: settings that do not work together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule, shared_rule
from redismanifests.core.findings import Severity
from redismanifests.profile.derived import credentials

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from redismanifests.profile.derived.members import Neighbour
    from redismanifests.profile.model import Profile


@shared_rule("RM017", Severity.ERROR)
def objects_claimed_twice(deployments: Sequence[Neighbour]) -> Iterator[tuple[int, Fault]]:
    """Two deployments of one namespace make objects of the same name: the one that is applied last overwrites the
    other.

    The Sentinels of `redis` are a StatefulSet called `redis-sentinel`, which is also what a deployment of that name
    would call its data pods. `kubectl apply` reports no error.

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
    owners: dict[tuple[str, str], Neighbour] = {}
    for number, each in enumerate(deployments):
        taken = [(each.namespace, name) for name in each.objects]
        clash = next((key for key in taken if key in owners and owners[key].name != each.name), None)
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
            owners.setdefault(key, each)


@rule("RM043", Severity.WARNING)
def redis_open_to_the_outside(profile: Profile) -> Iterator[Fault]:
    """Redis without a password is offered outside of the cluster.

    A client of the port can read, change and delete all data, and can make the server a replica of any machine. And the
    client Service selects any data pod: writers from outside would reach replicas.

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
    # With a network policy, RM161 and RM163 judge clients from outside.
    if kind != "ClusterIP" and not profile.network_policy.enabled and not credentials.enabled(profile):
        yield Fault(
            path=("services", "redis", "type"),
            fact=f"{kind} admits every client that reaches a node: there is no password, and no network policy",
            fix="set type to ClusterIP, set auth.mode, or name the clients in networkPolicy",
        )


@rule("RM044", Severity.WARNING)
def sentinel_answers_with_inner_addresses(profile: Profile) -> Iterator[Fault]:
    """Sentinel is offered outside of the cluster, but returns an address that exists only inside.

    It answers with the master's ClusterIP, or with its name in the cluster's DNS: a client outside gets an
    answer, and cannot connect to it. Without a password (`auth.mode`), it can also start a failover.

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
            fact=f"clients of a {kind} get addresses that exist only inside of the cluster",
            fix="set type to ClusterIP, and run clients inside",
        )
