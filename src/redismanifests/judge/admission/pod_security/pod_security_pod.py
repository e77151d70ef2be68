"""Pod Security pod: a pod as input of the controls, and the words of their messages.

All controls use these functions, so that each control contains only its own condition. Sources:
visitor.go and helpers.go in k8s.io/pod-security-admission policy/; applyAppArmorVersionSkew in
pkg/registry/core/pod/strategy.go.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from redismanifests.core.named import NamedTuple

if TYPE_CHECKING:
    from redismanifests.core.findings import Path
    from redismanifests.core.object import Object

APP_ARMOR_ANNOTATION = "container.apparmor.security.beta.kubernetes.io/"
APP_ARMOR_FIELD_MINOR = 30
"""From Kubernetes 1.30 on the API server copies the annotation into the field before admission."""
APP_ARMOR_FIELD_ONLY_MINOR = 34
"""Until then it copied the field into the annotation as well (kubernetes#131989)."""

PROC_MOUNT_MINOR = 33
"""Before Kubernetes 1.33 the API server drops procMount (the feature gate ProcMountType is off)."""


class Bearer(NamedTuple):
    """An owner of a securityContext: the pod (without a name), or one of its containers."""

    name: str
    path: Path
    """From the root of the pod: ``("spec", "containers", 0)``."""
    written: Object

    def security(self, *keys: str) -> Any:
        """The value in its securityContext at ``keys``; None if not set."""
        return self.at("securityContext", *keys)

    def at(self, *keys: str) -> Any:
        """The value at ``keys``; None if not set."""
        value: Any = self.written
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        return value


class Pod(NamedTuple):
    """A pod, or the template of one."""

    annotations: Mapping[str, str]
    own: Bearer
    containers: tuple[Bearer, ...]
    """Init containers first, as the controls visit them."""
    volumes: tuple[Object, ...]

    @property
    def bearers(self) -> tuple[Bearer, ...]:
        """The pod and its containers."""
        return (self.own, *self.containers)

    @property
    def is_windows(self) -> bool:
        """Whether its OS is set to Windows."""
        return bool(self.own.at("os", "name") == "windows")

    @property
    def has_own_users(self) -> bool:
        """Whether it runs in a user namespace, where root is not the node's."""
        return self.own.at("hostUsers") is False


class Offence(NamedTuple):
    """One violated control."""

    reason: str
    """As the API server names it."""
    detail: str
    """Its detail about this pod."""
    places: tuple[Path, ...]
    """Paths of wrong or missing fields, from the root of the pod."""


def read_pod(template: Object, minor: int) -> Pod:
    """The pod of a parsed manifest, as Kubernetes 1.``minor`` shows it to its admission plugins."""
    spec = template.get("spec") or {}
    annotations = dict((template.get("metadata") or {}).get("annotations") or {})
    containers = tuple(
        Bearer(str(each.get("name") or ""), ("spec", key, index), each)
        for key in ("initContainers", "containers", "ephemeralContainers")
        for index, each in enumerate(spec.get(key) or ())
    )
    pod = Pod(annotations, Bearer("", ("spec",), spec), containers, tuple(spec.get("volumes") or ()))
    if minor < PROC_MOUNT_MINOR:
        containers = tuple(_without_proc_mount(each) for each in containers)
        pod = pod._replace(containers=containers)
    if pod.is_windows or minor < APP_ARMOR_FIELD_MINOR:
        return pod
    if minor < APP_ARMOR_FIELD_ONLY_MINOR:
        annotations |= _app_armor_annotations(pod)
    return pod._replace(containers=tuple(_with_app_armor(pod, each) for each in containers))


def _without_proc_mount(container: Bearer) -> Bearer:
    if container.security("procMount") is None:
        return container
    security = {key: value for key, value in container.security().items() if key != "procMount"}
    return container._replace(written={**container.written, "securityContext": security})


def _app_armor_annotations(pod: Pod) -> dict[str, str]:
    """Annotations for the fields, if the annotations are not set."""
    found: dict[str, str] = {}
    for container in pod.containers:
        profile = container.security("appArmorProfile") or pod.own.security("appArmorProfile") or {}
        values = {
            "Unconfined": "unconfined",
            "RuntimeDefault": "runtime/default",
            "Localhost": f"localhost/{profile.get('localhostProfile')}",
        }
        key = APP_ARMOR_ANNOTATION + container.name
        if key not in pod.annotations and profile.get("type") in values:
            found[key] = values[profile["type"]]
    return found


def _with_app_armor(pod: Pod, container: Bearer) -> Bearer:
    """A copy with the value of the annotation, if the field is not set."""
    annotated = pod.annotations.get(APP_ARMOR_ANNOTATION + container.name)
    if annotated != "unconfined" or container.security("appArmorProfile") is not None:
        return container
    if pod.own.security("appArmorProfile", "type") == "Unconfined":
        return container
    security = {**(container.security() or {}), "appArmorProfile": {"type": "Unconfined"}}
    return container._replace(written={**container.written, "securityContext": security})


def setting(bearers: Iterable[Bearer], keys: tuple[str, ...], bad: Callable[[Any], bool]) -> list[Bearer]:
    """Those that set ``keys`` of their securityContext to something ``bad``."""
    return [each for each in bearers if (value := each.security(*keys)) is not None and bad(value)]


def places(bearers: Iterable[Bearer], *keys: str) -> tuple[Path, ...]:
    """Paths of ``keys`` of their securityContext, set or not."""
    return tuple((*each.path, "securityContext", *keys) for each in bearers)


def who(bearers: Iterable[Bearer]) -> str:
    """``pod and containers "a", "b"``."""
    everyone = list(bearers)
    named = [each.name for each in everyone if each.path != ("spec",)]
    pod = ["pod"] if len(named) < len(everyone) else []
    return " and ".join([*pod, *([f"{plural('container', named)} {quoted(named)}"] if named else [])])


def quoted(texts: Iterable[str]) -> str:
    """``"a", "b"``, the texts as they are."""
    return ", ".join(f'"{text}"' for text in texts)


def plural(word: str, things: Iterable[object]) -> str:
    """``word``, with an s unless there is exactly one."""
    return word if sum(1 for _ in things) == 1 else f"{word}s"


def assignments(annotations: Mapping[str, str], keys: Iterable[str]) -> list[str]:
    """``key="value"`` of each of ``keys``, sorted."""
    return sorted(f"{key}={json.dumps(annotations[key], ensure_ascii=False)}" for key in keys)


def annotation_places(keys: Iterable[str]) -> tuple[Path, ...]:
    """Paths of annotations."""
    return tuple(("metadata", "annotations", key) for key in keys)


def handlers(container: Bearer) -> Iterator[tuple[Path, Object]]:
    """Every HTTP request and TCP connection that the kubelet makes for a container, with its place."""
    named = [("livenessProbe",), ("readinessProbe",), ("startupProbe",)]
    for keys in (*named, ("lifecycle", "postStart"), ("lifecycle", "preStop")):
        for action in ("httpGet", "tcpSocket"):
            found = container.at(*keys, action)
            if isinstance(found, Mapping):
                yield (*container.path, *keys, action), found
