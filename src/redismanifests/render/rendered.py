"""Rendered: what rendering gives, as values; who only looks at them needs no templates.

Pods are made by StatefulSets and by the Jobs of CronJobs; whatever judges pods asks here for their template.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from redismanifests.core.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redismanifests.core.object import Manifest, Object

_TEMPLATES = {"StatefulSet": ("template",), "CronJob": ("jobTemplate", "spec", "template")}
"""Where the template of the pods is below `spec`, by the kind of the object that makes them."""


class RenderedObject(NamedTuple):
    """One Kubernetes object: its file name, and its parsed value."""

    file: str
    manifest: Manifest


class Rendering(NamedTuple):
    """All files, in the order in which `kubectl apply -f` reads them, and the objects in them."""

    files: Mapping[str, bytes]
    objects: tuple[RenderedObject, ...]
    bare: Mapping[str, str] = MappingProxyType({})
    """Files with every key that they have, and "" in the place of what a ConfigMap holds."""


def makes_pods(manifest: Object) -> bool:
    """Whether an object makes pods."""
    return manifest.get("kind") in _TEMPLATES


def pod_template(manifest: Object) -> Any:
    """The template of the pods that an object makes: ``metadata`` and ``spec``."""
    found: Any = manifest["spec"]
    for key in _TEMPLATES[manifest["kind"]]:
        found = found[key]
    return found


def with_pod_template(manifest: Object, template: Object) -> Object:
    """``manifest`` with another template."""
    return _with(manifest, ("spec", *_TEMPLATES[manifest["kind"]]), template)


def _with(owner: Object, path: tuple[str, ...], value: object) -> Object:
    name, *rest = path
    return {**owner, name: _with(owner[name], tuple(rest), value) if rest else value}
