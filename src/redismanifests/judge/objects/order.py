"""Order: who may start, be found and be ready before whom?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity
from redismanifests.core.pattern import pattern
from redismanifests.judge.objects.objects import lines, once, role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.judge.objects.objects import Manifests

_ADDRESS_OF_A_POD = "statefulset.kubernetes.io/pod-name"
_DEFAULT = pattern(r"\$\{([A-Z_]+):?[-=]")


@once
def _with_default(text: str) -> tuple[str, ...]:
    """The variables that a script takes from the environment if they are there."""
    if not _DEFAULT.search(text):
        return ()
    return tuple(name for line in lines(text) for name in _DEFAULT.findall(line))


@rule("RM131", Severity.ERROR)
def unready_pods_not_published(objects: Manifests) -> Iterator[Fault]:
    """A Service by which members find each other hides pods that are not ready.

    A member must be found in order to become ready: a replica asks for its master, a Sentinel for its peers. Where only
    ready pods have a name, no one becomes ready after a restart of all, and a hand-over takes twice as long.

    Bad:
    ```yaml
    kind: Service
    metadata: {name: redis-headless}
    spec: {clusterIP: None, selector: {app: redis}}
    ---
    kind: StatefulSet
    metadata: {name: redis}
    spec:
      serviceName: redis-headless
      template:
        spec:
          containers:
            - name: redis
              ports: [{containerPort: 6379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ```
    Good:
    ```yaml
    kind: Service
    metadata: {name: redis-headless}
    spec: {clusterIP: None, publishNotReadyAddresses: true, selector: {app: redis}}
    ---
    kind: StatefulSet
    metadata: {name: redis}
    spec:
      serviceName: redis-headless
      template:
        spec:
          containers:
            - name: redis
              ports: [{containerPort: 6379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ```
    Source: argoproj/argo-cd#25060; Kubernetes docs, Service (docs/sabotage.md).
    """
    governing = {item["spec"].get("serviceName") for item in objects.of_kind("StatefulSet") if role(item)}
    for service in objects.of_kind("Service"):
        spec, name = service["spec"], service["metadata"]["name"]
        members = name in governing or _ADDRESS_OF_A_POD in (spec.get("selector") or {})
        if members and not spec.get("publishNotReadyAddresses"):
            yield Fault(
                path=("services",),
                fact=f"Service {name} has no publishNotReadyAddresses, and members find each other by it",
                fix="set publishNotReadyAddresses: true",
            )


@rule("RM132", Severity.ERROR)
def members_start_one_by_one(objects: Manifests) -> Iterator[Fault]:
    """The pods of Redis or Sentinel are started one after the other, each only when the one before is ready.

    After a power loss the newest data may be on the last pod: the first waits for its master, which may not start
    before the first is ready. Sentinels that start one by one have no majority for as long.

    Bad:
    ```yaml
    kind: StatefulSet
    metadata: {name: redis}
    spec:
      replicas: 3
      podManagementPolicy: OrderedReady
      template:
        spec:
          containers:
            - name: redis
              ports: [{containerPort: 6379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
              readinessProbe: {exec: {command: [sh, -c, 'redis-cli info replication | grep -q link_status:up']}}
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
    Source: Kubernetes docs, pod management policies; a rehearsed power loss (docs/sabotage.md).
    """
    for item in objects.of_kind("StatefulSet"):
        policy = item["spec"].get("podManagementPolicy", "OrderedReady")
        if role(item) and item["spec"].get("replicas", 1) > 1 and policy != "Parallel":
            yield Fault(
                path=(role(item),),
                fact=f"StatefulSet {item['metadata']['name']} starts its pods one by one ({policy})",
                fix="set podManagementPolicy: Parallel",
            )


@rule("RM143", Severity.ERROR)
def setting_overwritten_by_a_service(objects: Manifests) -> Iterator[Fault]:
    """A script takes a setting from an environment variable that the kubelet sets for a Service of that name.

    For a Service `redis` every pod of the namespace gets `REDIS_PORT=tcp://10.96.1.2:6379`; a default such as
    `${REDIS_PORT:=6379}` keeps that, and redis-cli takes it for port 0.

    Bad:
    ```yaml
    kind: Service
    metadata: {name: redis}
    spec: {selector: {app: redis}}
    ---
    kind: ConfigMap
    metadata: {name: scripts}
    data:
      start.sh: |
        : "${REDIS_PORT:=6379}"
    ---
    kind: StatefulSet
    metadata: {name: redis}
    spec:
      template:
        spec:
          volumes: [{name: scripts, configMap: {name: scripts}}]
          containers:
            - name: redis
              ports: [{containerPort: 6379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ```
    Good:
    ```yaml
    kind: Service
    metadata: {name: redis}
    spec: {selector: {app: redis}}
    ---
    kind: ConfigMap
    metadata: {name: scripts}
    data:
      start.sh: |
        REDIS_PORT=6379
    ---
    kind: StatefulSet
    metadata: {name: redis}
    spec:
      template:
        spec:
          volumes: [{name: scripts, configMap: {name: scripts}}]
          containers:
            - name: redis
              ports: [{containerPort: 6379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ```
    Source: Kubernetes docs, discovering services; seen on a real cluster (docs/sabotage.md).
    """
    set_by_kubelet = {
        service["metadata"]["name"].upper().replace("-", "_") + "_PORT"
        for service in objects.of_kind("Service")
    }
    told = set()
    for container in objects.serving():
        if container.pod.get("enableServiceLinks", True) is False:
            continue
        own = {variable["name"] for variable in container.spec.get("env", ())}
        for file, text in container.texts.items():
            for variable in _with_default(text):
                fact = f"{container.set_name}: {file} takes {variable} from the environment, where the kubelet sets it"
                if variable in set_by_kubelet - own and fact not in told:
                    told.add(fact)
                    yield Fault(
                        path=("services",),
                        fact=fact,
                        fix=f"assign {variable}, or set enableServiceLinks: false",
                    )
