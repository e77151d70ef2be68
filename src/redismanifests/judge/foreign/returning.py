"""Returning: what servers of anyone's objects have forgotten when they start again.

What a profile renders is left out: its own rules say the same at the line that must change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity
from redismanifests.judge.foreign.setting import directive
from redismanifests.judge.foreign.watching import foreign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.judge.objects.objects import Manifests


@rule("RM342", Severity.WARNING)
def killed_master_returns_empty(objects: Manifests) -> Iterator[Fault]:
    """A master that dies and is back at once has less data than its replicas, and they copy it.

    Its container restarts within a second, long before Sentinel sees it as down. It loads the last snapshot, or
    nothing, is still the master, and every replica replaces its data by that. All acknowledged writes since the last
    snapshot are lost, on all pods, without an error anywhere. In rehearsals of public charts and manifests this lost
    some hundred writes in some seconds (docs/foreign.md).

    Bad:
    ```yaml
    kind: StatefulSet
    metadata: {name: redis}
    spec:
      template:
        spec:
          volumes: [{name: config, configMap: {name: config}}]
          containers:
            - name: redis
              ports: [{containerPort: 6379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
            - name: sentinel
              ports: [{containerPort: 26379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ---
    kind: ConfigMap
    metadata: {name: config}
    data:
      redis.conf: |
        save 900 1
    ```
    Good:
    ```yaml
    kind: StatefulSet
    metadata: {name: redis}
    spec:
      template:
        spec:
          volumes: [{name: config, configMap: {name: config}}]
          containers:
            - name: redis
              ports: [{containerPort: 6379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
            - name: sentinel
              ports: [{containerPort: 26379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ---
    kind: ConfigMap
    metadata: {name: config}
    data:
      redis.conf: |
        save 900 1
        appendonly yes
    ```
    Source: Redis docs, replication, safety of replication when master has persistence turned off.
    """
    found = foreign(objects)
    watched = any(each.sentinel for each in found)
    for each in found:
        written, save = directive(each.texts, "appendonly"), directive(each.texts, "save")
        # Without a word on either, another file may have it.
        if each.redis and watched and written != "yes" and (written or save is not None):
            held = "the last snapshot" if save else "nothing"
            yield Fault(
                path=("redis",),
                fact=f"{each.name}: a master that is killed starts again with {held}, and its replicas copy that",
                fix="set appendonly to yes, or start it only after the Sentinels promoted another one",
            )


@rule("RM343", Severity.WARNING)
def sentinels_without_identity(objects: Manifests) -> Iterator[Fault]:
    """Sentinels run in a Deployment: each restart is a new Sentinel, and the old one is never forgotten.

    A Sentinel writes who it is and whom it knows into its file, which a Deployment's pod loses. The others count both,
    the old one and the new one: after a few restarts a majority of all known Sentinels no longer exists.

    Bad:
    ```yaml
    kind: Deployment
    metadata: {name: sentinel}
    spec:
      template:
        spec:
          containers:
            - name: sentinel
              ports: [{containerPort: 26379}]
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
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ```
    Source: Redis docs, High availability with Redis Sentinel, adding or removing Sentinels.
    """
    for each in foreign(objects):
        if each.sentinel and each.kind == "Deployment":
            yield Fault(
                path=("sentinel",),
                fact=f"Deployment {each.name}: its Sentinels get a new identity at each restart",
                fix="run them as a StatefulSet with a volume for their file, or beside Redis",
            )
