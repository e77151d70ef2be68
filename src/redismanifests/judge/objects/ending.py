"""Ending: does a pod stop on SIGTERM, and does it have the time that this takes?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity
from redismanifests.core.pattern import pattern
from redismanifests.judge.objects.objects import lines, once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.judge.objects.objects import Manifests

_SERVER = pattern(r'(?:"?\$\{?SERVER\}?"?|(?:redis|valkey)-(?:server|sentinel)|docker-entrypoint\.sh)\s')
_SLEEP = pattern(r"\bsleep (\d+)\b")
_GRACE_SECONDS = 30
"""terminationGracePeriodSeconds where nothing says otherwise. Source: Kubernetes API, PodSpec."""


@rule("RM130", Severity.ERROR)
def server_without_exec(objects: Manifests) -> Iterator[Fault]:
    """A start script runs the server as its child, so SIGTERM never reaches it.

    The shell stays process 1 and passes no signal on: every delete, drain and rollout ends with SIGKILL after the whole
    grace period, and nothing is handed over or saved.

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
              command: [sh, -c, 'prepare; redis-sentinel /data/sentinel.conf']
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
              command: [sh, -c, 'prepare; exec redis-sentinel /data/sentinel.conf']
    ```
    Source: sh(1); seen in CloudPirates-io/helm-charts, redis, statefulset.yaml (docs/sabotage.md).
    """
    for container in objects.serving():
        words = [str(word) for word in (*container.spec.get("command", ()), *container.spec.get("args", ()))]
        if not words or not words[0].rsplit("/", 1)[-1].endswith("sh"):
            continue
        for part in _children(container.command()):
            yield Fault(
                path=container.section,
                fact=f"{container.name} runs {part!r} without exec",
                fix="write exec before it",
            )


@once
def _children(text: str) -> tuple[str, ...]:
    """The commands of a script that run a server as a child."""
    found = []
    for line in lines(text):
        if _SERVER.search(f"{line} "):
            parts = re.split(r";|&&|\|\||\bthen\b|\bdo\b", line.partition(" -c ")[2] or line)
            found += [part.strip() for part in parts if _SERVER.match(part.strip() + " ")]
    return tuple(found)


@rule("RM133", Severity.ERROR)
def hook_longer_than_grace(objects: Manifests) -> Iterator[Fault]:
    """A preStop hook sleeps for as long as the pod has to end, or longer.

    The grace period counts from the beginning of the hook: the server gets SIGTERM when nothing of it is left, and
    SIGKILL two seconds later. What the hook would do after its sleep never happens.

    Bad:
    ```yaml
    kind: StatefulSet
    metadata: {name: redis}
    spec:
      template:
        spec:
          terminationGracePeriodSeconds: 30
          containers:
            - name: redis
              ports: [{containerPort: 6379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
              lifecycle: {preStop: {exec: {command: [sh, -c, 'redis-cli save-elsewhere; sleep 31; redis-cli save']}}}
    ```
    Good:
    ```yaml
    kind: StatefulSet
    metadata: {name: redis}
    spec:
      template:
        spec:
          terminationGracePeriodSeconds: 60
          containers:
            - name: redis
              ports: [{containerPort: 6379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
              lifecycle: {preStop: {exec: {command: [sh, -c, 'redis-cli save-elsewhere; sleep 31; redis-cli save']}}}
    ```
    Source: Kubernetes docs, termination of pods; seen in spotahome/redis-operator, generator.go (docs/sabotage.md).
    """
    for container in objects.containers:
        grace = container.pod.get("terminationGracePeriodSeconds", _GRACE_SECONDS)
        action = (container.spec.get("lifecycle") or {}).get("preStop") or {}
        slept = int((action.get("sleep") or {}).get("seconds", 0))
        slept += _slept(container.hook())
        if slept >= grace:
            yield Fault(
                path=(*container.section, "terminationGracePeriod"),
                fact=f"the preStop hook of {container.name} sleeps {slept} s, and the pod has {grace} s to end",
                fix=f"give the pod more than {slept} s",
            )


@once
def _slept(hook: str) -> int:
    """The seconds for which a hook sleeps."""
    return sum(int(seconds) for seconds in _SLEEP.findall(hook))
