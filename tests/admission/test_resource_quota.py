"""Resource quota: what one object costs, which quotas count it, and in which words they refuse it."""

from __future__ import annotations

from typing import Any

import pytest

from redismanifests.judge.admission.limit_range.limit_range import decide_pod
from redismanifests.judge.admission.manifest import ManifestError
from redismanifests.judge.admission.resource_quota.resource_quota import charged, refusals
from redismanifests.judge.admission.resource_quota.resource_quota_charge import (
    Charge,
    claim_charge,
    object_charge,
    pod_charge,
)
from redismanifests.judge.admission.resource_quota.resource_quota_name import plural_of
from redismanifests.judge.admission.resource_quota.resource_quota_object import (
    ResourceQuota,
    read_resource_quotas,
)

MINOR = 37


def quota(hard: dict[str, str], used: dict[str, str] | None = None, **spec: Any) -> tuple[ResourceQuota, ...]:
    written = {"kind": "ResourceQuota", "metadata": {"name": "q"}, "spec": {"hard": hard, **spec}}
    return read_resource_quotas({**written, "status": {"used": used or {}}}, MINOR)


def container(name: str = "c", **resources: dict[str, str]) -> dict[str, Any]:
    return {"name": name, "image": "redis", "resources": resources}


def pod(*containers: dict[str, Any], minor: int = MINOR, **spec: Any) -> Charge:
    whole = {"containers": list(containers), **spec}
    return pod_charge(decide_pod((), whole, "p", minor).pod, whole, minor)


def usage(charge: Charge) -> dict[str, str]:
    return {resource: amount.echo for resource, amount in charge.usage.items()}


def said(quotas: tuple[ResourceQuota, ...], charge: Charge) -> list[str]:
    return [each.text for each in refusals(quotas, charge)]


SMALL = container(requests={"cpu": "100m", "memory": "64Mi"})


def test_a_pod_costs_requests_under_both_names_and_limits() -> None:
    asked = container(
        requests={"cpu": "100m", "example.com/gpu": "1"}, limits={"example.com/gpu": "1", "cpu": "1"}
    )
    assert usage(pod(asked)) == {
        "count/pods": "1",
        "pods": "1",
        "cpu": "100m",
        "requests.cpu": "100m",
        "limits.cpu": "1",
        "requests.example.com/gpu": "1",
    }


def test_an_init_container_sets_a_floor_and_a_sidecar_adds() -> None:
    first = [
        {**container("sidecar", requests={"cpu": "50m"}), "restartPolicy": "Always"},
        container("init", requests={"cpu": "400m"}),
    ]
    assert usage(pod(SMALL, initContainers=first))["cpu"] == "450m"
    assert usage(pod(SMALL, initContainers=first[:1]))["cpu"] == "150m"


def test_overhead_adds_to_requests_and_to_limits_that_are_there() -> None:
    asked = container(requests={"memory": "64Mi"}, limits={"cpu": "1"})
    cost = usage(pod(asked, overhead={"cpu": "50m", "memory": "1Mi", "ephemeral-storage": "1Gi"}))
    assert (cost["memory"], cost["limits.cpu"], cost["requests.ephemeral-storage"]) == (
        "65Mi",
        "1050m",
        "1Gi",
    )
    assert "limits.memory" not in cost


def test_a_claim_costs_its_class_and_whole_bytes() -> None:
    spec = {"storageClassName": "gold", "resources": {"requests": {"storage": "1500m"}}}
    assert usage(claim_charge({"spec": spec}, MINOR)) == {
        "persistentvolumeclaims": "1",
        "count/persistentvolumeclaims": "1",
        "requests.storage": "2",
        "gold.storageclass.storage.k8s.io/persistentvolumeclaims": "1",
        "gold.storageclass.storage.k8s.io/requests.storage": "2",
    }


@pytest.mark.parametrize(
    ("spec", "costs"),
    [
        ({}, {}),
        ({"type": "NodePort"}, {"services.nodeports": "2"}),
        ({"type": "LoadBalancer"}, {"services.nodeports": "2", "services.loadbalancers": "1"}),
        (
            {"type": "LoadBalancer", "allocateLoadBalancerNodePorts": False},
            {"services.nodeports": "1", "services.loadbalancers": "1"},
        ),
    ],
)
def test_a_service_costs_its_node_ports_and_its_load_balancer(
    spec: dict[str, Any], costs: dict[str, str]
) -> None:
    service = {"apiVersion": "v1", "kind": "Service", "spec": {"ports": [{"nodePort": 30000}, {}], **spec}}
    assert usage(object_charge(service)) == {"count/services": "1", "services": "1", **costs}


@pytest.mark.parametrize(
    ("api_version", "kind", "plural"),
    [
        ("apps/v1", "StatefulSet", "statefulsets.apps"),
        ("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies.networking.k8s.io"),
        ("networking.k8s.io/v1", "Ingress", "ingresses.networking.k8s.io"),
        ("v1", "Endpoints", "endpoints"),
    ],
)
def test_objects_are_counted_by_their_resource(api_version: str, kind: str, plural: str) -> None:
    assert plural_of(api_version, kind) == plural
    assert usage(object_charge({"apiVersion": api_version, "kind": kind})) == {f"count/{plural}": "1"}


def test_all_that_is_exceeded_stands_in_one_sentence() -> None:
    quotas = quota({"cpu": "150m", "memory": "1Gi", "pods": "1"}, {"cpu": "0.1", "pods": "1"})
    assert said(quotas, pod(SMALL)) == [
        "exceeded quota: q, requested: cpu=100m,pods=1, used: cpu=100m,pods=1, limited: cpu=150m,pods=1"
    ]


def test_what_must_be_specified_comes_before_what_is_exceeded() -> None:
    quotas = quota({"limits.cpu": "1", "requests.memory": "1Gi", "pods": "0"})
    assert said(quotas, pod(SMALL, container("b"), container("a"))) == [
        "failed quota: q: must specify limits.cpu for: a,b,c; requests.memory for: a,b"
    ]


def test_the_pods_own_resources_need_no_others() -> None:
    own = {"requests": {"cpu": "2"}, "limits": {"cpu": "2"}}
    assert said(quota({"limits.cpu": "2"}), pod(container(), resources=own)) == []
    assert said(quota({"limits.cpu": "2"}), pod(container(), resources=own, minor=32)) != []


SCOPES: dict[str, tuple[dict[str, Any], Charge, bool]] = {
    "terminating": ({"scopes": ["Terminating"]}, pod(SMALL, activeDeadlineSeconds=1), True),
    "not terminating": ({"scopes": ["Terminating"]}, pod(SMALL), False),
    "best effort": ({"scopes": ["BestEffort"]}, pod(container(requests={"cpu": "0"})), True),
    "not best effort": ({"scopes": ["NotBestEffort", "NotTerminating"]}, pod(SMALL), True),
    "both": ({"scopes": ["NotBestEffort", "Terminating"]}, pod(SMALL), False),
    "other namespaces": (
        {"scopes": ["CrossNamespacePodAffinity"]},
        pod(
            SMALL,
            affinity={
                "podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"namespaceSelector": {}}]}
            },
        ),
        True,
    ),
    **{
        f"{name or 'no class'} {operator}": (
            {
                "scopeSelector": {
                    "matchExpressions": [
                        {"scopeName": "PriorityClass", "operator": operator}
                        | ({"values": ["gold"]} if operator in ("In", "NotIn") else {})
                    ]
                }
            },
            pod(SMALL, **({"priorityClassName": name} if name else {})),
            counted,
        )
        for name, operator, counted in (
            ("gold", "In", True),
            ("silver", "In", False),
            ("", "In", False),
            ("gold", "NotIn", False),
            ("", "NotIn", True),
            ("gold", "Exists", True),
            ("", "DoesNotExist", True),
            ("gold", "DoesNotExist", False),
        )
    },
}


@pytest.mark.parametrize("case", SCOPES)
def test_a_quota_counts_what_all_its_scopes_match(case: str) -> None:
    spec, charge, counted = SCOPES[case]
    assert bool(said(quota({"pods": "0"}, **spec), charge)) == counted


def test_a_scope_of_pods_matches_nothing_else() -> None:
    quotas = quota({"pods": "0", "count/configmaps": "0"}, scopes=["NotTerminating"])
    assert said(quotas, object_charge({"apiVersion": "v1", "kind": "ConfigMap"})) == []


@pytest.mark.parametrize(("minor", "counted"), [(33, False), (34, True)])
def test_claims_are_counted_by_their_attributes_class_since_it_exists(minor: int, counted: bool) -> None:
    expression = {"scopeName": "VolumeAttributesClass", "operator": "In", "values": ["fast"]}
    quotas = quota({"persistentvolumeclaims": "0"}, scopeSelector={"matchExpressions": [expression]})
    claim = {"spec": {"volumeAttributesClassName": "fast", "resources": {"requests": {"storage": "1Gi"}}}}
    assert bool(said(quotas, claim_charge(claim, minor))) == counted


def test_a_sum_that_is_stored_without_a_suffix_is_decimal_from_then_on() -> None:
    quotas = quota({"memory": "6Gi"}, {"memory": "65536Ki"})
    for amount in ("200000001", "511"):
        quotas = charged(quotas, pod(container(requests={"memory": amount})))
    assert quotas[0].used["memory"].echo == "267109376"


@pytest.mark.parametrize(
    ("spec", "fact"),
    [
        ({"hard": {"memory.limits": "1Gi"}}, "neither a resource that quotas know"),
        ({"hard": {"a b": "1"}}, "no name of a resource"),
        ({"hard": {"pods": "1500m"}}, "must be an integer"),
        ({"hard": {"gold.storageclass.storage.k8s.io/requests.storage": "0.5"}}, "must be an integer"),
        ({"hard": {"cpu": "-1"}}, "greater than or equal to 0"),
        ({"hard": {"cpu": "lots"}}, "lots"),
        ({"hard": {"pods": "1"}, "scopes": ["Best"]}, "unsupported scope"),
        ({"hard": {"cpu": "1"}, "scopes": ["BestEffort"]}, "unsupported scope applied to resource"),
        ({"hard": {"secrets": "1"}, "scopes": ["Terminating"]}, "unsupported scope applied to resource"),
        ({"hard": {"pods": "1"}, "scopes": ["Terminating", "NotTerminating"]}, "conflicting scopes"),
        ({"hard": {"pods": "1"}, "scopes": "Terminating"}, "not a list"),
        (
            {
                "hard": {"pods": "1"},
                "scopeSelector": {"matchExpressions": [{"scopeName": "PriorityClass", "operator": "In"}]},
            },
            "at least one value",
        ),
        (
            {
                "hard": {"pods": "1"},
                "scopeSelector": {
                    "matchExpressions": [{"scopeName": "Terminating", "operator": "In", "values": ["a"]}]
                },
            },
            "must be Exists",
        ),
    ],
    ids=ascii,
)
def test_what_the_api_server_would_refuse_is_refused(spec: dict[str, Any], fact: str) -> None:
    with pytest.raises(ManifestError, match=fact):
        read_resource_quotas({"kind": "ResourceQuota", "metadata": {"name": "q"}, "spec": spec}, MINOR)
