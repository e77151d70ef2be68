"""Overlay: do the scripts still describe the objects, after something else has changed them?

kustomize, Argo CD and Flux change what was rendered on its way to the cluster: names, namespaces, numbers of pods,
labels. The scripts' settings (settings.sh in the ConfigMap) are text to them and stay as they were. Each rule names the
transformer that does it. Only sets with settings of this project are judged.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity
from redismanifests.core.named import NamedTuple
from redismanifests.core.pattern import pattern
from redismanifests.core.quoting.checksum import checksum
from redismanifests.judge.objects.objects import once, role

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from redismanifests.core.object import Object
    from redismanifests.judge.objects.objects import Manifests

SETTINGS = "settings.sh"
CHECKSUM = "checksum/config"
_ASSIGNMENT = pattern(r"^([A-Z_]+)=('[^'\n]*'|[^'\s]*)", re.MULTILINE)
_OWN_SELECTOR = ("app", "app.kubernetes.io/instance")
"""Keys of a rendered selector (templates/pod/selector.yaml.j2); a rendered claim template has no labels."""


class _Set(NamedTuple):
    """A StatefulSet with the settings that its scripts read."""

    item: Object
    role: str
    settings: Mapping[str, str]

    @property
    def name(self) -> str:
        return str(self.item["metadata"]["name"])

    @property
    def replicas(self) -> int:
        return int(self.item["spec"].get("replicas", 1))

    @property
    def listed(self) -> list[str]:
        """The pods that the scripts know, by ordinal."""
        return self.settings.get(f"{self.role.upper()}_PODS", "").split()

    @property
    def rendered_name(self) -> str:
        """The name that the set had when its settings were rendered."""
        return self.listed[0].rpartition("-")[0]


def _sets(objects: Manifests) -> Iterator[_Set]:
    for item in objects.of_kind("StatefulSet"):
        text = dict(objects.texts(item)).get(SETTINGS)
        if text is not None:
            found = _Set(item, role(item), settings(text))
            if found.listed:
                yield found


@once
def settings(text: str) -> Mapping[str, str]:
    """The assignments of a settings.sh; lines that assign nothing are passed over."""
    return MappingProxyType({name: value.strip("'") for name, value in _ASSIGNMENT.findall(text)})


@rule("RM250", Severity.ERROR)
def namespace_changed_after_rendering(objects: Manifests) -> Iterator[Fault]:
    """The objects are in one namespace, and their scripts name the members of another.

    A transformer (`namespace:` of kustomize) moves objects and leaves the scripts alone: addresses by name, the name of
    the master and the ids of the Sentinels stay those of the first namespace. Where both deployments exist, the second
    could watch, and promote, pods of the first; the pods refuse to start instead.

    Bad:
    ```yaml
    kind: ConfigMap
    metadata: {name: redis-config, namespace: staging}
    data: {settings.sh: "NAMESPACE=shop\\nREDIS_PODS='redis-0'"}
    ---
    kind: StatefulSet
    metadata: {name: redis, namespace: staging}
    spec:
      template:
        spec:
          volumes: [{name: config, configMap: {name: redis-config}}]
          containers:
            - name: redis
              ports: [{containerPort: 6379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ```
    Good:
    ```yaml
    kind: ConfigMap
    metadata: {name: redis-config, namespace: staging}
    data: {settings.sh: "NAMESPACE=staging\\nREDIS_PODS='redis-0'"}
    ---
    kind: StatefulSet
    metadata: {name: redis, namespace: staging}
    spec:
      template:
        spec:
          volumes: [{name: config, configMap: {name: redis-config}}]
          containers:
            - name: redis
              ports: [{containerPort: 6379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ```
    Source: kustomize, transformer `namespace`; tried with versions 5.5 and 5.8 (docs/gitops.md).
    """
    for found in _sets(objects):
        here, known = found.item["metadata"].get("namespace"), found.settings.get("NAMESPACE")
        if here is not None and known is not None and here != known:
            yield Fault(
                path=(found.role,),
                fact=f"StatefulSet {found.name} is in namespace {here}, and its scripts name the members in {known}"
                " (kustomize: namespace)",
                fix=f"render a profile with namespace: {here} for it, and remove `namespace` from the overlay",
            )


@rule("RM251", Severity.ERROR)
def pods_renamed_after_rendering(objects: Manifests) -> Iterator[Fault]:
    """The StatefulSet has another name than its scripts and the Services of its pods know.

    `namePrefix` and `nameSuffix` of kustomize rename the set and so its pods. The scripts find their own name in no
    list and exit, and the Service of each pod selects a pod that does not exist.

    Bad:
    ```yaml
    kind: ConfigMap
    metadata: {name: blue-redis-config}
    data: {settings.sh: "REDIS_PODS='redis-0'"}
    ---
    kind: StatefulSet
    metadata: {name: blue-redis}
    spec:
      template:
        spec:
          volumes: [{name: config, configMap: {name: blue-redis-config}}]
          containers:
            - name: redis
              ports: [{containerPort: 6379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ```
    Good:
    ```yaml
    kind: ConfigMap
    metadata: {name: blue-redis-config}
    data: {settings.sh: "REDIS_PODS='blue-redis-0'"}
    ---
    kind: StatefulSet
    metadata: {name: blue-redis}
    spec:
      template:
        spec:
          volumes: [{name: config, configMap: {name: blue-redis-config}}]
          containers:
            - name: redis
              ports: [{containerPort: 6379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ```
    Source: kustomize, transformers `namePrefix` and `nameSuffix`; tried with versions 5.5 and 5.8 (docs/gitops.md).
    """
    for found in _sets(objects):
        if found.name != found.rendered_name:
            yield Fault(
                path=(found.role,),
                fact=f"StatefulSet {found.name} was rendered as {found.rendered_name}, and its pods find their own "
                "names in no list (kustomize: namePrefix, nameSuffix)",
                fix="set the name in the profile, and remove the prefix or suffix from the overlay",
            )


@rule("RM252", Severity.ERROR)
def pods_scaled_after_rendering(objects: Manifests) -> Iterator[Fault]:
    """The StatefulSet has another number of pods than its scripts know.

    A pod past the list never starts: it has no Service of its own, and no member knows it. A missing one is counted as
    a member that is away, in every vote and every start. Zero is allowed: that is how a deployment is stopped.

    Bad:
    ```yaml
    kind: ConfigMap
    metadata: {name: sentinel-config}
    data: {settings.sh: "SENTINEL_PODS='sentinel-0 sentinel-1 sentinel-2'"}
    ---
    kind: StatefulSet
    metadata: {name: sentinel}
    spec:
      replicas: 5
      podManagementPolicy: Parallel
      template:
        spec:
          volumes: [{name: config, configMap: {name: sentinel-config}}]
          containers:
            - name: sentinel
              ports: [{containerPort: 26379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ```
    Good:
    ```yaml
    kind: ConfigMap
    metadata: {name: sentinel-config}
    data: {settings.sh: "SENTINEL_PODS='sentinel-0 sentinel-1 sentinel-2'"}
    ---
    kind: StatefulSet
    metadata: {name: sentinel}
    spec:
      replicas: 3
      podManagementPolicy: Parallel
      template:
        spec:
          volumes: [{name: config, configMap: {name: sentinel-config}}]
          containers:
            - name: sentinel
              ports: [{containerPort: 26379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ```
    Source: kustomize, field `replicas`; `kubectl scale`; tried with versions 5.5 and 5.8 (docs/gitops.md).
    """
    for found in _sets(objects):
        if found.replicas not in (0, len(found.listed)):
            yield Fault(
                path=(found.role,),
                fact=f"StatefulSet {found.name} has {found.replicas} pods, and its scripts know {len(found.listed)}"
                " (kustomize: replicas)",
                fix=f"set {found.role}.replicas: {found.replicas} in the profile, and remove it from the overlay",
            )


@rule("RM253", Severity.WARNING)
def configuration_changed_after_rendering(objects: Manifests) -> Iterator[Fault]:
    """The configuration is not the one that the checksum in the pod template was made of.

    The checksum rolls the pods when their configuration changes. A change by an overlay (a patch, `configMapGenerator`
    with `behavior: merge`) leaves it as it was: scripts and probes change at once in running pods, settings at the next
    restart of each, whenever that is.

    Bad:
    ```yaml
    kind: ConfigMap
    metadata: {name: redis-config}
    data: {settings.sh: "REDIS_PODS='redis-0'"}
    ---
    kind: StatefulSet
    metadata: {name: redis}
    spec:
      template:
        metadata: {annotations: {checksum/config: 5b2c}}
        spec:
          volumes: [{name: config, configMap: {name: redis-config}}]
          containers:
            - name: redis
              ports: [{containerPort: 6379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ```
    Good:
    ```yaml
    kind: ConfigMap
    metadata: {name: redis-config}
    data: {settings.sh: "REDIS_PODS='redis-0'"}
    ---
    kind: StatefulSet
    metadata: {name: redis}
    spec:
      template:
        metadata:
          annotations: {checksum/config: 871d1e07f152cf54956c25f3a61182fddf6654463bf5bb2c83ed1b1217a7ddda}
        spec:
          volumes: [{name: config, configMap: {name: redis-config}}]
          containers:
            - name: redis
              ports: [{containerPort: 6379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ```
    Source: kustomize, `configMapGenerator` with `behavior: merge`; tried with versions 5.5 and 5.8 (docs/gitops.md).
    """
    for found in _sets(objects):
        annotations = (found.item["spec"]["template"].get("metadata") or {}).get("annotations") or {}
        noted = annotations.get(CHECKSUM)
        if noted is not None and noted != checksum(dict(objects.texts(found.item))):
            yield Fault(
                path=(found.role,),
                fact=f"StatefulSet {found.name}: {CHECKSUM} was made of another configuration than its ConfigMap holds"
                " (a patch, or kustomize: configMapGenerator with behavior: merge)",
                fix="change the setting in the profile (redis.extraConfig, sentinel.extraConfig), and render again",
            )


@rule("RM254", Severity.WARNING)
def immutable_labels_added_after_rendering(objects: Manifests) -> Iterator[Fault]:
    """A selector or a claim template has labels that were not rendered.

    Both are immutable. On a running deployment the API server refuses the update, and with it every later one.
    Versions of kustomize differ in what `includeTemplates` does to claim templates, so an upgrade of kubectl, Argo CD
    or Flux can be such a change, too.

    Bad:
    ```yaml
    kind: ConfigMap
    metadata: {name: redis-config}
    data: {settings.sh: "REDIS_PODS='redis-0'"}
    ---
    kind: StatefulSet
    metadata: {name: redis}
    spec:
      selector: {matchLabels: {app: redis, app.kubernetes.io/instance: redis, team: shop}}
      template:
        spec:
          volumes: [{name: config, configMap: {name: redis-config}}]
          containers:
            - name: redis
              ports: [{containerPort: 6379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ```
    Good:
    ```yaml
    kind: ConfigMap
    metadata: {name: redis-config}
    data: {settings.sh: "REDIS_PODS='redis-0'"}
    ---
    kind: StatefulSet
    metadata: {name: redis}
    spec:
      selector: {matchLabels: {app: redis, app.kubernetes.io/instance: redis}}
      template:
        spec:
          volumes: [{name: config, configMap: {name: redis-config}}]
          containers:
            - name: redis
              ports: [{containerPort: 6379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ```
    Source: kubernetes-sigs/kustomize#5389 and #5831; tried with versions 5.5 and 5.8 (docs/gitops.md).
    """
    for found in _sets(objects):
        for place, labels in _immutable(found.item["spec"]):
            if labels:
                yield Fault(
                    path=(found.role,),
                    fact=f"StatefulSet {found.name}: its {place} has {', '.join(labels)}, which was not rendered"
                    " (kustomize: commonLabels, labels)",
                    fix="use `labels` without includeSelectors and includeTemplates, or pods.labels in the profile",
                )


def _immutable(spec: Object) -> Iterator[tuple[str, list[str]]]:
    wanted = (spec.get("selector") or {}).get("matchLabels") or {}
    yield "selector", sorted(key for key in wanted if key not in _OWN_SELECTOR)
    for claim in spec.get("volumeClaimTemplates", ()):
        yield "claim template", sorted(claim["metadata"].get("labels") or ())
