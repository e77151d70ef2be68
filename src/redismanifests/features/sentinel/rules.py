"""Votes: rules about the number of Sentinels, how many must agree, and names shared with another deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule, shared_rule
from redismanifests.core.findings import Change, Severity
from redismanifests.profile.formulas.votes import majority

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from redismanifests.profile.derived.members import Neighbour
    from redismanifests.profile.model import Profile

QUORUM = ("sentinel", "quorum")

MIN_SENTINEL_BYTES = 32 << 20
"""A Sentinel's 10 MiB, three probes that meet at 5 MiB each, and what a busy moment adds."""


@rule("RM010", Severity.WARNING)
def too_few_sentinels(profile: Profile) -> Iterator[Fault]:
    """With fewer than three Sentinels, losing one means that no master can be elected.

    A failover needs the majority of all Sentinels that ever were, not of those that are left: of two it is two.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    sentinel:
      replicas: 2
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    sentinel:
      replicas: 3
    ```
    Source: sentinel.c, sentinelGetLeader; https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/.
    """
    count = profile.sentinel.replicas
    if count < 3:
        yield Fault(
            path=("sentinel", "replicas"),
            fact=f"a failover needs {majority(count)} of {count} Sentinels, so losing one stops it",
            fix="run 3 Sentinels",
            change=Change(("sentinel", "replicas"), 3),
        )


@rule("RM011", Severity.ERROR, waivable=False)
def quorum_out_of_reach(profile: Profile) -> Iterator[Fault]:
    """The quorum is larger than the number of Sentinels: they can never agree that the master is down.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    sentinel:
      replicas: 3
      quorum: 4
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    sentinel:
      replicas: 5
      quorum: 3
    ```
    Source: sentinel.c, sentinelCheckObjectivelyDown; https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/.
    """
    count, quorum = profile.sentinel.replicas, profile.sentinel.quorum
    if quorum > count:
        fact = f"{quorum} Sentinels must agree, and there are {count}: no failover ever"
        yield Fault(
            path=QUORUM,
            fact=fact,
            fix=f"set quorum to {majority(count)}",
            change=Change(QUORUM, majority(count)),
        )


@rule("RM012", Severity.ERROR)
def quorum_of_all_sentinels(profile: Profile) -> Iterator[Fault]:
    """Every single Sentinel must agree, so losing one of them stops failover.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    sentinel:
      replicas: 3
      quorum: 3
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    sentinel:
      replicas: 5
      quorum: 3
    ```
    Source: sentinel.c, sentinelCheckObjectivelyDown; https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/.
    """
    count, quorum = profile.sentinel.replicas, profile.sentinel.quorum
    if quorum == count > majority(count):
        yield Fault(
            path=QUORUM,
            fact=f"a failover needs {quorum} of {count} Sentinels, so losing one stops it",
            fix=f"set quorum to {majority(count)}, or run {2 * quorum - 1} Sentinels",
            # More Sentinels have a cost; the majority is the usual intention.
            change=Change(QUORUM, majority(count)),
        )


@rule("RM013", Severity.WARNING)
def quorum_below_majority(profile: Profile) -> Iterator[Fault]:
    """Fewer than a majority may start an election that only a majority can finish.

    A minority that is cut off agrees that the master is down, tries repeatedly to be elected, and raises the epoch each
    time. Clients that subscribe to it see events of failovers that do not happen.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    sentinel:
      replicas: 3
      quorum: 1
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    sentinel:
      replicas: 3
      quorum: 2
    ```
    Source: sentinel.c, sentinelStartFailoverIfNeeded; https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/.
    """
    count, quorum = profile.sentinel.replicas, profile.sentinel.quorum
    if quorum < majority(count):
        fact = f"{quorum} of {count} may start an election, but {majority(count)} are needed to win it"
        yield Fault(
            path=QUORUM,
            fact=fact,
            fix=f"set quorum to {majority(count)}",
            change=Change(QUORUM, majority(count)),
        )


@rule("RM014", Severity.NOTE)
def even_number_of_sentinels(profile: Profile) -> Iterator[Fault]:
    """An even number of Sentinels may lose no more of them than one Sentinel fewer: it only costs a pod.

    The majority of four is three, so only one may be lost, as with three. And two halves of two elect no master, where
    two of three would.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    sentinel:
      replicas: 4
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    sentinel:
      replicas: 5
    ```
    Source: sentinel.c, sentinelGetLeader; https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/.
    """
    count = profile.sentinel.replicas
    if count >= 4 and count % 2 == 0:
        yield Fault(
            path=("sentinel", "replicas"),
            fact=f"{majority(count)} of {count} must remain, so {count - majority(count)} may be lost, "
            f"as of {count - 1}",
            fix=f"run {count - 1} Sentinels, or {count + 1}",
        )


@shared_rule("RM016", Severity.WARNING)
def shared_master_name(deployments: Sequence[Neighbour]) -> Iterator[tuple[int, Fault]]:
    """Two deployments use one master name.

    Sentinels find each other through the Redis that they watch. When an address of one deployment is later given to a
    pod of the other, Sentinels with the same master name accept each other: the two deployments merge, and the data of
    one replaces the data of the other. A client of the wrong Sentinel gets the wrong master, and no error.

    Bad:
    ```yaml
    name: cache
    namespace: shop
    sentinel:
      masterName: mymaster
    ---
    name: orders
    namespace: shop
    sentinel:
      masterName: mymaster
    ```
    Good:
    ```yaml
    name: cache
    namespace: shop
    ---
    name: orders
    namespace: shop
    ```
    Source: https://github.com/helm/charts/issues/17868, https://github.com/spotahome/redis-operator/issues/550.
    """
    first: dict[str, Neighbour] = {}
    for number, each in enumerate(deployments):
        other = first.setdefault(each.master_name, each)
        # The same name in the same namespace is one deployment, in two clusters.
        if (other.name, other.namespace) != (each.name, each.namespace):
            yield (
                number,
                Fault(
                    path=("sentinel", "masterName"),
                    fact=f"{each.master_name} is the master of {other.namespace}/{other.name} too",
                    fix=f"leave masterName out, or call it {each.namespace}-{each.name}",
                ),
            )


@rule("RM019", Severity.WARNING)
def sentinel_memory_too_small(profile: Profile) -> Iterator[Fault]:
    """The Sentinel's memory limit is about what it needs itself: the kernel kills it when its probes run.

    A Sentinel uses some 10 MiB, and each probe starts a shell and a client of 5 MiB in the same container. When a
    Sentinel is killed repeatedly, its vote is missing when the master dies.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    sentinel:
      resources:
        limits: {memory: 16Mi}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    sentinel:
      resources:
        limits: {memory: 64Mi}
    ```
    Source: measured; https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/.
    """
    limit = profile.sentinel.resources.limits.memory
    if limit.bytes < MIN_SENTINEL_BYTES:
        yield Fault(
            path=("sentinel", "resources", "limits", "memory"),
            fact=f"a Sentinel and its probes need {MIN_SENTINEL_BYTES >> 20}Mi, and the limit is {limit}",
            fix="set limits.memory to 64Mi or more",
        )
