"""Resource quota charge: what one object costs the quotas of its namespace.

Sources: Usage of the evaluators in pkg/quota/v1/evaluator/core (pods.go, services.go, persistent_volume_claims.go) and
of the object count evaluator in apiserver's pkg/quota/v1/generic; PodRequests and PodLimits in component-helpers;
ComputePodQOS in pkg/apis/core/v1/helper/qos.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.core.values.quantity import NANO, Quantity
from redismanifests.judge.admission.manifest import Amounts, ManifestError, Problem, amounts, mapping
from redismanifests.judge.admission.pod import HUGE_PAGES
from redismanifests.judge.admission.resource_quota.resource_quota_name import (
    CLAIMS,
    CLASS_SUFFIX,
    COMPUTE,
    COUNTED,
    PODS,
    SERVICES,
    count_name,
    is_extended,
    plural_of,
)
from redismanifests.judge.admission.resource_quota.resource_quota_scope import (
    ATTRIBUTES_CLASS,
    ATTRIBUTES_CLASS_MINOR,
    BEST_EFFORT,
    CROSS_NAMESPACE,
    NO_TRAITS,
    NOT_BEST_EFFORT,
    NOT_TERMINATING,
    PRIORITY_CLASS,
    TERMINATING,
    Traits,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from redismanifests.core.object import Object
    from redismanifests.judge.admission.pod import Pod

ONE = Quantity(NANO)

_BOTH_NAMES = ("cpu", "memory", "ephemeral-storage")
_DEVICE_CLASS = "deviceclass.resource.kubernetes.io/"
_DEVICE_CLASS_MINOR = 36
"""From Kubernetes 1.36 on a device class may be requested like a resource (DRAExtendedResource is on by default)."""
_BETA_CLASS = "volume.beta.kubernetes.io/storage-class"

_POD_SCOPES = frozenset(
    {TERMINATING, NOT_TERMINATING, BEST_EFFORT, NOT_BEST_EFFORT, PRIORITY_CLASS, CROSS_NAMESPACE}
)


class Charge(NamedTuple):
    """The cost of creating one object."""

    plural: str
    """Its resource with its group: ``pods``, ``statefulsets.apps``."""
    name: str
    usage: Amounts
    traits: Traits = NO_TRAITS
    missing: Mapping[str, tuple[str, ...]] = {}
    """Containers without a value, for each of the six names of cpu and memory that a quota may require."""
    unnamed_class: bool = False
    """Whether it is a claim of the cluster's default storage class, whose name only the cluster knows."""


def pod_charge(pod: Pod, spec: Object, minor: int) -> Charge:
    """What ``pod``, defaulted from ``spec``, costs in Kubernetes 1.``minor``; ManifestError for an invalid overhead."""
    requests, limits = pod.total("requests"), pod.total("limits")
    if pod.own is not None:
        # The pod's own values replace those of its containers. Source: PodRequests in component-helpers.
        requests |= {name: amount for name, amount in pod.own.requests.items() if name.startswith(HUGE_PAGES)}
    problems: list[Problem] = []
    overhead = amounts(spec, "overhead", (), problems)
    if problems:
        raise ManifestError(problems)
    for resource, amount in overhead.items():
        requests[resource] = requests[resource] + amount if resource in requests else amount
        if resource in limits and limits[resource].nano:
            limits[resource] += amount
    usage = {count_name(PODS): ONE, PODS: ONE, **_compute(requests, limits, minor)}
    missing: dict[str, tuple[str, ...]] = {}
    if pod.own is None or not {"cpu", "memory"} & {*pod.own.requests, *pod.own.limits}:
        named = [(each.name, _compute(each.requests, each.limits, minor)) for each in pod.containers]
        lacking = {r: tuple(sorted(name for name, said in named if r not in said)) for r in COMPUTE}
        missing = {resource: names for resource, names in lacking.items() if names}
    return Charge(PODS, pod.name, usage, _pod_traits(pod, spec), missing)


def claim_charge(claim: Object, minor: int) -> Charge:
    """The charge of a PersistentVolumeClaim, or one from a template; ManifestError if it is not a claim."""
    problems: list[Problem] = []
    metadata = mapping(claim, "metadata", (), problems)
    spec = mapping(claim, "spec", (), problems)
    resources = mapping(spec, "resources", ("spec",), problems)
    requests = amounts(resources, "requests", ("spec", "resources"), problems)
    annotations = mapping(metadata, "annotations", ("metadata",), problems)
    if problems:
        raise ManifestError(problems)
    named = annotations.get(_BETA_CLASS) if _BETA_CLASS in annotations else spec.get("storageClassName")
    usage = {CLAIMS: ONE, count_name(CLAIMS): ONE}
    if "storage" in requests:
        asked = requests["storage"]
        # Quotas count whole bytes (kubernetes#94313).
        usage["requests.storage"] = (
            asked if asked.nano % NANO == 0 else Quantity(asked.bytes * NANO, asked.format)
        )
    if named:
        usage |= {
            f"{named}{CLASS_SUFFIX}{key}": usage[key] for key in (CLAIMS, "requests.storage") if key in usage
        }
    traits = NO_TRAITS
    if minor >= ATTRIBUTES_CLASS_MINOR:
        attributes = spec.get("volumeAttributesClassName")
        by_scope = {ATTRIBUTES_CLASS: str(attributes)} if attributes else {}
        traits = Traits(frozenset(), by_scope, frozenset({ATTRIBUTES_CLASS}))
    return Charge(CLAIMS, str(metadata.get("name") or ""), usage, traits, unnamed_class=named is None)


def object_charge(manifest: Object) -> Charge:
    """The charge of any other object: its number, and for a Service its ports and load balancer."""
    plural = plural_of(str(manifest.get("apiVersion") or "v1"), str(manifest.get("kind")))
    name = str((manifest.get("metadata") or {}).get("name") or "")
    usage = {count_name(plural): ONE}
    if plural in COUNTED:
        usage[plural] = ONE
    if plural == SERVICES:
        usage |= _service_usage(manifest.get("spec") or {})
    return Charge(plural, name, usage)


def _service_usage(spec: Object) -> dict[str, Quantity]:
    ports = spec.get("ports") or []
    kind = spec.get("type")
    if kind == "LoadBalancer" and spec.get("allocateLoadBalancerNodePorts") is False:
        ports = [port for port in ports if port.get("nodePort")]
    usage = {SERVICES: ONE}
    if kind in {"NodePort", "LoadBalancer"} and ports:
        usage["services.nodeports"] = ONE * len(ports)
    if kind == "LoadBalancer":
        usage["services.loadbalancers"] = ONE
    return usage


def _compute(requests: Amounts, limits: Amounts, minor: int) -> dict[str, Quantity]:
    """Requests and limits under the names of quotas: podComputeUsageHelper."""
    usage: dict[str, Quantity] = {}
    for resource, amount in requests.items():
        if resource in _BOTH_NAMES or resource.startswith(HUGE_PAGES):
            usage |= {resource: amount, f"requests.{resource}": amount}
        elif is_extended(resource) or (minor >= _DEVICE_CLASS_MINOR and resource.startswith(_DEVICE_CLASS)):
            usage[f"requests.{resource}"] = amount
    return usage | {f"limits.{resource}": limits[resource] for resource in _BOTH_NAMES if resource in limits}


def _pod_traits(pod: Pod, spec: Object) -> Traits:
    deadline = spec.get("activeDeadlineSeconds")
    terminating = deadline is not None and deadline >= 0
    matched = {
        TERMINATING if terminating else NOT_TERMINATING,
        BEST_EFFORT if _best_effort(pod) else NOT_BEST_EFFORT,
    }
    if any(term.get("namespaces") or "namespaceSelector" in term for term in _affinity_terms(spec)):
        matched.add(CROSS_NAMESPACE)
    priority = spec.get("priorityClassName")
    return Traits(frozenset(matched), {PRIORITY_CLASS: priority} if priority else {}, _POD_SCOPES)


def _best_effort(pod: Pod) -> bool:
    """Whether neither cpu nor memory is requested, by the pod if it has resources, else by any container."""
    owners = (pod.own,) if pod.own is not None else pod.containers
    return not any(
        owner.amounts(side)[resource].nano
        for owner in owners
        for side in ("requests", "limits")
        for resource in ("cpu", "memory")
        if resource in owner.amounts(side)
    )


def _affinity_terms(spec: Object) -> Iterator[Object]:
    affinity = spec.get("affinity") or {}
    for key in ("podAffinity", "podAntiAffinity"):
        terms = affinity.get(key) or {}
        yield from terms.get("requiredDuringSchedulingIgnoredDuringExecution") or ()
        for weighted in terms.get("preferredDuringSchedulingIgnoredDuringExecution") or ():
            yield weighted.get("podAffinityTerm") or {}
