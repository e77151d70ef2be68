"""Voting: are there Sentinels enough to see a dead master and to elect its successor, and a Redis to promote?

What a profile renders is left out: its own rules say the same at the line that must change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity
from redismanifests.judge.foreign.watching import foreign, watches
from redismanifests.profile.formulas.votes import sentinels_to_lose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.judge.objects.objects import Manifests


@rule("RM336", Severity.ERROR)
def quorum_above_sentinels(objects: Manifests) -> Iterator[Fault]:
    """More Sentinels must agree than there are.

    No master is ever seen as down by all that must see it, so none is ever replaced.

    Bad:
    ```yaml
    kind: StatefulSet
    metadata: {name: sentinel}
    spec:
      replicas: 3
      podManagementPolicy: Parallel
      template:
        spec:
          volumes: [{name: config, configMap: {name: config}}]
          containers:
            - name: sentinel
              ports: [{containerPort: 26379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ---
    kind: ConfigMap
    metadata: {name: config}
    data:
      sentinel.conf: |
        sentinel monitor mymaster 10.0.0.1 6379 4
    ```
    Good:
    ```yaml
    kind: StatefulSet
    metadata: {name: sentinel}
    spec:
      replicas: 3
      podManagementPolicy: Parallel
      template:
        spec:
          volumes: [{name: config, configMap: {name: config}}]
          containers:
            - name: sentinel
              ports: [{containerPort: 26379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ---
    kind: ConfigMap
    metadata: {name: config}
    data:
      sentinel.conf: |
        sentinel monitor mymaster 10.0.0.1 6379 2
    ```
    Source: Redis docs, High availability with Redis Sentinel, quorum.
    """
    for each, seen in watches(objects):
        if (seen.quorum or 0) > each.replicas:
            yield Fault(
                path=("sentinel",),
                fact=f"{each.name}: a quorum of {seen.quorum}, and {each.replicas} Sentinels",
                fix=f"set the quorum to {each.replicas // 2 + 1}, the majority",
            )


@rule("RM337", Severity.WARNING)
def no_sentinel_to_lose(objects: Manifests) -> Iterator[Fault]:
    """Losing one Sentinel is losing failover.

    A promotion needs a quorum that sees the master as down, and the votes of a majority of all Sentinels. With two of
    them, or with a quorum that is their number, the node that takes the master and a Sentinel away ends both.

    Bad:
    ```yaml
    kind: StatefulSet
    metadata: {name: sentinel}
    spec:
      replicas: 2
      podManagementPolicy: Parallel
      template:
        spec:
          containers:
            - name: sentinel
              ports: [{containerPort: 26379}]
              command:
                - sh
                - -c
                - |
                  echo sentinel monitor mymaster 10.0.0.1 6379 2 > /tmp/s.conf
                  exec redis-sentinel /tmp/s.conf
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ```
    Good:
    ```yaml
    kind: StatefulSet
    metadata: {name: sentinel}
    spec:
      replicas: 3
      podManagementPolicy: Parallel
      template:
        spec:
          containers:
            - name: sentinel
              ports: [{containerPort: 26379}]
              command:
                - sh
                - -c
                - |
                  echo sentinel monitor mymaster 10.0.0.1 6379 2 > /tmp/s.conf
                  exec redis-sentinel /tmp/s.conf
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ```
    Source: Redis docs, High availability with Redis Sentinel, fundamental things to know.
    """
    for each, seen in watches(objects):
        quorum = seen.quorum or 0
        if 0 < quorum <= each.replicas and not sentinels_to_lose(each.replicas, quorum):
            yield Fault(
                path=("sentinel",),
                fact=f"{each.name}: {each.replicas} Sentinels with a quorum of {quorum}, and none may be lost",
                fix="run three Sentinels, with a quorum of 2",
            )


@rule("RM338", Severity.ERROR)
def no_replica_to_promote(objects: Manifests) -> Iterator[Fault]:
    """Sentinels watch a Redis that has no replica.

    They see that it is dead, and there is nothing that they could promote: they cost memory and change nothing.

    Bad:
    ```yaml
    kind: StatefulSet
    metadata: {name: redis}
    spec:
      replicas: 1
      template:
        spec:
          containers:
            - name: redis
              ports: [{containerPort: 6379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
            - name: sentinel
              ports: [{containerPort: 26379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ```
    Good:
    ```yaml
    kind: StatefulSet
    metadata: {name: redis}
    spec:
      replicas: 3
      podManagementPolicy: Parallel
      template:
        spec:
          containers:
            - name: redis
              ports: [{containerPort: 6379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
              readinessProbe: {exec: {command: [sh, -c, 'redis-cli info replication | grep -q link_status:up']}}
            - name: sentinel
              ports: [{containerPort: 26379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ```
    Source: Redis docs, High availability with Redis Sentinel.
    """
    found = foreign(objects)
    redis = [each for each in found if each.redis]
    watched = any(each.sentinel for each in found)
    # Where no number is written, another object may set it.
    if watched and [each.manifest["spec"].get("replicas") for each in redis] == [1]:
        yield Fault(
            path=("redis",),
            fact=f"{redis[0].name}: 1 pod with Redis, and Sentinels that have nothing to promote",
            fix="run three pods with Redis",
        )
