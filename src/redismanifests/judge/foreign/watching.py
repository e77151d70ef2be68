"""Watching: can the Sentinels of anyone's objects replace a dead master at all, how late, and with which data?

What a profile renders is left out: its own rules say the same at the line that must change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity
from redismanifests.core.pattern import pattern
from redismanifests.judge.foreign.origin import is_ours
from redismanifests.judge.foreign.server import KINDS, addresses, servers
from redismanifests.judge.foreign.setting import watch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.judge.foreign.server import Server
    from redismanifests.judge.foreign.setting import Watch
    from redismanifests.judge.objects.objects import Manifests

_LONG_MS = 30_000
_NAME = pattern(r"[a-z][-a-z0-9]*(?:\.[a-z0-9][-.a-z0-9]*)?")


def foreign(objects: Manifests) -> tuple[Server, ...]:
    """The servers that are not ours."""
    if not any(item.get("kind") in KINDS and not is_ours(item) for item in objects.items):
        return ()
    return tuple(each for each in servers(objects.items) if not is_ours(each.manifest))


def watches(objects: Manifests) -> Iterator[tuple[Server, Watch]]:
    """Each workload of Sentinels, and how they watch."""
    for each in foreign(objects):
        if each.sentinel:
            yield each, watch(each.texts)


@rule("RM339", Severity.WARNING)
def long_wait_for_failover(objects: Manifests) -> Iterator[Fault]:
    """A dead master is waited for half a minute or longer before anything happens.

    Nothing can be written for all of this time. Sentinel's own default is 30 s, and Bitnami's charts have 60 s. Shorter
    than a pause of the server, for example while it saves on a slow disk, is not right either.

    Bad:
    ```yaml
    kind: StatefulSet
    metadata: {name: sentinel}
    spec:
      template:
        spec:
          containers:
            - name: sentinel
              ports: [{containerPort: 26379}]
              command:
                - sh
                - -c
                - |
                  echo sentinel down-after-milliseconds mymaster 60000 > /tmp/s.conf
                  exec redis-sentinel /tmp/s.conf
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ```
    Good:
    ```yaml
    kind: StatefulSet
    metadata: {name: sentinel}
    spec:
      template:
        spec:
          containers:
            - name: sentinel
              ports: [{containerPort: 26379}]
              command:
                - sh
                - -c
                - |
                  echo sentinel down-after-milliseconds mymaster 5000 > /tmp/s.conf
                  exec redis-sentinel /tmp/s.conf
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ```
    Source: sentinel.c, SENTINEL_DEFAULT_DOWN_AFTER.
    """
    for each, seen in watches(objects):
        if seen.down_after_ms >= _LONG_MS and seen.down_after_written:
            yield Fault(
                path=("sentinel",),
                fact=f"{each.name}: a dead master costs {seen.down_after_ms / 1000:g} s and more, by down-after",
                fix="set down-after-milliseconds to 5000, or to the longest pause of your servers",
            )


@rule("RM340", Severity.ERROR)
def monitored_name_not_resolved(objects: Manifests) -> Iterator[Fault]:
    """Sentinel is given the name of its master, and nothing says that it resolves names.

    It ends at its start with "Can't resolve instance hostname", every time.

    Bad:
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
                  echo sentinel monitor mymaster redis-0 6379 2 > /tmp/s.conf
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
    Source: Redis docs, High availability with Redis Sentinel, IP addresses and DNS names (6.2).
    """
    for each, seen in watches(objects):
        if seen.monitored and _NAME.fullmatch(seen.monitored) and not seen.resolves_names:
            yield Fault(
                path=("sentinel",),
                fact=f"{each.name}: monitors {seen.monitored} by its name, without resolve-hostnames",
                fix="add `sentinel resolve-hostnames yes` and announce-hostnames before the monitor line",
            )


@rule("RM341", Severity.ERROR)
def monitored_host_is_nowhere(objects: Manifests) -> Iterator[Fault]:
    """Sentinel monitors a host that none of these objects has.

    Neither a Service nor a pod has this name, so DNS never answers, and the Sentinels watch no one.

    Bad:
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
                  echo 'sentinel resolve-hostnames yes
                  sentinel monitor mymaster redis-master 6379 2' > /tmp/s.conf
                  exec redis-sentinel /tmp/s.conf
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ---
    kind: StatefulSet
    metadata: {name: redis}
    spec:
      serviceName: redis
      template:
        spec:
          containers:
            - name: redis
              ports: [{containerPort: 6379}]
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
                  echo 'sentinel resolve-hostnames yes
                  sentinel monitor mymaster redis-0.redis 6379 2' > /tmp/s.conf
                  exec redis-sentinel /tmp/s.conf
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ---
    kind: StatefulSet
    metadata: {name: redis}
    spec:
      serviceName: redis
      template:
        spec:
          containers:
            - name: redis
              ports: [{containerPort: 6379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ```
    Source: Kubernetes docs, DNS for Services and Pods.
    """
    found = foreign(objects)
    redis = [each for each in found if each.redis]
    known = {name for each in redis for name in addresses(each, objects.items)}
    known |= {str(item["metadata"]["name"]) for item in objects.of_kind("Service")}
    for each, seen in watches(objects):
        host = seen.monitored or ""
        if redis and _NAME.fullmatch(host) and host.partition(".")[0] not in known:
            yield Fault(
                path=("sentinel",),
                fact=f"{each.name}: monitors {host}, which is the name of no Service and of no pod here",
                fix="monitor a pod of Redis by its name in the headless Service, or add the Service",
            )
