"""Generated: LimitRanges, pods and claims that a namespace might see, from a seed.

Amounts come from ladders of neighbouring values in many spellings, so that most sit near a bound and many are equal in
amount but not in text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from random import Random

    from deployment import Manifest

Rung = tuple[str, ...]
"""Spellings of one amount."""

_BYTES: tuple[Rung, ...] = (
    ("16Mi", "16777216"),
    ("64Mi", "65536Ki"),
    ("100M", "1e8", "100000k"),
    ("128Mi", "0.125Gi", "134217728"),
    ("200000001",),
    ("256Mi", "262144Ki"),
    ("512Mi", "0.5Gi", "536870912000m"),
    ("1G", "1e9", "1000M"),
    ("1Gi", "1024Mi"),
    ("1.5Gi", "1536Mi"),
    ("4Gi", "4096Mi"),
)
LADDERS: dict[str, tuple[Rung, ...]] = {
    "cpu": (
        ("1m", "0.001", "100u"),
        ("10m", "0.01"),
        ("50m", "0.05", "50000u"),
        ("100m", "0.1", "0.10"),
        ("150m", ".15"),
        ("200m", "0.2", "200e-3"),
        ("333m",),
        ("500m", "0.5", "5e-1"),
        ("1", "1000m", "1.000"),
        ("1500m", "1.5"),
        ("2", "2e0", "+2"),
        ("4", "4000m"),
    ),
    "memory": _BYTES,
    "ephemeral-storage": _BYTES,
    "hugepages-2Mi": (("2Mi", "2048Ki"), ("4Mi", "4194304"), ("8Mi",)),
    "example.com/gpu": (("1",), ("2", "2000m"), ("4",)),
    "storage": (("512Mi",), ("1Gi", "1024Mi"), ("1500M", "1.5G"), ("2Gi",), ("8Gi",), ("10Gi", "10240Mi")),
}
RATIOS: tuple[Rung, ...] = (
    ("1",),
    ("1100m", "1.1"),
    ("1.5", "1500m"),
    ("2",),
    ("3",),
    ("4", "4.0"),
    ("10",),
    ("40",),
)

EXACT = {"hugepages-2Mi", "example.com/gpu"}
"""Resources whose limit must equal the request."""


@dataclass(frozen=True)
class Case:
    """One namespace: what its owner wrote, and what is created in it."""

    limit_ranges: tuple[Manifest, ...]
    pods: tuple[Manifest, ...]
    claims: tuple[Manifest, ...]


def case(random: Random, pods: int = 4, claims: int = 1) -> Case:
    """One namespace with so many pods and claims."""
    names = ("limits",) if random.random() < 0.85 else ("a-limits", "b-limits")
    return Case(
        tuple(_limit_range(random, name) for name in names),
        tuple(generated_pod(random, f"pod-{number}") for number in range(pods)),
        tuple(_claim(random, f"claim-{number}") for number in range(claims)),
    )


def _limit_range(random: Random, name: str) -> Manifest:
    types = [kind for kind in ("Container", "Pod", "PersistentVolumeClaim") if random.random() < 0.6]
    return {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": {"name": name},
        "spec": {"limits": [_item(random, kind) for kind in types or ["Container"]]},
    }


def _item(random: Random, kind: str) -> dict[str, Any]:
    item: dict[str, Any] = {"type": kind}
    if kind == "PersistentVolumeClaim":
        resources = ["storage"]
    else:
        shares = {
            "cpu": 0.8,
            "memory": 0.7,
            "ephemeral-storage": 0.2,
            "hugepages-2Mi": 0.08,
            "example.com/gpu": 0.08,
        }
        resources = [name for name, share in shares.items() if random.random() < share]
    keys = ["min", "defaultRequest", "default", "max"] if kind == "Container" else ["min", "max"]
    for resource in resources:
        taken = [key for key in keys if random.random() < 0.45]
        if resource == "storage":
            taken = taken or ["max"]
        steps = sorted(random.choices(range(len(LADDERS[resource])), k=len(taken)))
        if resource in EXACT and kind == "Container" and random.random() < 0.9:
            steps = [steps[0]] * len(taken) if steps else []
        if random.random() < 0.06:
            # Some owners of a namespace get their LimitRange refused.
            random.shuffle(steps)
        for key, step in zip(taken, steps, strict=True):
            item.setdefault(key, {})[resource] = spelled(random, LADDERS[resource][step])
        if kind != "PersistentVolumeClaim" and resource not in EXACT and random.random() < 0.2:
            item.setdefault("maxLimitRequestRatio", {})[resource] = spelled(random, random.choice(RATIOS))
    return item


def generated_pod(random: Random, name: str) -> Manifest:
    """A pod, of which three in a hundred ask for more than they may use."""
    containers = [_container(random, f"c{number}") for number in range(random.choice((1, 1, 1, 2, 3)))]
    first = [_container(random, f"i{number}") for number in range(random.choice((0, 0, 0, 1, 2)))]
    for container in first:
        if random.random() < 0.5:
            container["restartPolicy"] = "Always"
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"containers": containers, **({"initContainers": first} if first else {})},
    }


RUNTIME_CLASS = {
    "metadata": {"name": "gentle"},
    "handler": "gentle",
    "overhead": {"podFixed": {"cpu": "250m"}},
}
"""A runtime whose overhead every pod of it has."""


def _with_own(random: Random, pod: Manifest) -> Manifest:
    """Some with resources of the pod as a whole, mostly enough for its containers, some with an overhead."""
    spec = dict(pod["spec"])
    if random.random() < 0.15:
        own: dict[str, dict[str, str]] = {}
        for resource in ("cpu", "memory", "hugepages-2Mi"):
            if random.random() < (0.15 if resource in EXACT else 0.7):
                top = len(LADDERS[resource]) - 1
                low, high = sorted(random.choices(range(top // 2, top + 1), k=2))
                for side, step in (("requests", low), ("limits", high)):
                    if random.random() < 0.7:
                        exact = high if resource in EXACT else step
                        own.setdefault(side, {})[resource] = spelled(random, LADDERS[resource][exact])
        spec["resources"] = own
    if random.random() < 0.05:
        spec["runtimeClassName"] = RUNTIME_CLASS["metadata"]["name"]
    return {**pod, "spec": spec}


def _container(random: Random, name: str) -> dict[str, Any]:
    shares = {
        "cpu": 0.8,
        "memory": 0.8,
        "ephemeral-storage": 0.15,
        "hugepages-2Mi": 0.06,
        "example.com/gpu": 0.06,
    }
    resources: dict[str, dict[str, str]] = {}
    for resource in (name for name, share in shares.items() if random.random() < share):
        ladder = LADDERS[resource]
        request = random.randrange(len(ladder))
        limit = (
            request if resource in EXACT else min(request + random.choice((0, 0, 1, 2, 4)), len(ladder) - 1)
        )
        if random.random() < 0.03:
            limit = max(limit - 2, 0)
        both = resource in EXACT or random.random() < 0.6
        sides = ("requests", "limits") if both else (random.choice(("requests", "limits")),)
        for side, step in (("requests", request), ("limits", limit)):
            if side in sides:
                resources.setdefault(side, {})[resource] = spelled(random, ladder[step])
    asked = {each for side in resources.values() for each in side}
    if "hugepages-2Mi" in asked and not asked & {"cpu", "memory"}:
        # Without either, the pod is refused for another reason.
        resources["requests"]["cpu"] = "100m"
    return {"name": name, "image": "redis", **({"resources": resources} if resources else {})}


def _claim(random: Random, name: str) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": spelled(random, random.choice(LADDERS["storage"]))}},
        },
    }


def spelled(random: Random, rung: Rung) -> str:
    """One of the spellings."""
    return random.choice(rung)
