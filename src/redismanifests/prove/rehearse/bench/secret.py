"""Secret: replacements of the Secrets that the rendered objects refer to and do not contain.

Why: passwords come from a Secret that only the cluster has, and pods that wait for it would rehearse nothing. Which
keys are needed is read from the volumes and variables of the rendered pods. Every password says by its beginning that
it is of a rehearsal, so that a search of everything that is left behind finds one that came out.
"""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.bench import certificate
from redismanifests.prove.toycluster.objects import Objects
from redismanifests.prove.toycluster.pods.environment import data_of
from redismanifests.render.rendered import makes_pods, pod_template

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from redismanifests.core.object import Object

MARK = "rehearsed-"
"""How every password made here begins."""
STAND_IN = "rehearsal/stand-in"
"""Annotation of what was made here."""


def password() -> str:
    """A random value that is recognized in any output."""
    return MARK + secrets.token_hex(16)


def missing(objects: Objects) -> dict[str, tuple[str, ...]]:
    """Name of each Secret that pods refer to and no one rendered -> the keys without which they would not start."""
    found: dict[str, dict[str, None]] = {}
    for name, keys in _needed(objects):
        if not objects.named("Secret", name):
            found.setdefault(name, {}).update(dict.fromkeys(keys))
    return {name: tuple(keys) for name, keys in found.items()}


def with_stand_ins(objects: Objects) -> Objects:
    """The same objects, and a Secret for each that is missing."""
    made = tuple(
        secret(name, objects.namespace, _values(objects, name, keys))
        for name, keys in missing(objects).items()
    )
    return Objects((*objects.items, *made), objects.namespace)


def changing(objects: Objects, ending: str) -> dict[str, tuple[str, ...]]:
    """Name of each Secret of which pods also mount optional keys called KEY``ending`` -> these keys."""
    found: dict[str, dict[str, None]] = {}
    for item in objects.of_kind("StatefulSet"):
        for volume in item["spec"]["template"]["spec"].get("volumes", ()):
            for source in (volume.get("projected") or {}).get("sources", ()):
                optional = source.get("secret", {})
                keys = [each["key"] for each in optional.get("items", ()) if each["key"].endswith(ending)]
                if optional.get("optional") and keys:
                    found.setdefault(optional["name"], {}).update(
                        dict.fromkeys(key.removesuffix(ending) for key in keys)
                    )
    return {name: tuple(keys) for name, keys in found.items()}


def values_of(objects: Objects, name: str) -> dict[str, bytes]:
    """What a Secret holds."""
    return data_of(objects, "Secret", name)


def secret(name: str, namespace: str, values: Mapping[str, bytes]) -> Object:
    """A Secret of the rehearsal's own, with these values."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": namespace, "annotations": {STAND_IN: "true"}},
        "data": {key: base64.b64encode(value).decode() for key, value in values.items()},
    }


def _values(objects: Objects, name: str, keys: tuple[str, ...]) -> dict[str, bytes]:
    if set(certificate.KEYS) <= set(keys):
        return certificate.authority(0).issue(certificate.names_for(objects, name))
    return {key: password().encode() for key in keys}


def _needed(objects: Objects) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every Secret that a pod refers to, with keys that it needs; what is optional may be missing."""
    for item in objects.items:
        if not makes_pods(item):
            continue
        spec = pod_template(item)["spec"]
        for volume in spec.get("volumes", ()):
            if "secret" in volume:
                yield from _source(volume["secret"], "secretName")
            for source in (volume.get("projected") or {}).get("sources", ()):
                if "secret" in source:
                    yield from _source(source["secret"], "name")
        for container in (*spec.get("initContainers", ()), *spec["containers"]):
            yield from _variables(container)


def _source(source: Object, name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    if not source.get("optional"):
        yield source[name], tuple(item["key"] for item in source.get("items") or ())


def _variables(container: Object) -> Iterator[tuple[str, tuple[str, ...]]]:
    for variable in container.get("env", ()):
        reference = (variable.get("valueFrom") or {}).get("secretKeyRef")
        if reference and not reference.get("optional"):
            yield reference["name"], (reference["key"],)
    for source in container.get("envFrom", ()):
        if "secretRef" in source and not source["secretRef"].get("optional"):
            yield source["secretRef"]["name"], ()
