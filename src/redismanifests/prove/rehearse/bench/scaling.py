"""Scaling: rendered objects for another number of pods, as the same profile with other replicas would give them.

Why: a rehearsal has objects and no profile, and an operator scales by another rendering. Every place that knows the
number is changed here: both lists of members, votes, Services of single pods, replicas, the marks that roll pods; a
test compares the result with a real rendering. A computed maxmemory stays as it is: the profile would take 2 MiB off
for each further Sentinel, of which the fence of every Redis hears.
"""

from __future__ import annotations

import copy
import hashlib
import re
import shlex
from typing import TYPE_CHECKING

from redismanifests.profile.derived.members import member_id
from redismanifests.profile.formulas.votes import majority, sentinels_to_lose
from redismanifests.prove.checks.desired import Desired
from redismanifests.prove.toycluster.objects import Objects

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redismanifests.core.object import Manifest, Object
    from redismanifests.prove.checks.workload import Workload

_SETTINGS = "settings.sh"
_CHECKSUM = "checksum/"
_POD_NAME = "statefulset.kubernetes.io/pod-name"


def cannot_be_scaled(objects: Objects) -> str:
    """Why objects cannot be given other replicas here, empty where they can."""
    settings = Desired.of(objects.items).settings
    if not {"REDIS_PODS", "SENTINEL_PODS", "NAMESPACE", "NAME"} <= settings.keys():
        return "no settings.sh of the objects lists the members"
    if "--tls" in settings.get("CLI", "").split():
        return "the certificate names each member, and another one would have to come first"
    return ""


def scaled(objects: Objects, *, redis: int, sentinels: int) -> Objects:
    """The same objects with so many Redis and Sentinel pods; raises KeyError where ``cannot_be_scaled``."""
    desired = Desired.of(objects.items)
    settings = _settings(desired, redis, sentinels)
    numbers = {desired.redis.name: redis, desired.sentinel.name: sentinels}
    changed: list[Object] = []
    for item in objects.items:
        pod = _pod_of(item)
        if item["kind"] == "ConfigMap" and _SETTINGS in (item.get("data") or {}):
            changed.append(_with_settings(item, settings))
        elif item["kind"] == "StatefulSet" and item["metadata"]["name"] in numbers:
            changed.append(_with_replicas(item, numbers[item["metadata"]["name"]], repr(numbers)))
        elif item["kind"] == "PodDisruptionBudget" and item["metadata"]["name"] == desired.sentinel.name:
            losable = sentinels_to_lose(sentinels, majority(sentinels))
            changed.append({**item, "spec": {**item["spec"], "maxUnavailable": losable}})
        elif pod:
            name, _, ordinal = pod.rpartition("-")
            if ordinal == "0":
                changed += [_for_pod(item, pod, f"{name}-{number}") for number in range(numbers[name])]
        else:
            changed.append(item)
    return Objects(tuple(changed), objects.namespace)


def _pod_of(item: Object) -> str:
    """The pod whose own Service this is; empty for everything else."""
    selector = item["spec"].get("selector") or {} if item["kind"] == "Service" else {}
    return str(selector.get(_POD_NAME, ""))


def _settings(desired: Desired, redis: int, sentinels: int) -> dict[str, str]:
    known = desired.settings
    instance = (known["NAMESPACE"], known["NAME"])
    lists = {}
    for prefix, workload, number in (
        ("REDIS", desired.redis, redis),
        ("SENTINEL", desired.sentinel, sentinels),
    ):
        pods = _pods(workload, number)
        domain = known[f"{prefix}_HOSTS"].split()[0].partition(".")[2]
        lists[f"{prefix}_PODS"] = " ".join(pods)
        lists[f"{prefix}_HOSTS"] = " ".join(f"{pod}.{domain}" for pod in pods)
    pods = _pods(desired.sentinel, sentinels)
    lists["SENTINEL_IDS"] = " ".join(member_id(*instance, pod) for pod in pods)
    lists["QUORUM"] = str(majority(sentinels))
    return lists


def _pods(workload: Workload, number: int) -> list[str]:
    return [f"{workload.name}-{ordinal}" for ordinal in range(number)]


def _with_settings(item: Object, settings: Mapping[str, str]) -> Object:
    text = item["data"][_SETTINGS]
    for name, value in settings.items():
        text = re.sub(rf"^{name}=.*$", f"{name}={_quoted(value)}", text, flags=re.MULTILINE)
    return {**item, "data": {**item["data"], _SETTINGS: text}}


def _quoted(value: str) -> str:
    quoted = shlex.quote(value)
    return quoted if quoted.startswith("'") else f"'{quoted}'"


def _with_replicas(item: Object, number: int, change: str) -> Object:
    marked: Manifest = copy.deepcopy(dict(item))
    marked["spec"]["replicas"] = number
    annotations = marked["spec"]["template"]["metadata"].get("annotations") or {}
    for name, value in annotations.items():
        if name.startswith(_CHECKSUM):
            annotations[name] = hashlib.sha256(f"{value}{change}".encode()).hexdigest()
    return marked


def _for_pod(item: Object, old: str, new: str) -> Object:
    own: Manifest = copy.deepcopy(dict(item))
    own["metadata"]["name"] = own["metadata"]["name"].replace(old, new)
    own["spec"]["selector"][_POD_NAME] = new
    return own
