"""Network policies: every pair of parties and every port, expected by hand and allowed by what is rendered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from deployment import TOP, reviewed
from redismanifests.core.findings import ProfileRefused
from redismanifests.judge.review import review
from redismanifests.profile.derived.edges import EDGES
from redismanifests.prove.toycluster.network.network_policy import Party, allowed
from redismanifests.render.rendered import makes_pods, pod_template

if TYPE_CHECKING:
    from pathlib import Path

PROFILE = TOP / "tests" / "profiles" / "network-policy.yaml"


def _namespace(name: str, **labels: str) -> dict[str, str]:
    return {"kubernetes.io/metadata.name": name, **labels}


def _pods_of(path: Path) -> dict[str, Party]:
    found = {}
    for number, item in enumerate(o for o in reviewed(path).rendering.objects if makes_pods(o.manifest)):
        template = pod_template(item.manifest)
        labels = template["metadata"]["labels"]
        found[labels["app.kubernetes.io/component"]] = Party(
            f"10.1.0.{number + 1}", "shop", labels, _namespace("shop")
        )
    return found


def _policies(path: Path) -> list[dict[str, Any]]:
    objects = reviewed(path).rendering.objects
    return [item.manifest for item in objects if item.manifest["kind"] == "NetworkPolicy"]


OTHERS = {
    "shop": Party("10.1.0.10", "shop", {"app": "shop"}, _namespace("shop")),
    "web front": Party("10.1.0.11", "web", {"app": "web", "tier": "front"}, _namespace("web", team="web")),
    "web back": Party("10.1.0.12", "web", {"app": "web"}, _namespace("web", team="web")),
    "web elsewhere": Party("10.1.0.13", "other", {"app": "web", "tier": "front"}, _namespace("other")),
    "batch": Party("10.1.0.14", "batch", {}, _namespace("batch")),
    "stranger here": Party("10.1.0.15", "shop", {"app": "cron"}, _namespace("shop")),
    "stranger elsewhere": Party("10.1.0.16", "other", {"app": "shop"}, _namespace("other")),
    "prometheus": Party(
        "10.1.0.17", "observability", {"app.kubernetes.io/name": "prometheus"}, _namespace("observability")
    ),
    "dns": Party("10.1.0.18", "kube-system", {"k8s-app": "kube-dns"}, _namespace("kube-system")),
    "office": Party("10.20.3.4"),
    "office by IPv6": Party("2001:db8::7"),
    "internet": Party("198.51.100.7"),
    "store": Party("203.0.113.9"),
    "origin": Party("192.0.2.9"),
}
CLIENTS = {"shop", "web front", "batch", "office", "office by IPv6"}
OPEN = {
    *((client, target) for client in CLIENTS for target in ("redis 6379", "sentinel 26379")),
    *((source, "redis 6379") for source in ("redis", "sentinel")),
    *((source, "sentinel 26379") for source in ("redis", "sentinel")),
    ("prometheus", "redis 9121"),
    ("prometheus", "sentinel 9355"),
    ("backup", "redis 6379"),
    ("backup", "sentinel 26379"),
    ("backup", "store 22"),
    ("redis", "store 22"),
    ("redis", "origin 22"),
    *(
        (source, f"dns {protocol}")
        for source in ("redis", "sentinel", "backup")
        for protocol in ("53/UDP", "53/TCP")
    ),
}
"""Everything that may pass, where one end is Redis or Sentinel."""
PORTS = (
    ("TCP", 6379),
    ("TCP", 26379),
    ("TCP", 9121),
    ("TCP", 9355),
    ("TCP", 53),
    ("UDP", 53),
    ("TCP", 22),
    ("UDP", 6379),
)


def _name(target: str, protocol: str, port: int) -> str:
    return (
        f"{target} {port}/{protocol}"
        if target == "dns"
        else f"{target} {port}" + ("" if protocol == "TCP" else "/UDP")
    )


def test_what_may_pass_passes_and_nothing_else() -> None:
    ours, policies = _pods_of(PROFILE), _policies(PROFILE)
    # A second pod of each, so that no answer is about a pod and itself.
    second = {
        name: Party(pod.ip.replace("10.1.0", "10.1.1"), pod.namespace, pod.labels, pod.namespace_labels)
        for name, pod in ours.items()
    }
    everybody = {**ours, **OTHERS}
    passed = {
        (source, _name(target, protocol, port))
        for source in everybody
        for target in everybody
        for protocol, port in PORTS
        if source in ours or target in ours
        if allowed(policies, everybody[source], second.get(target, everybody[target]), protocol, port)
    }
    assert passed == OPEN


def test_the_old_master_of_a_move_is_reached_at_its_port_alone(tmp_path: Path) -> None:
    text = PROFILE.read_text(encoding="utf-8")
    moved = tmp_path / "profile.yaml"
    moved.write_text(
        text[: text.index("restore:")]
        + "migration: {from: {host: old, port: 6390}, network: {cidrs: [192.0.2.0/24], podLabels: {app: old}}}\n"
    )
    ours, policies = _pods_of(moved), _policies(moved)
    old, beside = OTHERS["origin"], Party("10.1.0.30", "shop", {"app": "old"}, _namespace("shop"))
    reached = {
        (source, target.ip, port)
        for source in ours
        for target in (old, beside)
        for port in (22, 6379, 6390)
        if allowed(policies, ours[source], target, "TCP", port)
    }
    assert reached == {("redis", old.ip, 6390), ("redis", beside.ip, 6390)}


def test_only_pods_that_ship_segments_reach_the_store_of_the_backups(tmp_path: Path) -> None:
    text = PROFILE.read_text(encoding="utf-8")
    ships_none = tmp_path / "profile.yaml"
    ships_none.write_text(text.replace("  segments: {secretName: segments-login}\n", ""))
    assert "segments" not in ships_none.read_text()
    reached = {
        (path, source)
        for path in (PROFILE, ships_none)
        for source, pod in _pods_of(path).items()
        if allowed(_policies(path), pod, OTHERS["store"], "TCP", 22)
    }
    assert reached == {(PROFILE, "backup"), (PROFILE, "redis"), (ships_none, "backup")}


def test_what_no_policy_selects_stays_as_it_was() -> None:
    policies = _policies(PROFILE)
    assert allowed(policies, OTHERS["internet"], OTHERS["stranger here"], "TCP", 6379)
    assert allowed(policies, OTHERS["stranger here"], OTHERS["internet"], "TCP", 443)


def test_the_test_knows_every_edge_of_the_table() -> None:
    known = {
        (
            source
            if source in ("redis", "sentinel", "backup")
            else "metrics"
            if source == "prometheus"
            else "clients",
            target.split()[0],
        )
        for source, target in OPEN
    }
    # Segments have the store of the backups; a test of its own: no profile both restores and moves.
    known = (known - {("redis", "store")}) | {("redis", "archive"), ("redis", "former")}
    assert {(edge.source, edge.target) for edge in EDGES} == known


@pytest.mark.parametrize("path", [PROFILE, TOP / "profiles" / "minimal.yaml"], ids=lambda path: path.stem)
def test_no_rule_has_an_empty_list_of_peers_or_ports(path: Path) -> None:
    """Kubernetes reads an empty list as "everybody" or "every port"."""
    for policy in _policies(path):
        assert set(policy["spec"]["policyTypes"]) == {"Ingress", "Egress"}
        for direction, peers in (("ingress", "from"), ("egress", "to")):
            for rule in policy["spec"].get(direction, ()):
                assert rule[peers]
                assert rule["ports"]
    assert bool(_policies(path)) == (path == PROFILE)


def test_without_clients_only_the_members_reach_each_other(tmp_path: Path) -> None:
    path = tmp_path / "profile.yaml"
    path.write_text(
        "name: redis\nnamespace: shop\nnetworkPolicy: {enabled: true, clients: []}\n", encoding="utf-8"
    )
    policies = [o.manifest for o in review(path).rendering.objects if o.manifest["kind"] == "NetworkPolicy"]
    redis, sentinel = (_pods_of(PROFILE)[name] for name in ("redis", "sentinel"))
    assert allowed(policies, sentinel, redis, "TCP", 6379)
    assert not any(allowed(policies, party, redis, "TCP", 6379) for party in OTHERS.values())


def test_an_exporter_that_is_off_opens_no_port(tmp_path: Path) -> None:
    path = tmp_path / "profile.yaml"
    path.write_text(
        "name: redis\nnamespace: shop\nnetworkPolicy: {enabled: true}\nexporters: {redis: {enabled: false}}\n",
        encoding="utf-8",
    )
    policies = [o.manifest for o in review(path).rendering.objects if o.manifest["kind"] == "NetworkPolicy"]
    redis, sentinel = (_pods_of(PROFILE)[name] for name in ("redis", "sentinel"))
    scraper = Party("10.1.0.17", "monitoring", {}, _namespace("monitoring"))
    assert not allowed(policies, scraper, redis, "TCP", 9121)
    assert allowed(policies, scraper, sentinel, "TCP", 9355)


@pytest.mark.parametrize(
    ("cidr", "advice"),
    [
        ("10.0.0.1/8", "10.0.0.0/8"),
        ("10.0.0.0", "10.0.0.0/32"),
        ("office", "10.0.0.0/8"),
        ("2001:DB8::/32", "2001:db8::/32"),
    ],
)
def test_a_range_of_addresses_is_written_as_it_is_stored(cidr: str, advice: str, tmp_path: Path) -> None:
    path = tmp_path / "profile.yaml"
    path.write_text(
        f"name: redis\nnamespace: shop\nnetworkPolicy: {{enabled: true, clients: [{{cidr: '{cidr}'}}]}}\n",
        encoding="utf-8",
    )
    with pytest.raises(ProfileRefused) as refused:
        review(path)
    (finding,) = refused.value.findings
    assert advice in f"{finding.fact} {finding.fix}"
