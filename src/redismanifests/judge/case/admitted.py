"""Namespace defaults: the profile as its pods are admitted, with what the LimitRanges set where it says nothing.

A rule that judged only what is written would pass a limit that a LimitRange puts on every container. Out of scope: what
the namespace refuses (namespace_limits.py).
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from redismanifests.core.feature import Default
from redismanifests.core.named import NamedTuple
from redismanifests.core.setting import with_value
from redismanifests.core.values.quantity import Quantity
from redismanifests.judge.admission.limit_range.limit_range import WRITTEN, decide_pod
from redismanifests.judge.admission.pod import SIDES
from redismanifests.judge.case.section import SECTIONS
from redismanifests.render.rendered import makes_pods, pod_template, with_pod_template

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from redismanifests.core.findings import Path
    from redismanifests.core.object import Object
    from redismanifests.core.values.limit_range import LimitRange
    from redismanifests.judge.admission.verdict import Decision
    from redismanifests.profile.model import Profile
    from redismanifests.render.rendered import Rendering

RESOURCES = ("cpu", "memory", "ephemeral-storage")
"""What a profile can say of a container."""


class Admitted(NamedTuple):
    """A deployment as its namespace makes it."""

    profile: Profile
    """With every amount that the namespace sets."""
    defaults: Mapping[Path, Default]
    """By the setting that would get them, whether it is written or not."""
    manifests: tuple[Object, ...]
    """The rendered objects, with every amount that the namespace sets."""
    filled: Mapping[Path, Quantity]
    """What the namespace sets, by the setting that has no value."""
    decisions: Mapping[int, Decision]
    """What its LimitRanges decide of the pods of each object that makes some, by the object's number."""


def admitted(profile: Profile, rendering: Rendering, limit_ranges: Sequence[LimitRange]) -> Admitted:
    """``profile`` and what was rendered from it, after the defaults of ``limit_ranges``."""
    manifests = tuple(item.manifest for item in rendering.objects)
    if not limit_ranges:
        return Admitted(profile, {}, manifests, {}, {})
    minor = int(profile.kubernetes_version.partition(".")[2])
    decisions = {
        number: decide_pod(limit_ranges, pod_template(each)["spec"], each["metadata"]["name"], minor)
        for number, each in enumerate(manifests)
        if makes_pods(each)
    }
    stored = tuple(
        _filled(each, decisions[number]) if number in decisions else each
        for number, each in enumerate(manifests)
    )
    filled = {
        path: amount
        for manifest in stored
        for path, amount in _amounts(manifest)
        if _value(profile, path) is None
    }
    for path, amount in filled.items():
        profile = with_value(profile, _attributes(path), amount)
    return Admitted(profile, dict(_defaults(limit_ranges)), stored, filled, decisions)


def _filled(manifest: Object, decision: Decision) -> Object:
    """An object that makes pods, with the requests and limits that they get."""
    template = pod_template(manifest)
    spec = template["spec"]
    lists = {key: list(spec[key]) for key in ("containers", "initContainers") if spec.get(key)}
    for container in decision.pod.containers:
        key, index = str(container.path[0]), int(container.path[1])
        before = lists[key][index]
        resources = dict(before.get("resources") or {})
        for (side, resource), origin in container.origins.items():
            if origin != WRITTEN:
                amount = container.amounts(side)[resource]
                resources[side] = {**(resources.get(side) or {}), resource: str(amount)}
        lists[key][index] = {**before, "resources": resources}
    return with_pod_template(manifest, {**template, "spec": {**spec, **lists}})


def _amounts(manifest: Object) -> Iterator[tuple[Path, Quantity]]:
    """What the containers of an object's pods get, by the setting of the profile."""
    if not makes_pods(manifest):
        return
    spec = pod_template(manifest)["spec"]
    for container in (*spec.get("initContainers", ()), *spec["containers"]):
        if container["name"] not in SECTIONS:
            continue
        section = SECTIONS[container["name"]]
        for side in SIDES:
            for resource, amount in (container["resources"].get(side) or {}).items():
                if resource in RESOURCES:
                    yield (*section, "resources", side, resource), Quantity.parse(amount)


def _value(profile: Profile, path: Path) -> object:
    return functools.reduce(getattr, _attributes(path), profile)


def _attributes(path: Path) -> tuple[str, ...]:
    return tuple(str(step).replace("-", "_") for step in path)


def _defaults(limit_ranges: Sequence[LimitRange]) -> Iterator[tuple[Path, Default]]:
    """The first of ``limit_ranges`` wins, as in `decide_pod`; so the last is yielded first."""
    items = [(each, item) for each in limit_ranges for item in each.items if item.type == "Container"]
    most = {
        resource: min((i.max[resource], each.name) for each, i in items if resource in i.max)
        for resource in {resource for _, item in items for resource in item.max}
    }
    for each, item in reversed(items):
        for side, amounts in (("requests", item.default_request), ("limits", item.default)):
            for resource, amount in amounts.items():
                for section in set(SECTIONS.values()):
                    path = (*section, "resources", side, resource)
                    yield path, Default(each.name, amount, *(most.get(resource) or (None, "")))
