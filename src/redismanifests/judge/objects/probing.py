"""Probing: what do the kubelet's probes of Redis and Sentinel ask, and what do they take for an answer?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity
from redismanifests.core.pattern import pattern
from redismanifests.judge.objects.objects import lines, once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.judge.objects.objects import Container, Manifests

_PING = pattern(r"(?:redis|valkey)-cli\b[^|;&\n]*\bping\b", re.IGNORECASE)
_READS_REPLY = pattern(r"grep|case |\[|test |==|awk|\|")
_ASKS_ROLE = pattern(r"master_link_status|\brole\b|\bINFO\b", re.IGNORECASE)
_ASKS_OTHERS = pattern(r"\bSENTINEL (?:MASTER|MASTERS|GET-MASTER|CKQUORUM)|\bask_sentinel\b", re.IGNORECASE)
_TAKES_ONLY_MASTERS = pattern(r"\bgrep\b[^|;&]*\bmaster\b(?!_)|[=\"' ]master[\"']? *\]", re.IGNORECASE)
_KNOWS_REPLICAS = pattern(r"slave|replica|link_status", re.IGNORECASE)
_ELSEWHERE = pattern(r"-cli\b[^|;&\n]*\s-h\s+(?!127\.0\.0\.1|localhost|\"?\$\{?LOCAL)(\S+)")
_KINDS = ("startup", "readiness", "liveness")


def _asked(container: Container, kind: str) -> str:
    probe = container.probe(kind) or {}
    command = (probe.get("exec") or {}).get("command", ())
    return _said(container.shell(command))


@once
def _said(shell: str) -> str:
    return "\n".join(lines(shell))


@once
def _asks_role(asked: str) -> bool:
    return _ASKS_ROLE.search(asked) is not None


@once
def _takes_only_masters(asked: str) -> bool:
    return bool(_TAKES_ONLY_MASTERS.search(asked)) and not _KNOWS_REPLICAS.search(asked)


@rule("RM135", Severity.ERROR)
def ready_without_replication(objects: Manifests) -> Iterator[Fault]:
    """A Redis counts as ready although no one asked whether it replicates.

    Readiness gates the rollout: with PING, an open port or nothing it goes on to the master while no Sentinel could
    promote any replica. Outages of 9 to 20 s and lost acknowledged writes were measured.

    Bad:
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
              readinessProbe: {exec: {command: [sh, -c, '[ "$(redis-cli ping)" = PONG ]']}}
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
    ```
    Source: rolling restarts that were measured (docs/design.md); bitnami, groundhog2k, HelmForge charts.
    """
    replicated = {
        i["metadata"]["name"] for i in objects.of_kind("StatefulSet") if i["spec"].get("replicas", 1) > 1
    }
    for container in objects.serving("redis"):
        probe = container.probe("readiness")
        if container.set_name not in replicated or _asks_role(_asked(container, "readiness")):
            continue
        asks = "nothing" if probe is None else "an open port" if "exec" not in probe else "PING"
        yield Fault(
            path=("probes", "redis", "readiness"),
            fact=f"{container.name} is ready when it answers {asks}, whether it replicates or not",
            fix="let the readiness probe ask for the role and the state of the link",
        )


@rule("RM136", Severity.ERROR)
def alive_only_with_others(objects: Manifests) -> Iterator[Fault]:
    """A liveness probe asks other pods, so their death kills this one.

    When the master dies, every Redis or Sentinel with such a probe is restarted just when it should vote, or be
    promoted. Alive is local.

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
              resources: {requests: {cpu: 100m, memory: 64Mi}}
              livenessProbe:
                exec: {command: [sh, -c, 'redis-cli -p 26379 sentinel master mymaster | grep -qv s_down']}
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
              livenessProbe:
                exec: {command: [sh, -c, '[ "$(redis-cli -p 26379 ping)" = PONG ]']}
    ```
    Source: CloudPirates-io/helm-charts, redis, Deployment mode (docs/sabotage.md).
    """
    for container in objects.serving():
        probe = container.probe("liveness") or {}
        words = " ".join(str(word) for word in (probe.get("exec") or {}).get("command", ()))
        # Scripts source a library with queries of all members; only the commands that this script runs count.
        files = [text for file, text in container.texts.items() if f"/{file}" in words]
        asked = "\n".join(lines("\n".join([words, *files])))
        if _ASKS_OTHERS.search(asked) or _ELSEWHERE.search(asked):
            yield Fault(
                path=("probes", *container.section, "liveness"),
                fact=f"the livenessProbe of {container.name} asks what others know or do",
                fix="let it ask only the server of its own container, with PING",
            )


@rule("RM137", Severity.WARNING)
def probe_ignores_the_reply(objects: Manifests) -> Iterator[Fault]:
    """A probe takes the exit code of redis-cli for the answer, and redis-cli exits 0 on error replies.

    NOAUTH, LOADING and MASTERDOWN all count as healthy then: a server that takes no command is never noticed.

    Bad:
    ```yaml
    kind: StatefulSet
    metadata: {name: redis}
    spec:
      template:
        spec:
          containers:
            - name: redis
              ports: [{containerPort: 6379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
              startupProbe: {exec: {command: [redis-cli, ping]}}
    ```
    Good:
    ```yaml
    kind: StatefulSet
    metadata: {name: redis}
    spec:
      template:
        spec:
          containers:
            - name: redis
              ports: [{containerPort: 6379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
              startupProbe: {exec: {command: [sh, -c, '[ "$(redis-cli ping)" = PONG ]']}}
    ```
    Source: redis-cli 7.0.15, run against a server with a password; groundhog2k and HelmForge charts.
    """
    for container in objects.serving():
        for kind in _KINDS:
            for line in _careless(_asked(container, kind)):
                yield Fault(
                    path=("probes", *container.section, kind),
                    fact=f"the {kind}Probe of {container.name} runs {line!r}, and does not look at the reply",
                    fix="compare the reply with PONG",
                )


@once
def _careless(asked: str) -> tuple[str, ...]:
    """The lines that send PING and take the exit code for the reply."""
    return tuple(
        line
        for line in asked.splitlines()
        if _PING.search(line) and not _READS_REPLY.search(line) and " -e " not in line
    )


@rule("RM147", Severity.ERROR)
def only_the_master_is_ready(objects: Manifests) -> Iterator[Fault]:
    """A readiness probe passes on the master only, so that a Service leads to it.

    Replicas are never ready: a rollout waits for the first of them forever, a start one by one never reaches the
    second, and the disruption budget counts every replica as lost. Each failover takes all endpoints away first.

    Bad:
    ```yaml
    kind: StatefulSet
    metadata: {name: redis}
    spec:
      template:
        spec:
          containers:
            - name: redis
              ports: [{containerPort: 6379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
              readinessProbe: {exec: {command: [sh, -c, 'redis-cli role | head -n 1 | grep -q master']}}
    ```
    Good:
    ```yaml
    kind: StatefulSet
    metadata: {name: redis}
    spec:
      template:
        spec:
          containers:
            - name: redis
              ports: [{containerPort: 6379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
              readinessProbe:
                exec: {command: [sh, -c, 'redis-cli info replication | grep -Eq "role:master|master_link_status:up"']}
    ```
    Source: jory-callan/k8s-redis-sentinel, pitfalls 2 and 18; a rehearsal of it (docs/sabotage.md).
    """
    for container in objects.serving("redis"):
        if _takes_only_masters(_asked(container, "readiness")):
            yield Fault(
                path=("probes", "redis", "readiness"),
                fact=f"the readinessProbe of {container.name} passes on a master only",
                fix="let a replica with its link up be ready too; a client finds the master through Sentinel",
            )
