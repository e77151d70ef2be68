"""Network policy: the cases of Kubernetes' documentation and API reference, and failovers behind our own policies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from yaml12 import parse_yaml

from notheld import why
from redismanifests.errors import RedismanifestsError
from redismanifests.judge.review import review
from redismanifests.prove.rehearse import run
from redismanifests.prove.toycluster.network.network_policy import Party, admitted, allowed

TOP = Path(__file__).resolve().parents[2]
NAME = "kubernetes.io/metadata.name"


def _policy(spec: str, namespace: str = "default") -> dict[str, Any]:
    return {"kind": "NetworkPolicy", "metadata": {"namespace": namespace}, "spec": parse_yaml(spec)}


def _pod(ip: str, namespace: str = "default", around: dict[str, str] | None = None, **labels: str) -> Party:
    return Party(ip, namespace, labels, {NAME: namespace, **(around or {})}, {"web": 8080})


DB = _pod("172.17.0.1", role="db")
FRONT = _pod("172.17.0.2", role="frontend")
BACK = _pod("172.17.0.3", role="backend")
FAR = _pod("172.17.0.4", "myproject", {"project": "myproject"}, role="frontend")
OUTSIDE = Party("172.17.1.9")


_PROJECT, _FRONTEND = "{matchLabels: {project: myproject}}", "{matchLabels: {role: frontend}}"


def _passes(
    policy: str, source: Party = FRONT, target: Party = DB, protocol: str = "TCP", port: int = 6379
) -> bool:
    return allowed([_policy(policy)], source, target, protocol, port)


def test_without_a_policy_everything_passes() -> None:
    assert allowed([], FRONT, DB, "TCP", 6379)


@pytest.mark.parametrize(
    ("policy", "ingress", "egress"),
    [
        ("{podSelector: {}, policyTypes: [Ingress]}", False, True),
        ("{podSelector: {}, policyTypes: [Egress]}", True, False),
        ("{podSelector: {}, policyTypes: [Ingress, Egress]}", False, False),
        ("{podSelector: {}, ingress: [{}], policyTypes: [Ingress]}", True, True),
        ("{podSelector: {}, egress: [{}], policyTypes: [Egress]}", True, True),
        # Ingress is implied, Egress only by rules of its own.
        ("{podSelector: {}}", False, True),
        ("{podSelector: {}, egress: [{}]}", False, True),
        ("{podSelector: {}, egress: []}", False, False),
        ("{podSelector: {matchLabels: {role: other}}, policyTypes: [Ingress, Egress]}", True, True),
    ],
)
def test_defaults_for_a_namespace(policy: str, ingress: bool, egress: bool) -> None:
    assert _passes(policy, OUTSIDE, DB) is ingress
    assert _passes(policy, DB, OUTSIDE) is egress


def test_a_policy_holds_for_its_own_namespace() -> None:
    assert allowed([_policy("{podSelector: {}}", "elsewhere")], FRONT, DB, "TCP", 6379)


def test_both_ends_must_let_a_connection_through() -> None:
    policies = [_policy("{podSelector: {matchLabels: {role: db}}, ingress: [{}]}")]
    assert allowed(policies, FRONT, DB, "TCP", 6379)
    policies.append(_policy("{podSelector: {matchLabels: {role: frontend}}, policyTypes: [Egress]}"))
    assert not allowed(policies, FRONT, DB, "TCP", 6379)
    assert allowed(policies, BACK, DB, "TCP", 6379)


def test_policies_add_up() -> None:
    one = _policy("{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {role: frontend}}}]}]}")
    other = _policy("{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {role: backend}}}]}]}")
    assert not allowed([one], BACK, DB, "TCP", 6379)
    assert allowed([one, other], BACK, DB, "TCP", 6379)
    assert allowed([one, other], FRONT, DB, "TCP", 6379)


@pytest.mark.parametrize(
    ("peers", "front", "far", "back"),
    [
        # One peer with both selectors is "and", two peers are "or".
        (f"[{{namespaceSelector: {_PROJECT}, podSelector: {_FRONTEND}}}]", 0, 1, 0),
        (f"[{{namespaceSelector: {_PROJECT}}}, {{podSelector: {_FRONTEND}}}]", 1, 1, 0),
        ("[{podSelector: {}}]", 1, 0, 1),
        ("[{namespaceSelector: {}}]", 1, 1, 1),
        ("[]", 1, 1, 1),
        ("[{podSelector: {matchExpressions: [{key: role, operator: In, values: [frontend, x]}]}}]", 1, 0, 0),
        ("[{podSelector: {matchExpressions: [{key: role, operator: NotIn, values: [frontend]}]}}]", 0, 0, 1),
        ("[{podSelector: {matchExpressions: [{key: tier, operator: DoesNotExist}]}}]", 1, 0, 1),
        ("[{podSelector: {matchExpressions: [{key: role, operator: Exists}]}}]", 1, 0, 1),
        ("[{podSelector: {matchExpressions: [{key: tier, operator: NotIn, values: [a]}]}}]", 1, 0, 1),
    ],
)  # fmt: skip
def test_peers(peers: str, front: int, far: int, back: int) -> None:
    policy = f"{{podSelector: {{matchLabels: {{role: db}}}}, ingress: [{{from: {peers}}}]}}"
    assert [_passes(policy, source) for source in (FRONT, FAR, BACK)] == [bool(front), bool(far), bool(back)]


def test_a_range_of_addresses_may_have_holes() -> None:
    policy = (
        "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 172.17.0.0/16, except: [172.17.1.0/24]}}]}]}"
    )
    assert _passes(policy, Party("172.17.2.1"))
    assert not _passes(policy, Party("172.17.1.1"))
    assert not _passes(policy, Party("172.18.0.1"))
    assert not _passes(policy, Party("2001:db8::1"))


@pytest.mark.parametrize(
    ("ports", "protocol", "port", "passes"),
    [
        ("[{port: 6379}]", "TCP", 6379, True),
        ("[{port: 6379}]", "UDP", 6379, False),
        ("[{port: 6379, protocol: UDP}]", "UDP", 6379, True),
        ("[{port: 6379}]", "TCP", 6380, False),
        ("[{port: 32000, endPort: 32768}]", "TCP", 32768, True),
        ("[{port: 32000, endPort: 32768}]", "TCP", 32769, False),
        ("[{protocol: TCP}]", "TCP", 1, True),
        ("[{protocol: TCP}]", "UDP", 1, False),
        ("[{port: web}]", "TCP", 8080, True),
        ("[{port: web}]", "TCP", 6379, False),
        ("[{port: nothing}]", "TCP", 8080, False),
        ("[]", "SCTP", 9, True),
    ],
)
def test_ports(ports: str, protocol: str, port: int, passes: bool) -> None:
    policy = f"{{podSelector: {{}}, ingress: [{{ports: {ports}}}]}}"
    assert _passes(policy, protocol=protocol, port=port) is passes


def test_a_pod_reaches_itself() -> None:
    assert _passes("{podSelector: {}, policyTypes: [Ingress, Egress]}", DB, DB)


def test_an_application_takes_the_place_of_a_client_that_is_named() -> None:
    far = "{namespaceSelector: {matchLabels: {project: a}}, podSelector: {matchLabels: {app: web}}}"
    policy = _policy(
        f"{{podSelector: {{matchLabels: {{role: db}}}}, ingress: [{{from: [{far}], ports: [{{port: 1}}]}}]}}"
    )
    client = admitted([policy], "default", [(DB, 1)])
    assert (client.labels, client.namespace_labels) == ({"app": "web"}, {"project": "a"})
    assert admitted([], "default", [(DB, 1)]).labels == {}
    with pytest.raises(RedismanifestsError) as refused:
        admitted([policy], "default", [(DB, 2)])
    assert "networkPolicy.clients" in refused.value.fix


def _objects(without: str = "") -> list[dict[str, Any]]:
    """What tests/profiles/network-policy.yaml gives; ``without`` takes one rule away: "redis ingress 1"."""
    path = TOP / "tests" / "profiles" / "network-policy.yaml"
    objects = [item.manifest for item in review(path).accepted().objects]
    if without:
        component, direction, index = without.split()
        for item in objects:
            if (
                item["kind"] == "NetworkPolicy"
                and item["metadata"]["labels"]["app.kubernetes.io/component"] == component
            ):
                del item["spec"][direction][int(index)]
    return objects


@pytest.mark.slow
@pytest.mark.lab
@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("scenario", ["master-killed", "redis-rolled"])
def test_failovers_go_on_behind_network_policies(scenario: str) -> None:
    result = run(_objects(), scenario)
    assert result.held, why(result)
    assert not any("NetworkPolicy" in told for told in result.not_carried)


@pytest.mark.slow
@pytest.mark.release
@pytest.mark.lab
@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("rule", ["redis ingress 1", "sentinel ingress 1"])
def test_a_policy_that_forgets_an_edge_fails_the_rehearsal(rule: str) -> None:
    assert not run(_objects(rule), "apply").held
