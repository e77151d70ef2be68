"""Admission: how long one pod takes: defaults of the namespace, LimitRange, Pod Security, ResourceQuota.

    python benchmarks/admission.py

The Redis pod of `jewelry-shop` in a namespace with its LimitRange, a quota of fourteen resources and the restricted
level: what `check` decides for every pod. CPU time of this process, so that other work on the machine does not count.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING

from redismanifests.judge.admission.limit_range.limit_range import decide_pod
from redismanifests.judge.admission.pod_security.pod_security import judge
from redismanifests.judge.admission.pod_security.pod_security_labels import policy
from redismanifests.judge.admission.resource_quota.resource_quota import refusals
from redismanifests.judge.admission.resource_quota.resource_quota_charge import pod_charge
from redismanifests.judge.admission.resource_quota.resource_quota_object import read_resource_quotas
from redismanifests.judge.review import review

if TYPE_CHECKING:
    from collections.abc import Callable

REFERENCE = Path(__file__).resolve().parent.parent / "profiles" / "jewelry-shop.yaml"
MINOR = 32
ROUNDS, PODS = 20, 200
BAR_MS = 1.0

COMPUTE = ("cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory")
DISK = ("ephemeral-storage", "requests.ephemeral-storage", "limits.ephemeral-storage")
HARD = dict.fromkeys((*COMPUTE, *DISK), "100Gi") | dict.fromkeys(
    ("pods", "count/pods", "services", "persistentvolumeclaims", "requests.storage"), "100"
)


def per_pod_ms(decide: Callable[[], object]) -> float:
    """CPU milliseconds of one call: the median over rounds of many."""
    rounds = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        for _ in range(PODS):
            decide()
        rounds.append((time.process_time() - begun) / PODS * 1000)
    return statistics.median(rounds)


def main() -> None:
    reviewed = review(REFERENCE)
    limit_ranges = reviewed.demands.limit_ranges
    template = next(
        item.manifest["spec"]["template"]
        for item in reviewed.rendering.objects
        if item.manifest["kind"] == "StatefulSet" and item.manifest["metadata"]["name"] == "redis"
    )
    quotas = read_resource_quotas(
        {"kind": "ResourceQuota", "metadata": {"name": "compute"}, "spec": {"hard": HARD}}, MINOR
    )
    restricted = policy({"pod-security.kubernetes.io/enforce": "restricted"})
    pod = decide_pod(limit_ranges, template["spec"], "redis", MINOR).pod
    parts: dict[str, Callable[[], object]] = {
        "defaults and LimitRange": lambda: decide_pod(limit_ranges, template["spec"], "redis", MINOR),
        "ResourceQuota": lambda: refusals(quotas, pod_charge(pod, template["spec"], MINOR)),
        "Pod Security": lambda: list(judge(template, restricted, MINOR)),
    }
    taken = {name: per_pod_ms(decide) for name, decide in parts.items()}
    for name, ms in {**taken, "one pod, all of it": sum(taken.values())}.items():
        print(f"{name:<24}  {ms:.3f} ms")
    print(f"the bar of {BAR_MS} ms {'holds' if sum(taken.values()) < BAR_MS else 'is missed'}")


if __name__ == "__main__":
    main()
