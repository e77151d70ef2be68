"""Outside: does everything exist that the pods need and that is not rendered: Secrets, classes, nodes, operators?

A started pod had everything that it mounts: this verifies a Secret that may not be read. Other Secrets are verified by
the names of their keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.judge.objects.needs import DEFAULT_CLASS, Need, needs
from redismanifests.prove.checks import asked
from redismanifests.prove.checks.probe import NotVerifiedError, probe
from redismanifests.prove.checks.remedy import Remedy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from redismanifests.core.object import Object
    from redismanifests.prove.checks.look import Look

_NOT_READ = frozenset({""})
"""No key has this name."""
_READABLE = ("StorageClass", "PriorityClass", "CustomResourceDefinition")
_IS_DEFAULT = "storageclass.kubernetes.io/is-default-class"
_AFTER_START = ("PriorityClass",)
"""Kinds that every new pod needs again; a running pod does not prove that they still exist."""


@probe(
    "PB203",
    remedy=Remedy(
        "Provide what is missing; `redismanifests plan PROFILE` lists everything, with the commands.",
        "redismanifests plan PROFILE",
    ),
)
async def what_is_not_rendered_is_there(look: Look) -> AsyncIterator[str]:
    """Everything that the pods need and that is not rendered exists: Secrets with their keys, classes, nodes."""
    waiting = _waiting(look, {each["metadata"]["name"]: each for each in await look.listed("Pod")})
    namespace = next(iter(asked.sets(look.desired).values()))["metadata"].get("namespace", "default")
    for need in needs(look.desired.objects, namespace):
        if need.kind == "Secret" and (keys := await _keys(look, need.name)) is not _NOT_READ:
            if fault := _of_secret(need, keys):
                yield fault
            continue
        if need.kind == "Namespace" or (not waiting and need.kind not in _AFTER_START):
            continue
        if need.kind in _READABLE:
            found = await look.tried(need.kind)
            if found is not None:
                look.note("", f"get {need.kind}", " ".join(each["metadata"]["name"] for each in found))
                if not any(_is(need, each) for each in found):
                    yield f"{need.text} is not there: {need.check}"
        elif need.kind == "Nodes":
            nodes = await look.tried("Node")
            if nodes is not None and not any(_is(need, each) for each in nodes):
                yield f"no node is there {need.name}: {need.check}"
        else:
            look.silent[need.text] = f"{need.text}: not read, and {waiting} has not started: {need.check}"


async def _keys(look: Look, name: str) -> frozenset[str] | None:
    """The names of a Secret's keys; None if it does not exist; `_NOT_READ` if Secrets may not be read."""
    try:
        found = await look.get("Secret", name)
    except NotVerifiedError:
        return _NOT_READ
    keys = None if found is None else frozenset(found.get("data") or {})
    look.note(
        "", f"get Secret {name}, the names of its keys", "none" if keys is None else " ".join(sorted(keys))
    )
    return keys


def _of_secret(need: Need, keys: frozenset[str] | None) -> str:
    if keys is None:
        return f"{need.text} is not there: {need.make or need.check}"
    lacking = [key for key in need.keys if key not in keys]
    return f"Secret {need.name} has no key {', '.join(lacking)}: {need.check}" if lacking else ""


def _waiting(look: Look, live: Mapping[str, Object]) -> str:
    """The first pod without a started container; empty if there is none."""
    for pod in asked.pods(look.desired):
        status: Object = live.get(pod, {}).get("status") or {}
        states = [
            each.get("state") or {}
            for key in ("initContainerStatuses", "containerStatuses")
            for each in status.get(key) or ()
        ]
        if not any("running" in state or "terminated" in state for state in states):
            look.note(pod, "containerStatuses", f"none of {len(states)} containers has started")
            return pod
    look.note("", "containerStatuses", "every pod has started: what it mounts was there")
    return ""


def _is(need: Need, item: Object) -> bool:
    metadata = item["metadata"]
    if need.kind == "StorageClass" and need.name == DEFAULT_CLASS:
        return bool((metadata.get("annotations") or {}).get(_IS_DEFAULT) == "true")
    if need.kind == "Nodes":
        labels = metadata.get("labels") or {}
        wanted = (pair.partition("=") for pair in need.keys[0].split(","))
        return all(labels.get(key) == value for key, _, value in wanted)
    return bool(metadata["name"] == need.name)
