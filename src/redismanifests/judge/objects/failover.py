"""Failover: do the configuration files leave Sentinel what it needs to replace a master?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity
from redismanifests.core.pattern import pattern
from redismanifests.judge.objects.objects import lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.judge.objects.objects import Container, Manifests

_NEEDED = (
    "config",
    "slaveof",
    "replicaof",
    "client",
    "info",
    "ping",
    "publish",
    "subscribe",
    "multi",
    "exec",
    "role",
)
_RENAMED = pattern(r"rename-command\s+\"?([a-z]+)", re.IGNORECASE)
_NAME = pattern(r"replica-announce-ip[\"']?\s+\S*(?:hostname|FQDN|\.svc\b|[a-z]+-headless)", re.IGNORECASE)
_CONFIG_ARGUMENT = pattern(r"\S*sentinel\S*\.conf")


def _configured(container: Container, word: str) -> Iterator[str]:
    """The lines of its files, and of what it runs, that hold a word."""
    for text in (*container.texts.values(), container.command()):
        if word in text:
            yield from (line for line in lines(text) if word in line)


@rule("RM134", Severity.ERROR, unless="RM082")
def command_that_sentinel_needs_is_renamed(objects: Manifests) -> Iterator[Fault]:
    """A command is renamed that Sentinel sends to the Redis that it promotes.

    Without CONFIG the whole transaction of a promotion is discarded: a leader is elected, nothing is promoted, and it
    starts again, forever.

    Bad:
    ```yaml
    kind: ConfigMap
    metadata: {name: config}
    data:
      redis.conf: |
        rename-command CONFIG ""
    ---
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
    ```
    Good:
    ```yaml
    kind: ConfigMap
    metadata: {name: config}
    data:
      redis.conf: |
        rename-command FLUSHALL ""
    ---
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
    ```
    Source: sentinel.c, sentinelSendSlaveOf; run with redis 7.0.15 (docs/sabotage.md).
    """
    for container in objects.serving("redis"):
        for line in _configured(container, "rename-command"):
            renamed = _RENAMED.match(line)
            if renamed and renamed[1].lower() in _NEEDED:
                yield Fault(
                    path=("redis",),
                    fact=f"{container.set_name}: {line!r} takes away what Sentinel needs for a promotion",
                    fix="forbid commands with ACLs instead",
                )


@rule("RM138", Severity.ERROR)
def names_announced_and_not_resolved(objects: Manifests) -> Iterator[Fault]:
    """Redis announces host names, and no Sentinel resolves them.

    Sentinel then drops every replica that Redis reports: `num-slaves: 0`. It knows its peers, CKQUORUM says OK, and
    after the master's death there is never a new one.

    Bad:
    ```yaml
    kind: ConfigMap
    metadata: {name: config}
    data:
      redis.conf: |
        replica-announce-ip redis-0.redis-headless
    ---
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
    ---
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
    Good:
    ```yaml
    kind: ConfigMap
    metadata: {name: config}
    data:
      redis.conf: |
        replica-announce-ip redis-0.redis-headless
    ---
    kind: ConfigMap
    metadata: {name: sentinel}
    data:
      sentinel.conf: |
        sentinel resolve-hostnames yes
        sentinel announce-hostnames yes
    ---
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
    ---
    kind: StatefulSet
    metadata: {name: sentinel}
    spec:
      template:
        spec:
          volumes: [{name: config, configMap: {name: sentinel}}]
          containers:
            - name: sentinel
              ports: [{containerPort: 26379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ```
    Source: sentinel.c, createSentinelAddr; the deployment that this project comes from (docs/design.md).
    """
    announced = [
        line
        for container in objects.serving("redis")
        for line in _configured(container, "announce-ip")
        if _NAME.search(line)
    ]
    sentinels = list(objects.serving("sentinel"))
    resolved = any(True for container in sentinels for _ in _configured(container, "resolve-hostnames"))
    if announced and sentinels and not resolved:
        yield Fault(
            path=("addressing",),
            fact=f"Redis announces a name ({announced[0]!r}), and no Sentinel has resolve-hostnames",
            fix="set resolve-hostnames and announce-hostnames to yes, or announce addresses",
        )


@rule("RM142", Severity.ERROR)
def sentinel_cannot_rewrite_its_file(objects: Manifests) -> Iterator[Fault]:
    """Sentinel is started with a file of a ConfigMap, which it cannot rewrite.

    It rewrites its file at every change, next to the old one: a read-only folder ends it at the start, and a copy that
    does not survive the pod forgets epochs and votes.

    Bad:
    ```yaml
    kind: StatefulSet
    metadata: {name: sentinel}
    spec:
      template:
        spec:
          volumes: [{name: config, configMap: {name: sentinel}}]
          containers:
            - name: sentinel
              ports: [{containerPort: 26379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
              command: [redis-sentinel, /etc/redis/sentinel.conf]
              volumeMounts: [{name: config, mountPath: /etc/redis}]
    ```
    Good:
    ```yaml
    kind: StatefulSet
    metadata: {name: sentinel}
    spec:
      template:
        spec:
          volumes: [{name: config, configMap: {name: sentinel}}]
          containers:
            - name: sentinel
              ports: [{containerPort: 26379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
              command: [sh, -c, 'cp /etc/redis/sentinel.conf /data/; exec redis-sentinel /data/sentinel.conf']
              volumeMounts: [{name: config, mountPath: /etc/redis}, {name: data, mountPath: /data}]
    ```
    Source: sentinel.c, sentinelFlushConfig; Redis docs, high availability with Sentinel.
    """
    for container in objects.serving("sentinel"):
        maps = {v["name"] for v in container.pod.get("volumes", ()) if "configMap" in v}
        folders = {m["mountPath"] for m in container.spec.get("volumeMounts", ()) if m["name"] in maps}
        words = [str(word) for word in (*container.spec.get("command", ()), *container.spec.get("args", ()))]
        server = re.search(r"(?:(?:redis|valkey)-(?:server|sentinel)|--sentinel)\b.*", " ".join(words))
        for file in _CONFIG_ARGUMENT.findall(server[0]) if server else ():
            if any(file == folder or file.startswith(f"{folder}/") for folder in folders):
                yield Fault(
                    path=("sentinel",),
                    fact=f"{container.name} is started with {file}, which lies in a ConfigMap",
                    fix="copy it to a volume before the start",
                )


@rule("RM146", Severity.ERROR)
def no_replica_may_be_promoted(objects: Manifests) -> Iterator[Fault]:
    """Every Redis has replica-priority 0, so Sentinel may promote none of them.

    A leader is elected, finds no good replica, and tries again after twice the failover-timeout, forever.

    Bad:
    ```yaml
    kind: ConfigMap
    metadata: {name: config}
    data:
      redis.conf: |
        replica-priority 0
    ---
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
    ```
    Good:
    ```yaml
    kind: ConfigMap
    metadata: {name: config}
    data:
      redis.conf: |
        replica-priority 100
    ---
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
    ```
    Source: sentinel.c, sentinelSelectSlave.
    """
    for container in objects.serving("redis"):
        words = [line.split() for line in lines(container.texts.get("redis.conf", ""))]
        said = [
            word[1] for word in words if len(word) > 1 and word[0] in ("replica-priority", "slave-priority")
        ]
        if said and said[-1] == "0":
            yield Fault(
                path=("redis",),
                fact=f"{container.set_name}: replica-priority is 0 on every pod",
                fix="set replica-priority 100",
            )
