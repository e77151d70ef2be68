"""Upkeep: can these objects be applied again tomorrow, admitted, drained and rolled?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity
from redismanifests.core.pattern import pattern
from redismanifests.judge.objects.objects import role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.object import Object
    from redismanifests.judge.objects.objects import Manifests

_CHANGING = pattern(r"chart|/version$|^version$|checksum|revision|git|build|date")


@rule("RM140", Severity.WARNING)
def container_without_resources(objects: Manifests) -> Iterator[Fault]:
    """A container requests nothing.

    In a namespace with a ResourceQuota the pod is refused, and the StatefulSet stays at zero pods with only an event to
    say why; elsewhere it is the first to be evicted.

    Bad:
    ```yaml
    kind: StatefulSet
    metadata: {name: redis}
    spec:
      template:
        spec:
          initContainers: [{name: wait}]
          containers:
            - name: redis
              ports: [{containerPort: 6379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ```
    Good:
    ```yaml
    kind: StatefulSet
    metadata: {name: redis}
    spec:
      template:
        spec:
          initContainers: [{name: wait, resources: {requests: {cpu: 10m, memory: 16Mi}}}]
          containers:
            - name: redis
              ports: [{containerPort: 6379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ```
    Source: Kubernetes docs, resource quotas; DandyDeveloper/charts#153, spotahome/redis-operator#266.
    """
    for container in objects.containers:
        resources = container.spec.get("resources") or {}
        # A limit is the request where that is missing.
        missing = {"cpu", "memory"} - {*(resources.get("requests") or {}), *(resources.get("limits") or {})}
        if missing:
            yield Fault(
                path=container.section,
                fact=f"{container.name} requests no {' and no '.join(sorted(missing))}",
                fix="give every container requests",
            )


@rule("RM141", Severity.ERROR)
def immutable_field_with_changing_content(objects: Manifests) -> Iterator[Fault]:
    """A selector or a claim template has a label that changes with each release.

    Both are immutable: the next version is refused (`updates to statefulset spec ... are forbidden`), and what is left
    is to delete the set.

    Bad:
    ```yaml
    kind: StatefulSet
    metadata: {name: redis}
    spec:
      selector: {matchLabels: {app: redis, helm.sh/chart: redis-1.2.3}}
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
    metadata: {name: redis}
    spec:
      selector: {matchLabels: {app: redis}}
      template:
        spec:
          containers:
            - name: redis
              ports: [{containerPort: 6379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ```
    Source: Kubernetes docs, StatefulSet; helm/charts#7803.
    """
    for item in objects.of_kind("StatefulSet"):
        spec = item["spec"]
        places: list[tuple[str, Object]] = [
            ("selector", (spec.get("selector") or {}).get("matchLabels") or {}),
            *(
                ("claim template", t["metadata"].get("labels") or {})
                for t in spec.get("volumeClaimTemplates", ())
            ),
            *(
                ("claim template", t["metadata"].get("annotations") or {})
                for t in spec.get("volumeClaimTemplates", ())
            ),
        ]
        for place, labels in places:
            for key in labels:
                if _CHANGING.search(key):
                    yield Fault(
                        path=(role(item) or "redis",),
                        fact=f"StatefulSet {item['metadata']['name']}: {key} in its {place} changes with each release",
                        fix="take it out; labels of the pod template may change",
                    )


@rule("RM144", Severity.WARNING)
def configuration_does_not_roll(objects: Manifests) -> Iterator[Fault]:
    """A ConfigMap is mounted, and nothing in the pod template changes with its content.

    `kubectl apply` then changes the files under running servers and restarts no one: half of the change (scripts,
    probes) works at once, the other half (settings) at the next crash.

    Bad:
    ```yaml
    kind: ConfigMap
    metadata: {name: config}
    data: {redis.conf: maxmemory 100mb}
    ---
    kind: StatefulSet
    metadata: {name: redis}
    spec:
      template:
        metadata: {labels: {app: redis}}
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
    data: {redis.conf: maxmemory 100mb}
    ---
    kind: StatefulSet
    metadata: {name: redis}
    spec:
      template:
        metadata: {labels: {app: redis}, annotations: {checksum/config: 5b2c}}
        spec:
          volumes: [{name: config, configMap: {name: config}}]
          containers:
            - name: redis
              ports: [{containerPort: 6379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ```
    Source: Kubernetes docs, ConfigMaps; CloudPirates-io/helm-charts (scripts outside of the checksum).
    """
    for item in objects.of_kind("StatefulSet"):
        template = item["spec"]["template"]
        metadata = template.get("metadata")
        if not role(item) or metadata is None:
            continue
        annotations = metadata.get("annotations") or {}
        mounted = [v["configMap"]["name"] for v in template["spec"].get("volumes", ()) if "configMap" in v]
        if mounted and not any("checksum" in key or "hash" in key for key in annotations):
            yield Fault(
                path=(role(item),),
                fact=f"StatefulSet {item['metadata']['name']} mounts {', '.join(mounted)} and has no checksum of it",
                fix="add an annotation to the pod template that changes with the content",
            )


@rule("RM145", Severity.WARNING)
def disruption_budget_blocks_every_drain(objects: Manifests) -> Iterator[Fault]:
    """A PodDisruptionBudget allows no eviction at all.

    `kubectl drain` waits forever, and so does every upgrade of the cluster.

    Bad:
    ```yaml
    kind: PodDisruptionBudget
    metadata: {name: redis}
    spec: {maxUnavailable: 0, selector: {matchLabels: {app: redis}}}
    ```
    Good:
    ```yaml
    kind: PodDisruptionBudget
    metadata: {name: redis}
    spec: {maxUnavailable: 1, selector: {matchLabels: {app: redis}}}
    ```
    Source: Kubernetes docs, disruptions; spotahome/redis-operator#628.
    """
    for budget in objects.of_kind("PodDisruptionBudget"):
        spec = budget["spec"]
        wanted = (spec.get("selector") or {}).get("matchLabels") or {}
        pods = sum(
            item["spec"].get("replicas", 1)
            for item in objects.of_kind("StatefulSet")
            if wanted.items()
            <= ((item["spec"]["template"].get("metadata") or {}).get("labels") or {}).items()
        )
        least = spec.get("minAvailable")
        if (
            spec.get("maxUnavailable") in (0, "0%")
            or least == "100%"
            or (isinstance(least, int) and 0 < pods <= least)
        ):
            yield Fault(
                path=("disruption",),
                fact=f"PodDisruptionBudget {budget['metadata']['name']} lets none of {pods} pods go",
                fix="allow one",
            )
